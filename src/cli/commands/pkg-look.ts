import { HabError } from "../../base/errors.ts"
import { parseToml, stringifyToml, toPlain } from "../../config/toml.ts"
import { findByName } from "../../package/find-file.ts"
import { parseIdent, stringifyIdent } from "../../package/ident.ts"
import { readMetadata } from "../../package/metadata.ts"
import type { Bind } from "../../package/metadata-text.ts"
import { readGraph } from "../../package/package-graph.ts"
import { defineCommand } from "../command.ts"
import { JSON_OUTPUT, openStore } from "../installed.ts"

/** Only the first of a block is indented, as in Habitat. */
function bindBlock(word: string, binds: readonly Bind[]): string {
  if (binds.length === 0) return `${word}: none`
  return `${word}:\n    ${binds.map((bind) => `[${bind.name}]=${bind.exports.join(" ")}`).join("    \n")}`
}

/** `hab pkg binds`: what a service needs of others. */
export const bindsCommand = defineCommand({
  name: "binds",
  summary: "Show the binds of an installed package",
  arguments: "<ident>",
  examples: ["hab pkg binds acme/web"],
  options: { json: JSON_OUTPUT },
  async run({ args: [text = ""], options }, context) {
    const pkg = openStore(context).load(parseIdent(text))
    const { binds, bindsOptional } = readMetadata(context.host, pkg)
    const ident = stringifyIdent(pkg.ident)
    if (options.json) return { text: JSON.stringify({ ident, required: binds, optional: bindsOptional }) }
    const blocks = [bindBlock("required", binds), bindBlock("optional", bindsOptional)]
    return { text: [`Showing binds for ${ident}`, ...blocks].join("\n") }
  },
})

/** `hab pkg config`: default.toml as we understand it. */
export const configCommand = defineCommand({
  name: "config",
  summary: "Show the default configuration of an installed package",
  arguments: "<ident>",
  examples: ["hab pkg config acme/web", "hab pkg config acme/web > user.toml"],
  options: { json: JSON_OUTPUT },
  async run({ args: [text = ""], options }, context) {
    const pkg = openStore(context).load(parseIdent(text))
    const file = `${pkg.path}/default.toml`
    const toml = context.host.files.readTextIfPresent(file)
    if (toml === undefined) {
      context.report({ tag: "note", text: `No default configuration in ${stringifyIdent(pkg.ident)}` })
      return options.json ? { text: "{}" } : {}
    }
    const table = parseToml(toml, file)
    // JSON has no integers beyond 2^53; their digits are kept as text.
    const keepDigits = (_key: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value)
    return { text: options.json ? JSON.stringify(toPlain(table), keepDigits) : stringifyToml(table) }
  },
})

/** `hab pkg dependencies`: from the DEPS of what is installed. */
export const dependenciesCommand = defineCommand({
  name: "dependencies",
  summary: "List what an installed package needs, or who needs it",
  arguments: "<ident>",
  examples: ["hab pkg dependencies acme/web --transitive", "hab pkg dependencies core/openssl --reverse"],
  options: {
    transitive: { kind: "flag", short: "t", summary: "Also what those need, and so on" },
    reverse: { kind: "flag", short: "r", summary: "The installed packages that need it" },
    json: JSON_OUTPUT,
  },
  async run({ args: [text = ""], options }, context) {
    const store = openStore(context)
    const ident = stringifyIdent(store.load(parseIdent(text)).ident)
    const graph = readGraph(context.host, store.list())
    const idents = options.reverse
      ? (options.transitive ? graph.transitiveDependents : graph.dependents)(ident)
      : (options.transitive ? graph.transitiveDeps : graph.deps)(ident)
    return { text: options.json ? JSON.stringify(idents) : idents.join("\n") }
  },
})

/** `hab pkg provides`: exits 1 when nothing installed holds such a file. */
export const providesCommand = defineCommand({
  name: "provides",
  summary: "Find the installed packages that hold a file of a name",
  arguments: "<file>",
  examples: ["hab pkg provides libssl.so.3", "hab pkg provides nginx --full-paths"],
  options: {
    fullReleases: { kind: "flag", short: "r", summary: "Show exact releases" },
    fullPaths: { kind: "flag", short: "p", summary: "Show every path" },
    json: JSON_OUTPUT,
  },
  async run({ args: [name = ""], options }, context) {
    const hits = openStore(context)
      .list()
      .flatMap(({ ident, path }) => [...findByName(context.host, path, name)].map((file) => ({ ident, file })))
    if (hits.length === 0) {
      throw new HabError("FILE_NOT_PROVIDED", `no installed package holds a file named '${name}'`, {
        hint: "the name must be the whole name of the file, without folders",
      })
    }
    const shown = (ident: (typeof hits)[number]["ident"]) =>
      options.fullReleases ? stringifyIdent(ident) : `${ident.origin}/${ident.name}`
    if (options.json) {
      return { text: JSON.stringify(hits.map(({ ident, file }) => ({ ident: stringifyIdent(ident), path: file }))) }
    }
    const lines = hits.map(({ ident, file }) => (options.fullPaths ? `${shown(ident)}: ${file}` : shown(ident)))
    return { text: [...new Set(lines)].join("\n") }
  },
})

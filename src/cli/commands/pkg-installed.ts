import { HabError } from "../../base/errors.ts"
import { parseIdent, stringifyIdent } from "../../package/ident.ts"
import { createStore, type PackageStore } from "../../package/store.ts"
import { type CommandContext, defineCommand } from "../command.ts"

function openStore({ host, layout }: CommandContext): PackageStore {
  return createStore({ files: host.files, layout, target: host.target })
}

/** `hab pkg list`: one identifier a line; nothing found is no failure. */
export const listCommand = defineCommand({
  name: "list",
  summary: "List installed packages",
  arguments: "[ident]",
  examples: ["hab pkg list --all", "hab pkg list --origin acme", "hab pkg list acme/web --json"],
  options: {
    all: { kind: "flag", short: "a", summary: "Everything installed" },
    origin: { kind: "text", short: "o", value: "ORIGIN", summary: "Packages of one origin" },
    json: { kind: "flag", summary: "Print JSON" },
  },
  async run({ args: [text], options }, context) {
    const ways = [options.all, options.origin !== undefined, text !== undefined].filter(Boolean).length
    if (ways !== 1) {
      throw new HabError("USAGE", "say which packages: --all, --origin ORIGIN or an identifier, and only one of them")
    }
    const wish = text === undefined ? undefined : parseIdent(text)
    const found = openStore(context)
      .list(wish)
      .filter(({ ident }) => options.origin === undefined || ident.origin === options.origin)
    const idents = found.map(({ ident }) => stringifyIdent(ident))
    return { text: options.json ? JSON.stringify(idents) : idents.join("\n") }
  },
})

/** `hab pkg path`: the host's path of an installed package (decisions A). */
export const pathCommand = defineCommand({
  name: "path",
  summary: "Print where a package is installed",
  arguments: "<ident>",
  examples: ["hab pkg path acme/web"],
  options: {},
  async run({ args: [text = ""] }, context) {
    return { text: openStore(context).load(parseIdent(text)).path }
  },
})

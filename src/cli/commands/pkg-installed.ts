import { HabError } from "../../base/errors.ts"
import { installHookState } from "../../hooks/install-status.ts"
import { parseIdent, stringifyIdent } from "../../package/ident.ts"
import type { InstalledPackage } from "../../package/store.ts"
import { defineCommand } from "../command.ts"
import { JSON_OUTPUT, openStore } from "../installed.ts"

/** `hab pkg list`: one identifier a line; nothing found is no failure. Pending install hooks are notes beside it. */
export const listCommand = defineCommand({
  name: "list",
  summary: "List installed packages, and say whose install hook still has to run",
  arguments: "[ident]",
  examples: ["hab pkg list --all", "hab pkg list --origin acme", "hab pkg list acme/web --json"],
  options: {
    all: { kind: "flag", short: "a", summary: "Everything installed" },
    origin: { kind: "text", short: "o", value: "ORIGIN", summary: "Packages of one origin" },
    json: JSON_OUTPUT,
  },
  async run({ args: [text], options }, context) {
    const ways = [options.all, options.origin !== undefined, text !== undefined].filter(Boolean).length
    if (ways !== 1) {
      throw new HabError("USAGE", "say which packages: --all, --origin ORIGIN or an identifier, and only one of them", {
        hint: "hab pkg list --all",
      })
    }
    const wish = text === undefined ? undefined : parseIdent(text)
    const { files } = context.host
    const found = openStore(context)
      .list(wish)
      .filter(({ ident }) => options.origin === undefined || ident.origin === options.origin)
      .map((pkg) => ({ ident: stringifyIdent(pkg.ident), path: pkg.path, install_hook: hookState({ files }, pkg) }))
    if (options.json) return { text: JSON.stringify(found) }
    for (const { ident, install_hook } of found) {
      if (install_hook !== "absent" && install_hook !== "succeeded") {
        context.report({ tag: "note", text: `${ident}: install hook ${install_hook}` })
      }
    }
    return { text: found.map(({ ident }) => ident).join("\n") }
  },
})

/** A listing does not end at one damaged file. */
function hookState(context: Parameters<typeof installHookState>[0], pkg: InstalledPackage): string {
  try {
    return installHookState(context, pkg)
  } catch (error) {
    if (error instanceof HabError && error.code === "STATUS_FILE_CORRUPT") return "unknown"
    throw error
  }
}

/** `hab pkg path`: the host's path of an installed package (decisions A). */
export const pathCommand = defineCommand({
  name: "path",
  summary: "Print where a package is installed",
  arguments: "<ident>",
  examples: ["hab pkg path acme/web"],
  options: { json: JSON_OUTPUT },
  async run({ args: [text = ""], options }, context) {
    const { ident, path, innerPath } = openStore(context).load(parseIdent(text))
    if (!options.json) return { text: path }
    return { text: JSON.stringify({ ident: stringifyIdent(ident), path, inner_path: innerPath }) }
  },
})

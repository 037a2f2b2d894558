import path from "node:path/posix"
import { installHookState } from "../../hooks/install-status.ts"
import { parseIdent, stringifyIdent } from "../../package/ident.ts"
import { describeArchive, readArchiveInfo } from "../../package/info.ts"
import { describeInstalled, readInstalledInfo } from "../../package/installed-info.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { openStore } from "../installed.ts"

/** `hab pkg info`: what an artifact says about itself, its signature unchecked; or what is installed under an ident. */
export const infoCommand = defineCommand({
  name: "info",
  summary: "Show what a .hart file, or an installed package, says about itself",
  arguments: "<file-or-ident>",
  examples: ["hab pkg info acme-web-1.0.0-20260102030405-x86_64-linux.hart --json", "hab pkg info acme/web"],
  options: { json: { kind: "flag", short: "j", summary: "Print JSON, metadata included" } },
  async run({ args: [text = ""], options }, context) {
    const { files, cwd } = context.host
    const isFile = files.stat(path.resolve(cwd, text))?.kind === "file" || text.endsWith(".hart")
    if (!isFile) return { text: describeIdent(context, text, options.json) }
    const info = await readArchiveInfo(context.host, text)
    return { text: options.json ? JSON.stringify(info) : describeArchive(text, info) }
  },
})

function describeIdent(context: CommandContext, text: string, json: boolean): string {
  const pkg = openStore(context).load(parseIdent(text))
  const info = readInstalledInfo(context.host, pkg)
  const hook = installHookState(context.host, pkg)
  const said = { ...info, ident: stringifyIdent(pkg.ident), install_hook: hook }
  return json ? JSON.stringify(said) : describeInstalled(info, hook)
}

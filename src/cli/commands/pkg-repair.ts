import path from "node:path/posix"
import { HabError } from "../../base/errors.ts"
import { cachedArtifactPath, findArtifact } from "../../package/artifact-cache.ts"
import { parseIdent, stringifyIdent } from "../../package/ident.ts"
import { repairPackage } from "../../package/repair.ts"
import { defineCommand } from "../command.ts"
import { openStore } from "../installed.ts"

/** `hab pkg repair`: unpacks an installed package again, in one step. */
export const repairCommand = defineCommand({
  name: "repair",
  summary: "Replace the files of an installed package by those of its artifact",
  arguments: "<ident>",
  examples: ["hab pkg repair acme/web", "hab pkg repair acme/web --from /media/usb"],
  options: { from: { kind: "text", value: "DIR", summary: "Also look for the artifact in this folder" } },
  async run({ args: [text = ""], options: { from } }, context) {
    const { host, report } = context
    const { layout } = context.workplace()
    const pkg = openStore({ host, layout }).load(parseIdent(text))
    const ident = stringifyIdent(pkg.ident)
    const tools = { ...host, layout, report }
    const artifact = findArtifact(tools, pkg.ident, from === undefined ? [] : [path.resolve(host.cwd, from)])
    if (artifact === undefined) {
      throw new HabError("PACKAGE_NOT_FOUND", `the artifact of ${ident} is not at hand`, {
        hint: `put it at ${cachedArtifactPath(tools, pkg.ident)}, or name its folder with --from`,
      })
    }
    report({ tag: "begin", text: `Repairing ${ident} from ${artifact}` })
    await repairPackage(tools, pkg, { artifact, signal: context.signal })
    return { text: `Repair of ${ident} complete.` }
  },
})

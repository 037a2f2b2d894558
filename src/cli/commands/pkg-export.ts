import path from "node:path/posix"
import { HabError } from "../../base/errors.ts"
import { exportTar } from "../../depot/export/export-tar.ts"
import { stringifyIdent } from "../../package/ident.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { EXPORT_OPTIONS, packagesOf } from "../exported-packages.ts"
import { JSON_OUTPUT } from "../installed.ts"
import { INEFFECTIVE_EXPORT_OPTIONS, warnAsked } from "../options/ineffective-options.ts"

/** `hab pkg export tar`: a package with all it needs, for a machine that has nothing but Node. */
export const exportTarCommand = defineCommand({
  name: "export tar",
  summary: "Write a package, what it needs and hab into one .tar.xz, to be unpacked at / of another machine",
  arguments: "<ident-or-hart>",
  examples: ["hab pkg export tar acme/web", "hab pkg export tar acme/web --output /tmp/web.tar.xz"],
  options: {
    output: {
      kind: "text",
      short: "o",
      value: "FILE",
      summary: "The file (default: origin-name-version-release.tar.xz)",
    },
    ...EXPORT_OPTIONS,
    noHabBin: { kind: "flag", summary: "Leave out /hab/bin" },
    noHabSup: { kind: "flag", summary: "With --no-hab-bin, leave out hab altogether: the supervisor is a part of it" },
    json: JSON_OUTPUT,
    ...INEFFECTIVE_EXPORT_OPTIONS,
  },
  async run({ args, options }, context) {
    warnAsked(context, INEFFECTIVE_EXPORT_OPTIONS, options)
    const { pkg, packages, baseName } = await packagesOf(context, args, options)
    const destination = freePath(context, options.output ?? `${baseName}.tar.xz`)
    const { programDirectory, signal } = context
    const habParts = options.noHabBin ? (options.noHabSup ? "none" : "program") : "all"
    await exportTar(context.host, { packages, programDirectory, destination, habParts, signal })
    if (!options.json) return { text: destination }
    const idents = packages.map(({ ident }) => stringifyIdent(ident))
    return { text: JSON.stringify({ ident: stringifyIdent(pkg.ident), path: destination, packages: idents }) }
  },
})

/** An absolute path where nothing is yet. Throws EXPORT_EXISTS. */
export function freePath({ host }: CommandContext, given: string): string {
  const destination = path.resolve(host.cwd, given)
  if (host.files.lstat(destination) === undefined) return destination
  throw new HabError("EXPORT_EXISTS", `${destination} is there already`, {
    hint: "remove it, or choose another place with --output",
  })
}

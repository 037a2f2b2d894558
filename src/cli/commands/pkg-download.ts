import path from "node:path/posix"
import { HabError } from "../../base/errors.ts"
import { createKeyCache } from "../../crypto/key-cache.ts"
import { collectArtifacts, resolveWishes } from "../../depot/collect.ts"
import { type PackageSet, parsePackageSets } from "../../depot/package-sets.ts"
import { parseIdent, stringifyIdent } from "../../package/ident.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { CHANNEL_OPTION, DEPOT_OPTIONS, requireDepot, targetOf } from "../options/depot-options.ts"

/** `hab pkg download`: artifacts and keys of packages with all they need, for other machines. */
export const downloadCommand = defineCommand({
  name: "download",
  summary: "Download packages with everything they need, and the keys, into a folder",
  arguments: "[ident...]",
  examples: [
    "hab pkg download acme/web --channel stable --download-directory /media/usb/packages",
    "hab pkg download --file packages.toml --verify",
  ],
  options: {
    ...DEPOT_OPTIONS,
    channel: CHANNEL_OPTION,
    file: { kind: "list", value: "FILE", summary: "Files that list packages: one a line, or TOML" },
    downloadDirectory: {
      kind: "text",
      value: "DIR",
      summary: "Where to put artifacts/ and keys/ (default: the cache)",
    },
    target: { kind: "text", short: "t", value: "TARGET", summary: "Platform (default: this one)" },
    verify: { kind: "flag", summary: "Check each artifact against its key" },
    ignoreMissingSeeds: { kind: "flag", summary: "Packages that are not in their channel are no failure" },
  },
  async run({ args, options }, context) {
    const { host, layout, report, signal } = context
    const target = targetOf(context, options.target)
    const named = { channel: options.channel, target, idents: args.map(parseIdent) }
    const sets = [named, ...(options.file ?? []).flatMap((file) => readSets(context, file, named))]
    if (sets.every(({ idents }) => idents.length === 0)) {
      throw new HabError("PACKAGE_SETS_INVALID", "no package is named", {
        hint: "give identifiers, or files that list them: --file",
      })
    }
    const given = options.downloadDirectory
    const base = given === undefined ? path.dirname(layout.cacheArtifacts) : path.resolve(host.cwd, given)
    const keys = createKeyCache(host, `${base}/keys`)
    const depot = requireDepot(context, options)
    const paths = new Set<string>()
    for (const set of sets) {
      const { idents, missing } = await resolveWishes(depot, set.idents, set)
      if (missing.length > 0) {
        const where = `not in channel ${set.channel} of ${depot.url} for ${set.target}`
        const text = `${missing.map(stringifyIdent).join(", ")}: ${where}`
        if (!options.ignoreMissingSeeds) {
          throw new HabError("PACKAGE_NOT_FOUND", text, {
            hint: "name another channel with --channel, or go on without them: --ignore-missing-seeds",
          })
        }
        report({ tag: "warning", text })
      }
      const request = { directory: `${base}/artifacts`, target: set.target, verify: options.verify }
      for (const file of await collectArtifacts({ ...host, report, signal, keys }, depot, idents, request)) {
        paths.add(file)
      }
    }
    return { text: [...paths].join("\n") }
  },
})

function readSets({ host }: CommandContext, file: string, defaults: PackageSet): PackageSet[] {
  const where = path.resolve(host.cwd, file)
  return parsePackageSets(host.files.readText(where), where, defaults)
}

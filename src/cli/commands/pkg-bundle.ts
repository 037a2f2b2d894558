import path from "node:path/posix"
import { HabError } from "../../base/errors.ts"
import { createKeyCache } from "../../crypto/key-cache.ts"
import { fileAddress } from "../../depot/addresses.ts"
import { directoryDepot } from "../../depot/directory-depot.ts"
import { publishArtifact } from "../../depot/publish.ts"
import { checkChannelName } from "../../depot/shelves.ts"
import { readArchive } from "../../package/archive.ts"
import { findArtifact } from "../../package/artifact-cache.ts"
import { chooseRelease, notFound } from "../../package/choose-release.ts"
import { ensureSigner, fetchArtifact } from "../../package/fetch-artifact.ts"
import { type FullIdent, isFullIdent, type PackageIdent, parseIdent, stringifyIdent } from "../../package/ident.ts"
import { type InstallSource, parseInstallSource } from "../../package/install-source.ts"
import type { PackageSource } from "../../package/package-source.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { CHANNEL_OPTION, DEFAULT_CHANNEL, DEPOT_OPTIONS, sourceOf } from "../options/depot-options.ts"

/** `hab pkg bundle`: a folder that is a depot, for machines without a network. */
export const bundleCommand = defineCommand({
  name: "bundle",
  summary: "Make a folder with packages, all they need and their keys, which another machine installs from",
  arguments: "<ident-or-hart...>",
  examples: [
    "hab pkg bundle acme/web --output /media/usb/bundle",
    "hab pkg install acme/web --url file:///media/usb/bundle",
  ],
  options: {
    ...DEPOT_OPTIONS,
    channel: { ...CHANNEL_OPTION, summary: "Channel to take packages from, and to offer them in" },
    output: { kind: "text", short: "o", value: "DIR", summary: "The folder; what is in it stays" },
  },
  async run({ args, options }, context) {
    if (!options.output) {
      throw new HabError("USAGE", "say where the bundle goes: --output DIR", {
        hint: "hab pkg bundle acme/web --output /media/usb/bundle",
      })
    }
    checkChannelName(options.channel)
    const { host, report, layout } = context
    const output = path.resolve(host.cwd, options.output)
    const depot = directoryDepot(host, output)
    const keys = createKeyCache(host, layout.cacheKeys)
    const source = sourceOf(context, options)
    const idents: string[] = []
    for (const text of args) {
      const { artifact, artifactOf } = await bringTogether(context, parseInstallSource(host, text), source)
      const ident = await publishArtifact({ ...host, report, keys }, depot, artifact, {
        channel: options.channel,
        force: false,
        artifactOf,
      })
      idents.push(stringifyIdent(ident))
    }
    const { origin, name } = parseIdent(idents[0] ?? "")
    const from = `${options.channel === DEFAULT_CHANNEL ? "" : `--channel ${options.channel} `}--url ${fileAddress(output)}`
    report({ tag: "end", text: `Install from it with: hab pkg install ${origin}/${name} ${from}` })
    return { text: idents.join("\n") }
  },
})

/** The artifact and those of all it needs, here and with their keys. */
async function bringTogether(context: CommandContext, wanted: InstallSource, source: PackageSource | undefined) {
  const { host, layout, report } = context
  const tools = { ...host, layout, report }
  const options = source === undefined ? {} : { source }
  const get = async (ident: PackageIdent, beside: readonly string[] = []) => {
    const here = isFullIdent(ident) ? findArtifact(tools, ident, beside) : undefined
    if (here !== undefined) return here
    if (source === undefined || !isFullIdent(ident)) throw notFound(tools, ident, options)
    return fetchArtifact(tools, source, ident, context.signal)
  }
  const artifact = wanted.tag === "archive" ? wanted.path : await get(await chooseRelease(tools, wanted.ident, options))
  const { metadata } = await readArchive(host, artifact, ["IDENT", "TDEPS"])
  const found = new Map<string, string>()
  for (const dep of metadata.tdeps) found.set(stringifyIdent(dep), await get(dep, [path.dirname(artifact)]))
  for (const one of [artifact, ...found.values()]) await ensureSigner(tools, source, one)
  return { artifact, artifactOf: (dep: FullIdent) => found.get(stringifyIdent(dep)) }
}

import path from "node:path/posix"
import { HabError } from "../../base/errors.ts"
import { parseKey } from "../../crypto/key.ts"
import { createKeyCache, type KeyCache } from "../../crypto/key-cache.ts"
import type { Depot } from "../../depot/depot.ts"
import { publishArtifact } from "../../depot/publish.ts"
import { checkChannelName } from "../../depot/shelves.ts"
import { readHartHeader } from "../../package/hart-header.ts"
import { type FullIdent, stringifyIdent } from "../../package/ident.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { CACHE_KEY_PATH, openKeyCache } from "../key-cache.ts"
import { DEPOT_OPTIONS, requireDepot, TO_CHANNEL_OPTION } from "../options/depot-options.ts"

const FORCE = { kind: "flag", summary: "Replace releases that are there already" } as const

/** `hab pkg upload`: artifacts with their keys and dependencies, which lie beside them. */
export const uploadCommand = defineCommand({
  name: "upload",
  summary: "Upload artifacts to a depot, with the keys and dependencies it lacks",
  arguments: "<hart...>",
  examples: ["hab pkg upload results/acme-web-1.0.0-20260102030405-x86_64-linux.hart --channel stable"],
  options: { ...DEPOT_OPTIONS, channel: TO_CHANNEL_OPTION, force: FORCE, cacheKeyPath: CACHE_KEY_PATH },
  async run({ args, options }, context) {
    const depot = requireDepot(context, options, "may-be-new")
    const idents = await uploadAll(context, depot, args, {
      ...options,
      keys: openKeyCache(context, options.cacheKeyPath),
    })
    return { text: idents.map(stringifyIdent).join("\n") }
  },
})

/** `hab pkg bulkupload`: what `hab pkg download` brought together. */
export const bulkUploadCommand = defineCommand({
  name: "bulkupload",
  summary: "Upload a folder of artifacts and keys, as hab pkg download makes it",
  arguments: "<directory>",
  examples: ["hab pkg bulkupload /media/usb/packages --channel stable --auto-create-origins"],
  options: {
    ...DEPOT_OPTIONS,
    channel: TO_CHANNEL_OPTION,
    force: FORCE,
    autoCreateOrigins: { kind: "flag", summary: "Make the origins the depot lacks; without it they are an error" },
  },
  async run({ args: [given = ""], options }, context) {
    const { files, cwd } = context.host
    const directory = path.resolve(cwd, given)
    if (files.stat(`${directory}/artifacts`)?.kind !== "directory") {
      throw new HabError("USAGE", `there is no folder ${directory}/artifacts`, {
        hint: "name the folder that hab pkg download --download-directory filled",
      })
    }
    const depot = requireDepot(context, options, "may-be-new")
    const keys = createKeyCache({ files }, `${directory}/keys`)
    await uploadKeys(context, depot, keys, options.autoCreateOrigins)
    const harts = namesIn(context, `${directory}/artifacts`, ".hart")
    const paths = harts.map((name) => `${directory}/artifacts/${name}`)
    const idents = await uploadAll(context, depot, paths, { ...options, keys })
    return { text: idents.map(stringifyIdent).join("\n") }
  },
})

type UploadOptions = Readonly<{ channel: string | undefined; force: boolean; keys: KeyCache }>

async function uploadAll(
  { host, report }: CommandContext,
  depot: Depot,
  paths: readonly string[],
  { channel, force, keys }: UploadOptions,
): Promise<FullIdent[]> {
  // Not after what it should be put on is there already.
  if (channel !== undefined) checkChannelName(channel)
  const idents: FullIdent[] = []
  const harts = paths.map((file) => path.resolve(host.cwd, file))
  for (const hart of harts) readHartHeader(host, hart)
  for (const hart of harts) {
    const options = { force, ...(channel === undefined ? {} : { channel }) }
    idents.push(await publishArtifact({ ...host, report, keys }, depot, hart, options))
  }
  return idents
}

async function uploadKeys(context: CommandContext, depot: Depot, keys: KeyCache, createOrigins: boolean) {
  const { files } = context.host
  for (const name of namesIn(context, keys.directory, ".pub")) {
    const file = `${keys.directory}/${name}`
    const key = parseKey("origin-public", files.readText(file), file)
    if (!(await depot.hasOrigin(key.name))) {
      if (!createOrigins) throw originMissing(key.name, depot)
      await depot.createOrigin(key.name)
      context.report({ tag: "status", verb: "Created", subject: `origin ${key.name}` })
    }
    await depot.uploadKey("origin-public", key, files.readText(file))
  }
}

function namesIn({ host }: CommandContext, directory: string, extension: string): string[] {
  if (host.files.stat(directory) === undefined) return []
  return host.files.readDirectory(directory).flatMap(({ name }) => (name.endsWith(extension) ? [name] : []))
}

function originMissing(origin: string, { url }: Depot): HabError {
  return new HabError("ORIGIN_NOT_FOUND", `${url} has no origin '${origin}'`, {
    hint: `make it with --auto-create-origins, or: hab origin create ${origin}`,
  })
}

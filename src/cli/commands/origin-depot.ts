import path from "node:path/posix"
import { HabError } from "../../base/errors.ts"
import { type Key, parseKey, printKey } from "../../crypto/key.ts"
import type { KeyCache } from "../../crypto/key-cache.ts"
import { type NamedRevision, parseNamedRevision, stringifyNamedRevision } from "../../crypto/named-revision.ts"
import type { Depot } from "../../depot/depot.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { CACHE_KEY_PATH, openKeyCache } from "../key-cache.ts"
import { DEPOT_OPTIONS, requireDepot } from "../options/depot-options.ts"

/** `hab origin key upload`: keys that are there already are no failure. */
export const uploadOriginKeyCommand = defineCommand({
  name: "key upload",
  summary: "Upload the latest keys of an origin, or key files, to a depot",
  arguments: "[origin]",
  examples: [
    "hab origin key upload acme",
    "hab origin key upload acme --secret",
    "hab origin key upload --pubfile acme.pub",
  ],
  options: {
    ...DEPOT_OPTIONS,
    secret: { kind: "flag", short: "s", summary: "The secret key too" },
    pubfile: { kind: "text", value: "FILE", summary: "This public key" },
    secfile: { kind: "text", value: "FILE", summary: "This secret key too" },
    cacheKeyPath: CACHE_KEY_PATH,
  },
  async run({ args: [origin], options }, context) {
    if ((origin === undefined) === (options.pubfile === undefined)) {
      throw new HabError("USAGE", "give an origin, or a key's file with --pubfile")
    }
    const depot = requireDepot(context, options, "may-be-new")
    const keys = keysToUpload(context, origin, options)
    for (const key of keys) {
      const done = await depot.uploadKey(key.kind, key, printKey(key))
      const verb = done === "uploaded" ? "Uploaded" : "Using"
      context.report({
        tag: "status",
        verb,
        subject: `${key.kind.replace("-", " ")} key ${stringifyNamedRevision(key)}`,
      })
    }
    return { text: keys.map(stringifyNamedRevision).join("\n") }
  },
})

type OriginKey = Key<"origin-public" | "origin-secret">

type UploadOptions = Readonly<{
  secret: boolean
  pubfile: string | undefined
  secfile: string | undefined
  cacheKeyPath: string | undefined
}>

function keysToUpload(context: CommandContext, origin: string | undefined, options: UploadOptions): OriginKey[] {
  const cache = openKeyCache(context, options.cacheKeyPath)
  const { files, cwd } = context.host
  const fromFile = (kind: OriginKey["kind"], file: string | undefined): OriginKey[] =>
    file === undefined ? [] : [parseKey(kind, files.readText(path.resolve(cwd, file)), file)]
  if (origin === undefined)
    return [...fromFile("origin-public", options.pubfile), ...fromFile("origin-secret", options.secfile)]
  const latest = cache.latest("origin-public", origin)
  return options.secret ? [latest, cache.read("origin-secret", latest)] : [latest]
}

/** `hab origin key download`: public keys of an origin, all or one, its latest secret key, or its encryption key. */
export const downloadOriginKeyCommand = defineCommand({
  name: "key download",
  summary: "Get the public keys of an origin from a depot, its secret key, or the one to encrypt for it",
  arguments: "<origin> [revision]",
  examples: ["hab origin key download acme", "hab origin key download acme --secret"],
  options: {
    ...DEPOT_OPTIONS,
    secret: { kind: "flag", short: "s", summary: "The latest secret key instead; it needs a token" },
    encryption: {
      kind: "flag",
      short: "e",
      summary: "The public key to encrypt secrets of the origin with, of Chef's Builder",
    },
    cacheKeyPath: CACHE_KEY_PATH,
  },
  async run({ args: [origin = "", revision], options }, context) {
    const depot = requireDepot(context, options)
    const cache = openKeyCache(context, options.cacheKeyPath)
    if (options.secret) return { text: await takeOnly(context, cache, origin, SECRET, depot) }
    if (options.encryption) return { text: await takeOnly(context, cache, origin, ENCRYPTION, depot) }
    const named = revision === undefined ? undefined : parseNamedRevision(`${origin}-${revision}`)
    if (revision !== undefined && named === undefined)
      throw new HabError("USAGE", `'${revision}' is no revision: 14 digits`)
    const wanted = named === undefined ? await depot.keys(origin) : [named]
    if (wanted.length === 0) throw noKey(origin, depot)
    for (const one of wanted) await takePublic(context, depot, cache, one)
    return { text: wanted.map(stringifyNamedRevision).join("\n") }
  },
})

async function takePublic({ report }: CommandContext, depot: Depot, cache: KeyCache, wanted: NamedRevision) {
  const name = stringifyNamedRevision(wanted)
  const text = await depot.key(wanted)
  if (text === undefined) throw noKey(name, depot)
  const done = await cache.write(checkedKey("origin-public", text, wanted, depot))
  report({ tag: "status", verb: done === "written" ? "Cached" : "Using", subject: `public key ${name}` })
}

/** A key of which a depot gives only the latest. */
type OnlyKey = Readonly<{
  kind: "origin-secret" | "box-public"
  name: string
  get: (depot: Depot, origin: string) => Promise<string | undefined>
}>

const SECRET: OnlyKey = { kind: "origin-secret", name: "secret", get: (depot, origin) => depot.secretKey(origin) }
const ENCRYPTION: OnlyKey = {
  kind: "box-public",
  name: "encryption",
  get: (depot, origin) => depot.encryptionKey(origin),
}

async function takeOnly(
  { report }: CommandContext,
  cache: KeyCache,
  origin: string,
  { kind, name, get }: OnlyKey,
  depot: Depot,
): Promise<string> {
  const text = await get(depot, origin)
  if (text === undefined) {
    throw new HabError("KEY_NOT_FOUND", `${depot.url} has no ${name} key of '${origin}'`, { hint: HINTS[kind] })
  }
  const key = checkedKey(kind, text, { name: origin }, depot)
  const done = await cache.write(key)
  const revision = stringifyNamedRevision(key)
  report({ tag: "status", verb: done === "written" ? "Cached" : "Using", subject: `${name} key ${revision}` })
  return revision
}

const HINTS = {
  "origin-secret": "whoever owns the origin uploads it: hab origin key upload ORIGIN --secret",
  "box-public": "Chef's Builder makes one for each origin; depots of hab keep no secrets",
} as const

function checkedKey<K extends OriginKey["kind"] | "box-public">(
  kind: K,
  text: string,
  { name, revision }: Readonly<{ name: string; revision?: string }>,
  { url }: Depot,
): Key<K> {
  const wanted = revision === undefined ? `key of '${name}'` : `key ${name}-${revision}`
  const key = parseKey(kind, text, `the ${wanted} from ${url}`)
  if (key.name === name && key.revision === (revision ?? key.revision)) return key
  throw new HabError("KEY_INVALID", `${url} gave the key ${stringifyNamedRevision(key)} for the ${wanted}`, {
    hint: "the depot is damaged, or no depot: ask who runs it",
  })
}

function noKey(name: string, { url }: Depot): HabError {
  return new HabError("KEY_NOT_FOUND", `${url} has no key of '${name}'`, {
    hint: "whoever owns the origin uploads it: hab origin key upload",
  })
}

import { generateRingKey } from "../../crypto/generate-keys.ts"
import { printKey } from "../../crypto/key.ts"
import { stringifyNamedRevision } from "../../crypto/named-revision.ts"
import { importKey } from "../../crypto/origin-keys.ts"
import { type RingStatus, ringText } from "../../supervisor/gateway/ring-status.ts"
import { type CommandGroup, defineCommand } from "../command.ts"
import { CACHE_KEY_PATH, openKeyCache } from "../key-cache.ts"
import { ask } from "../operations.ts"
import { REMOTE_OPTION } from "../options/remote-option.ts"

const generate = defineCommand({
  name: "key generate",
  summary: "Make the key the supervisors of a ring encrypt with",
  arguments: "<ring>",
  examples: ["hab ring key generate production"],
  options: { cacheKeyPath: CACHE_KEY_PATH },
  async run({ args: [ring = ""], options }, context) {
    context.report({ tag: "begin", text: `Generating ring key for ${ring}` })
    const cache = openKeyCache(context, options.cacheKeyPath)
    const revision = stringifyNamedRevision(await generateRingKey(context.host, cache, ring))
    context.report({ tag: "end", text: `Generated ring key ${revision} in ${cache.directory}` })
    return { text: revision }
  },
})

const exportKey = defineCommand({
  name: "key export",
  summary: "Print the latest key of a ring",
  arguments: "<ring>",
  examples: ["hab ring key export production | ssh host hab ring key import"],
  options: { cacheKeyPath: CACHE_KEY_PATH },
  async run({ args: [ring = ""], options }, context) {
    return { text: printKey(openKeyCache(context, options.cacheKeyPath).latest("ring", ring)), exact: true }
  },
})

const importRingKey = defineCommand({
  name: "key import",
  summary: "Add a ring key, read from standard input, to the key cache",
  examples: ["hab ring key import < production.sym.key"],
  options: { cacheKeyPath: CACHE_KEY_PATH },
  async run({ options }, context) {
    context.report({ tag: "begin", text: "Importing ring key from standard input" })
    const text = new TextDecoder().decode(await context.readStdin())
    const key = await importKey(openKeyCache(context, options.cacheKeyPath), ["ring"], text)
    context.report({ tag: "end", text: `Imported ring key ${stringifyNamedRevision(key)}` })
    return {}
  },
})

const status = defineCommand({
  name: "status",
  summary: "Show the ring of the supervisor: its members, groups and leaders, and whether its store answers",
  examples: ["hab ring status", "hab ring status --json"],
  options: { json: { kind: "flag", summary: "Print JSON" }, ...REMOTE_OPTION },
  async run({ options }, context) {
    const found = await ask<RingStatus>(context, { method: "GET", path: "/ring" })
    return { text: options.json ? JSON.stringify(found) : ringText(found) }
  },
})

/** `hab ring …` (spec package §7.4). */
export const ringCommands: CommandGroup = {
  name: "ring",
  summary: "Rings of supervisors and their keys",
  section: "Run services",
  nouns: {
    key: "Keys of rings",
  },
  commands: [status, generate, exportKey, importRingKey],
}

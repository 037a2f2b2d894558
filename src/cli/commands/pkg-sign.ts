import path from "node:path/posix"
import { stringifyNamedRevision } from "../../crypto/named-revision.ts"
import { sealFile } from "../../package/hart.ts"
import { defineCommand } from "../command.ts"
import { CACHE_KEY_PATH, openKeyCache } from "../key-cache.ts"
import { originOf } from "../origin-name.ts"

/** `hab pkg sign`: any file becomes a HART document. */
export const signCommand = defineCommand({
  name: "sign",
  summary: "Sign a file with the latest secret key of an origin",
  arguments: "<source> <destination>",
  examples: ["hab pkg sign --origin acme payload.tar.xz acme-web-1.0.0-20260102030405-x86_64-linux.hart"],
  options: {
    origin: { kind: "text", value: "ORIGIN", env: "HAB_ORIGIN", summary: "Whose key" },
    cacheKeyPath: CACHE_KEY_PATH,
  },
  async run({ args: [source = "", destination = ""], options }, context) {
    const { host, report } = context
    const key = openKeyCache(context, options.cacheKeyPath).latest("origin-secret", originOf(options.origin, context))
    const signer = stringifyNamedRevision(key)
    report({ tag: "begin", text: `Signing ${source} with ${signer} to create ${destination}` })
    const [from, to] = [path.resolve(host.cwd, source), path.resolve(host.cwd, destination)]
    await sealFile(host, { source: from, destination: to, key })
    report({ tag: "end", text: `Signed artifact ${destination}.` })
    return {}
  },
})

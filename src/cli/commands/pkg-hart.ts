import { HabError } from "../../base/errors.ts"
import { hashFile } from "../../crypto/hash.ts"
import { stringifyNamedRevision } from "../../crypto/named-revision.ts"
import { verifyHart } from "../../package/hart.ts"
import { HART_FORMAT, HART_HASH_TYPE, readHartHeader } from "../../package/hart-header.ts"
import { describeArchive, readArchiveInfo } from "../../package/info.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { CACHE_KEY_PATH, openKeyCache } from "../key-cache.ts"

const LABEL_WIDTH = 15

function table(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([label, value]) => `${label.padEnd(LABEL_WIDTH)}: ${value}`).join("\n")
}

/** Paths from standard input, one a line. */
async function pathsFromStdin({ readStdin }: CommandContext): Promise<string[]> {
  const text = new TextDecoder().decode(await readStdin())
  return text.split("\n").filter((line) => line !== "")
}

/** `hab pkg hash`: BLAKE2b-256 of files, as FILES lists them. */
export const hashCommand = defineCommand({
  name: "hash",
  summary: "Print the BLAKE2b-256 hash of a file, or of files named on standard input",
  arguments: "[file]",
  examples: ["hab pkg hash acme-web.hart", "find . -type f | hab pkg hash"],
  options: {},
  async run({ args: [file] }, context) {
    const paths = file === undefined ? await pathsFromStdin(context) : [file]
    const lines: string[] = []
    for (const path of paths) lines.push(`${await hashFile(context.host, path)}  ${path}`)
    return { text: lines.join("\n") }
  },
})

/** `hab pkg header`: a bad header is a warning and exit 0, as in Habitat. */
export const headerCommand = defineCommand({
  name: "header",
  summary: "Show the header of a .hart file",
  arguments: "<file>",
  examples: ["hab pkg header acme-web-1.0.0-20260102030405-x86_64-linux.hart"],
  options: { json: { kind: "flag", summary: "Print JSON" } },
  async run({ args: [file = ""], options }, context) {
    try {
      const { signer, signatureText } = readHartHeader(context.host, file)
      const keyName = stringifyNamedRevision(signer)
      if (options.json) {
        const fields = { format_version: HART_FORMAT, key_name: keyName, hash_type: HART_HASH_TYPE }
        return { text: JSON.stringify({ package: file, ...fields, signature_raw: signatureText }) }
      }
      return {
        text: table([
          ["Package", file],
          ["Format Version", HART_FORMAT],
          ["Key Name", keyName],
          ["Hash Type", HART_HASH_TYPE],
          ["Raw Signature", signatureText],
        ]),
      }
    } catch (error) {
      if (!(error instanceof HabError)) throw error
      context.report({ tag: "warning", text: `Failed to read package header: ${error.message}` })
      return {}
    }
  },
})

/** `hab pkg info`: what an artifact says about itself; its signature is not checked. */
export const infoCommand = defineCommand({
  name: "info",
  summary: "Show what a .hart file says about itself",
  arguments: "<file>",
  examples: ["hab pkg info acme-web-1.0.0-20260102030405-x86_64-linux.hart --json"],
  options: { json: { kind: "flag", short: "j", summary: "Print JSON, metadata included" } },
  async run({ args: [file = ""], options }, { host }) {
    const info = await readArchiveInfo(host, file)
    return { text: options.json ? JSON.stringify(info) : describeArchive(file, info) }
  },
})

/** `hab pkg verify`: signature and content against the signer's public key. */
export const verifyCommand = defineCommand({
  name: "verify",
  summary: "Check the signature and the content of a .hart file",
  arguments: "<file>",
  examples: ["hab pkg verify acme-web-1.0.0-20260102030405-x86_64-linux.hart"],
  options: { cacheKeyPath: CACHE_KEY_PATH },
  async run({ args: [file = ""], options }, context) {
    context.report({ tag: "begin", text: `Verifying artifact ${file}` })
    const { header, digest } = await verifyHart(context.host, openKeyCache(context, options.cacheKeyPath), file)
    context.report({
      tag: "status",
      verb: "Verified",
      subject: `checksum ${digest} signed with ${stringifyNamedRevision(header.signer)}`,
    })
    context.report({ tag: "end", text: `Verified artifact ${file}.` })
    return {}
  },
})

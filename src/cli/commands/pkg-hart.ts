import { HabError } from "../../base/errors.ts"
import { hashFile } from "../../crypto/hash.ts"
import { stringifyNamedRevision } from "../../crypto/named-revision.ts"
import { HART_FORMAT, HART_HASH_TYPE, readHartHeader } from "../../package/hart-header.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { JSON_OUTPUT } from "../installed.ts"

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
  options: { json: JSON_OUTPUT },
  async run({ args: [file], options }, context) {
    const paths = file === undefined ? await pathsFromStdin(context) : [file]
    const hashes: { hash: string; path: string }[] = []
    for (const path of paths) hashes.push({ hash: await hashFile(context.host, path), path })
    if (options.json) return { text: JSON.stringify(hashes) }
    return { text: hashes.map(({ hash, path }) => `${hash}  ${path}`).join("\n") }
  },
})

/** `hab pkg header`: a bad header is a warning and exit 0, as in Habitat. */
export const headerCommand = defineCommand({
  name: "header",
  summary: "Show the header of a .hart file",
  arguments: "<file>",
  examples: ["hab pkg header acme-web-1.0.0-20260102030405-x86_64-linux.hart"],
  options: { json: JSON_OUTPUT },
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

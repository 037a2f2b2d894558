import { Buffer } from "node:buffer"
import { HabError } from "../base/errors.ts"
import { explainIo } from "../base/explain-io.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { placeAt } from "./text-place.ts"

export type ConfigFiles = Pick<FileSystem, "readFile" | "stat">

/** Larger ones hold up everything else for seconds while they are parsed. */
const BYTES_MAX = 4 * 1024 * 1024

/**
 * The text of a configuration file, undefined when there is none. Throws IO, CONFIG_TOO_LARGE, and TOML_INVALID with line
 * and column for what is not UTF-8.
 */
export function readConfigFile({ files }: Readonly<{ files: ConfigFiles }>, path: string): string | undefined {
  const stat = explainIo(`${path} cannot be read`, () => files.stat(path))
  if (stat === undefined) return undefined
  if (stat.size > BYTES_MAX) {
    throw new HabError("CONFIG_TOO_LARGE", `${path} has ${stat.size} bytes; ${BYTES_MAX} are the most`, {
      hint: "keep large values in files of their own, and their paths in the configuration",
    })
  }
  return decodeConfig(
    explainIo(`${path} cannot be read`, () => files.readFile(path)),
    path,
  )
}

/** The text of bytes that are to be configuration. Throws TOML_INVALID with line and column for what is not UTF-8. */
export function decodeConfig(bytes: Uint8Array, name: string): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
  const at = text.indexOf("\ufffd")
  // The replacement character may stand there itself; only then do the bytes come out the same.
  if (at < 0 || Buffer.compare(Buffer.from(text), bytes) === 0) return text
  const { line, column } = placeAt(text, at)
  const message = "it is not UTF-8 text"
  const where = `${name}:${line}:${column}`
  throw new HabError("TOML_INVALID", `${where} is not TOML: ${message}`, { problems: [{ where, message }] })
}

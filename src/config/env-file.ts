import { posix as path } from "node:path"
import { parseEnv } from "node:util"
import { HabError } from "../base/errors.ts"
import { explainIo } from "../base/explain-io.ts"
import type { FileSystem } from "../ports/file-system.ts"

/** The variables of a dotenv file; `?` in front of its name lets it be missing. Throws ENV_FILE_MISSING, IO. */
export function readEnvFile(
  { files }: Readonly<{ files: Pick<FileSystem, "readTextIfPresent"> }>,
  name: string | undefined,
  folder: string,
): Record<string, string> {
  if (name === undefined) return {}
  const optional = name.startsWith("?")
  const file = path.resolve(folder, optional ? name.slice(1) : name)
  const text = explainIo(`${file} cannot be read`, () => files.readTextIfPresent(file))
  if (text !== undefined) return parseEnv(text) as Record<string, string>
  if (optional) return {}
  throw new HabError("ENV_FILE_MISSING", `there is no ${file}`, {
    hint: `create it, or write '?${name}' when it may be missing`,
  })
}

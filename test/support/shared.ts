import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

const shared = fileURLToPath(new URL("../../../shared", import.meta.url))

/** False where the folder with the reference's vectors is not beside the project; tests that read it are skipped by name. */
export const hasShared = existsSync(shared)

/** A file below the shared folder, such as `vectors/merge.json`. */
export function sharedPath(name: string): string {
  return `${shared}/${name}`
}

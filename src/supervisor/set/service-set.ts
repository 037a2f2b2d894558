import { posix as path } from "node:path"
import type { HookTables, ServiceSpec } from "../spec/spec.ts"

/** What a file declares to be run together (decisions 27, 31): services, and hooks of the set as a whole. */
export type ServiceSet = Readonly<{
  name: string
  /** The file it was read from, absolute. */
  file: string
  /** In the order of the file; every spec names the set. */
  services: readonly ServiceSpec[]
  /** Hooks of the set: supervisor events around the start, stop and restart of all of it. */
  hooks: HookTables
  /** What the file says that has no meaning here, one sentence each. */
  notes: readonly string[]
}>

/** The origin of services without a package (decisions 30). */
export const LOCAL_ORIGIN = "local"

/** File names that say what a file is and not what it is about. */
const GENERIC = ["kepler", "ecosystem.config", "ecosystem", "hab", "services", "apply", "set"]

/** The name of the set in a file that names none: the file's, or its folder's where the file's says nothing. */
export function setNameOf(file: string): string {
  const stem = path.basename(file).replace(/\.(?:toml|ya?ml|json|js|cjs|mjs)$/, "")
  const name = GENERIC.includes(stem) ? path.basename(path.dirname(file)) : stem
  return name.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^-+|-+$/g, "") || "default"
}

/** Whether text can name a set or a service: it becomes a file name. */
export function isPlainName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(text)
}

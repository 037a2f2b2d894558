import { createKeyCache, type KeyCache } from "../crypto/key-cache.ts"
import type { CommandContext, OptionSpec } from "./command.ts"

/** Where keys are: the flag, HAB_CACHE_KEY_PATH, or the root's own cache (spec package §4.2). */
export const CACHE_KEY_PATH = {
  kind: "text",
  value: "DIR",
  env: "HAB_CACHE_KEY_PATH",
  summary: "Folder of the keys",
} as const satisfies OptionSpec

/** The key cache a command works with. */
export function openKeyCache({ host, layout }: CommandContext, given: string | undefined): KeyCache {
  return createKeyCache({ files: host.files }, given || layout.cacheKeys)
}

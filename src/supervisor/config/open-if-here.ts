import { HabError } from "../../base/errors.ts"
import type { SupervisorContext } from "../context.ts"
import { openUpload, uploadKeys } from "./sealed-upload.ts"

/** What was given to a group. `isHere`: a service of the group is loaded here. */
export type Given = Readonly<{ group: string; isHere: boolean; bytes: Uint8Array; encrypted: boolean }>

/**
 * The bytes as the group is to see them. Undefined: they are encrypted, this supervisor has no key to them, and needs none,
 * because members of the group are elsewhere in the ring. Throws as `openUpload`.
 */
export async function openIfHere(
  context: SupervisorContext,
  { group, isHere, bytes, encrypted }: Given,
): Promise<Uint8Array | undefined> {
  if (!encrypted) return bytes
  try {
    return await openUpload(uploadKeys(context), group, bytes)
  } catch (error) {
    const isLocked = error instanceof HabError && error.code === "KEY_NOT_FOUND"
    if (isLocked && context.ring !== undefined && !isHere) return undefined
    throw error
  }
}

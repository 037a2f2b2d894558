import { Buffer } from "node:buffer"
import { type Layout, supervisorPaths } from "../base/layout.ts"
import type { Host } from "../ports/host.ts"

const SECRET_BYTES = 64
const MEMBER_ID_BYTES = 16

type Context = Readonly<{ host: Pick<Host, "files" | "randomBytes">; layout: Layout }>

/**
 * The supervisor's own directories and its identity (spec supervisor §0): MEMBER_ID and CTL_SECRET are kept as they are
 * found, and made when they are missing or empty, as a full disk leaves them. Returns the member id.
 */
export function prepareStateFiles({ host, layout }: Context): string {
  const paths = supervisorPaths(layout)
  for (const directory of [paths.specs, paths.data]) host.files.makeDirectories(directory)
  host.files.makeDirectories(paths.run, 0o700)
  if (!host.files.readTextIfPresent(paths.ctlSecret)?.trim()) {
    host.files.writeAtomically(paths.ctlSecret, newSecret(host.randomBytes), { mode: 0o600 })
  }
  const known = host.files.readTextIfPresent(paths.memberId)?.trim()
  if (known) return known
  const made = newMemberId(host.randomBytes(MEMBER_ID_BYTES))
  host.files.writeAtomically(paths.memberId, made)
  return made
}

/** A secret for the control gateway, as CTL_SECRET holds it. */
export function newSecret(randomBytes: Host["randomBytes"]): string {
  return Buffer.from(randomBytes(SECRET_BYTES)).toString("base64")
}

/** A random UUID (version 4) without dashes. */
function newMemberId(bytes: Uint8Array): string {
  const id = Buffer.from(bytes)
  id[6] = ((id[6] ?? 0) & 0x0f) | 0x40
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80
  return id.toString("hex")
}

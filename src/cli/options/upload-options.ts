import { HabError } from "../../base/errors.ts"
import { sealBox } from "../../crypto/envelope.ts"
import { type ServiceGroup, stringifyServiceGroup } from "../../supervisor/group/service-group.ts"
import type { CommandContext, OptionsOf, OptionTable } from "../command.ts"
import { CACHE_KEY_PATH, openKeyCache } from "../key-cache.ts"
import { REMOTE_OPTION } from "./remote-option.ts"

/** What commands take that give something to a service group (spec supervisor §1.6). */
export const UPLOAD_OPTIONS = {
  user: {
    kind: "text",
    short: "u",
    value: "USER",
    summary: "Encrypt with this user's key, for the key of the service group, which has an organization",
  },
  cacheKeyPath: CACHE_KEY_PATH,
  ...REMOTE_OPTION,
} as const satisfies OptionTable

const NONCE_BYTES = 24

/**
 * What is given, as an envelope from the user for the group; undefined where no user is named. Throws USAGE for a group
 * without an organization, which has no key, KEY_NOT_FOUND, KEY_INVALID.
 */
export async function sealUpload(
  context: CommandContext,
  group: ServiceGroup,
  { user, cacheKeyPath }: OptionsOf<Pick<typeof UPLOAD_OPTIONS, "user" | "cacheKeyPath">>,
  message: Uint8Array | string,
): Promise<string | undefined> {
  if (user === undefined) return undefined
  const name = stringifyServiceGroup(group)
  if (group.organization === undefined) {
    throw new HabError("USAGE", `${name} has no key: nothing can be encrypted for it`, {
      hint: `only groups of an organization have keys (hab svc key generate ${name} ORG): name it as ${name}@ORG`,
    })
  }
  const keys = openKeyCache(context, cacheKeyPath)
  const [sender, recipient] = [keys.latest("box-secret", user), keys.latest("box-public", name)]
  return sealBox({ message, sender, recipient, nonce: context.host.randomBytes(NONCE_BYTES) })
}

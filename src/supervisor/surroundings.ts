import { HabError } from "../base/errors.ts"
import { stringifyIdent } from "../package/ident.ts"
import type { ServiceSurroundings } from "./gateway/service-surroundings.ts"
import type { Release } from "./release.ts"
import type { Roster } from "./roster.ts"

/** The environment and user of a service of this supervisor. Throws SERVICE_BROKEN while its package cannot be opened. */
export function surroundingsOf(roster: Roster, name: string): ServiceSurroundings {
  const release = roster.services.get(name)?.release
  if (release !== undefined) return surroundingsIn(release)
  const problem = roster.broken.get(name)?.problem ?? "its package cannot be opened"
  throw new HabError("SERVICE_BROKEN", `${name} has no environment: ${problem}`, { hint: `hab svc explain ${name}` })
}

/** The environment and user of a release. */
export function surroundingsIn({ ident, env, credentials }: Release): ServiceSurroundings {
  const { runAs } = credentials
  return { ident: stringifyIdent(ident), env, ...(runAs === undefined ? {} : { user: runAs }) }
}

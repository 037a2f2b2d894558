import { HabError } from "../../base/errors.ts"

/** `service.group` or `service.group@organization` (spec supervisor, Conventions). */
export type ServiceGroup = Readonly<{ service: string; group: string; organization?: string }>

/** What can stand behind the dot. */
export function isGroupName(text: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(text)
}

/** How the name of a group is written, after `group` and before what it is not. */
export const GROUP_NAME = "letters, digits, - and _ only"

/** Reads the text form; the obsolete `app.env#` in front is dropped. Throws SERVICE_GROUP_INVALID. */
export function parseServiceGroup(text: string): ServiceGroup {
  const match = /^(?:[^#@.]+\.[^#@.]+#)?([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)(?:@([A-Za-z0-9_.-]+))?$/.exec(text.trim())
  const [, service, group, organization] = match ?? []
  if (service === undefined || group === undefined) {
    throw new HabError("SERVICE_GROUP_INVALID", `'${text}' is not a service group`, {
      hint: "a service group is written service.group or service.group@organization, such as redis.default",
    })
  }
  return organization === undefined ? { service, group } : { service, group, organization }
}

/** The text form: `redis.default`. */
export function stringifyServiceGroup({ service, group, organization }: ServiceGroup): string {
  return organization === undefined ? `${service}.${group}` : `${service}.${group}@${organization}`
}

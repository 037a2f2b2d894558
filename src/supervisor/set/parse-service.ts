import type { Problem } from "../../base/errors.ts"
import { optional } from "../../base/optional.ts"
import { type FieldReader, type Fields, type PlaceOf, readFields } from "../../config/field-reader.ts"
import { readLimits } from "../../config/limits.ts"
import { canonicalEvent, type EventLookup } from "../../hooks/aliases.ts"
import { EVENTS, type SubjectKind } from "../../hooks/events.ts"
import { tryParseIdent } from "../../package/ident.ts"
import { readBinds, readGroup } from "../spec/parse.ts"
import { COMMAND_KEYS, readCommand, readDependencies, readHookTables, readMaxMemory } from "../spec/parse-own.ts"
import {
  DEFAULT_OWN_SPEC,
  defaultSpec,
  HEALTH_BACKOFF,
  type HookTables,
  ON_CRITICAL,
  type OwnSpec,
  type ServiceSpec,
  TEMPLATE_MODES,
} from "../spec/spec.ts"
import { isPlainName, LOCAL_ORIGIN } from "./service-set.ts"

const PACKAGE_KEYS = [
  "ident",
  "channel",
  "url",
  "topology",
  "strategy",
  "update_condition",
  "binds",
  "binding_mode",
  "config_from",
  "template_mode",
] as const
const SHARED_KEYS = [
  "shutdown_timeout",
  "health_check_interval",
  "health_failure_threshold",
  "restart",
  "on_critical",
  "health_backoff",
  "max_memory_restart",
  "limits",
  "depends_on",
  "health",
  "hooks",
] as const

/** Keys of a service in a set, in the order of the reference. */
export const SET_SERVICE_KEYS: readonly string[] = [...PACKAGE_KEYS, "command", ...COMMAND_KEYS, ...SHARED_KEYS]

export type SetPlace = Readonly<{
  set: string
  /** Where relative paths start. */
  folder: string
  env: Readonly<Record<string, string>>
}>

/**
 * Reads one `[services.<name>]`: a package by its `ident`, or a command (decisions 27, 30). What is not named has its
 * default. `group` is a package's service group, and the account's group of a command. What does not fit is added to `problems`; the spec is then not to be used.
 */
export function parseSetService(
  place: SetPlace,
  name: string,
  fields: Fields,
  read: Readonly<{ placeOf: PlaceOf; problems: Problem[]; path: readonly string[] }>,
): ServiceSpec {
  const service = readFields(fields, read.placeOf, read.problems, read.path)
  const refuseAll = (message: string) => read.problems.push({ where: read.placeOf(read.path), message })
  service.onlyKnown(SET_SERVICE_KEYS)
  if (!isPlainName(name)) refuseAll(`'${name}' cannot name a service: letters, digits, - and _ only`)
  const isPackage = service.has("ident")
  if (isPackage && (service.has("command") || service.has("run"))) {
    refuseAll("a service has an 'ident', or a 'command' or 'run' of its own, not both")
  }
  const ident = isPackage ? identOf(service, name) : { origin: LOCAL_ORIGIN, name }
  const defaults = defaultSpec(ident, place.env)
  const hooks = hooksOf(service)
  checkHookEvents(service.table("hooks"), "service")
  const own: OwnSpec = {
    restart: service.choice("restart", ["always", "on-failure", "no"]) ?? DEFAULT_OWN_SPEC.restart,
    healthFailureThreshold: service.whole("health_failure_threshold") ?? healthRetries(service),
    templateMode: service.choice("template_mode", TEMPLATE_MODES) ?? DEFAULT_OWN_SPEC.templateMode,
    onCritical: service.choice("on_critical", ON_CRITICAL) ?? DEFAULT_OWN_SPEC.onCritical,
    healthBackoff: service.choice("health_backoff", HEALTH_BACKOFF) ?? DEFAULT_OWN_SPEC.healthBackoff,
    ...optional("maxMemoryRestart", readMaxMemory(service)),
    limits: readLimits(service),
    ...readDependencies(service),
    set: place.set,
    folder: place.folder,
    ...(isPackage ? {} : { command: readCommand(service, "command") }),
    ...(Object.keys(hooks).length === 0 ? {} : { hooks }),
  }
  const interval = service.whole("health_check_interval") ?? service.table("health").whole("interval")
  return {
    ...defaults,
    ...(isPackage ? packageFields(service, defaults) : {}),
    ...optional("shutdownTimeoutSec", service.whole("shutdown_timeout")),
    ...(interval === undefined ? {} : { healthCheckIntervalMs: interval * 1000 }),
    own,
  }
}

function identOf(service: FieldReader, name: string) {
  const ident = tryParseIdent(service.text("ident") ?? "")
  if (ident === undefined) service.refuse("ident", "'ident' must be origin/name[/version[/release]]")
  else if (ident.name !== name) {
    service.refuse("ident", `'ident' is about ${ident.name}; the service must be called that: [services.${ident.name}]`)
  }
  return ident ?? { origin: LOCAL_ORIGIN, name }
}

function packageFields(service: FieldReader, defaults: ServiceSpec): Partial<ServiceSpec> {
  return {
    group: readGroup(service) ?? defaults.group,
    channel: service.text("channel") ?? defaults.channel,
    bldrUrl: service.text("url") ?? defaults.bldrUrl,
    topology: service.choice("topology", ["standalone", "leader"]) ?? defaults.topology,
    updateStrategy: service.choice("strategy", ["none", "at-once", "rolling"]) ?? defaults.updateStrategy,
    updateCondition: service.choice("update_condition", ["latest", "track-channel"]) ?? defaults.updateCondition,
    binds: readBinds(service),
    bindingMode: service.choice("binding_mode", ["strict", "relaxed"]) ?? defaults.bindingMode,
    ...optional("configFrom", service.text("config_from")),
  }
}

/** `health` is short for a health-check hook, its interval and how many failures count. */
function hooksOf(service: FieldReader): HookTables {
  const declared = readHookTables(service) ?? {}
  if (!service.has("health")) return declared
  const health = service.table("health")
  health.onlyKnown(["run", "command", "interval", "timeout", "retries"])
  if (health.has("run") === health.has("command")) service.refuse("health", "'health' needs a 'run' or a 'command'")
  const { run, command, timeout } = service.raw("health") as Fields
  const check = Object.fromEntries(Object.entries({ run, command, timeout }).filter(([, value]) => value !== undefined))
  return { ...declared, "health-check": [check] }
}

function healthRetries(service: FieldReader): number {
  return service.table("health").whole("retries") ?? DEFAULT_OWN_SPEC.healthFailureThreshold
}

/** Notes every event name that does not exist, or is not one of the subject's. */
export function checkHookEvents(hooks: FieldReader, subject: "service" | "supervisor"): void {
  for (const name of hooks.keys) {
    const found = canonicalEvent(name)
    if (found.tag === "unknown") {
      const near = found.nearest === undefined ? "" : `; did you mean '${found.nearest}'?`
      hooks.refuse(name, `there is no hook '${name}'${near}`)
    } else if (!isEventOf(found, subject)) {
      hooks.refuse(name, `'${name}' is not an event of a ${subject === "supervisor" ? "set" : subject}`)
    }
  }
}

/** Names for packages and for the supervisor mean nothing elsewhere; a service's are a set's where the event is. */
function isEventOf(found: Extract<EventLookup, { tag: "event" }>, subject: "service" | "supervisor"): boolean {
  const isNamedForIt = found.subject === undefined || found.subject === subject || found.subject === "service"
  return isNamedForIt && (EVENTS[found.event].subjects as readonly SubjectKind[]).includes(subject)
}

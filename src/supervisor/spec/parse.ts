import { HabError, type Problem } from "../../base/errors.ts"
import { optional } from "../../base/optional.ts"
import { type FieldReader, type Fields, readFields } from "../../config/field-reader.ts"
import { parseToml, toPlain } from "../../config/toml.ts"
import { tryParseIdent } from "../../package/ident.ts"
import { GROUP_NAME, isGroupName, parseServiceGroup } from "../group/service-group.ts"
import { defaultSpec, REPAIR, type ServiceBind, type ServiceSpec } from "./spec.ts"

/**
 * Reads a spec file. Every key but `ident` is optional and unknown keys are ignored (spec supervisor §1.1).
 * Throws SPEC_INVALID with every problem found, or TOML_INVALID.
 */
export function parseSpec(text: string, where: string, env: Readonly<Record<string, string>>): ServiceSpec {
  const fields = toPlain(parseToml(text, where)) as Fields
  const problems: Problem[] = []
  const ident = typeof fields["ident"] === "string" ? tryParseIdent(fields["ident"]) : undefined
  if (ident === undefined) {
    problems.push({ where, message: 'Missing required ident field: (example: ident = "core/redis")' })
  }
  const read = readFields(fields, () => where, problems)
  const defaults = defaultSpec(ident ?? { origin: "", name: "" }, env)
  const spec: ServiceSpec = {
    ...defaults,
    group: readGroup(read) ?? defaults.group,
    bldrUrl: read.text("bldr_url") ?? defaults.bldrUrl,
    channel: read.text("channel") ?? defaults.channel,
    topology: read.choice("topology", ["standalone", "leader"]) ?? defaults.topology,
    updateStrategy: read.choice("update_strategy", ["none", "at-once", "rolling"]) ?? defaults.updateStrategy,
    updateCondition: read.choice("update_condition", ["latest", "track-channel"]) ?? defaults.updateCondition,
    binds: readBinds(read),
    bindingMode: read.choice("binding_mode", ["strict", "relaxed"]) ?? defaults.bindingMode,
    desiredState: read.choice("desired_state", ["up", "down"]) ?? defaults.desiredState,
    ...optional("configFrom", read.text("config_from")),
    ...optional("shutdownTimeoutSec", read.whole("shutdown_timeout")),
    ...optional("svcEncryptedPassword", read.text("svc_encrypted_password")),
    healthCheckIntervalMs: readInterval(read) ?? defaults.healthCheckIntervalMs,
  }
  refuse(problems, where)
  return spec
}

function refuse(problems: readonly Problem[], where: string): void {
  if (problems.length > 0) {
    throw new HabError("SPEC_INVALID", `the service spec ${where} is not valid`, { problems, hint: REPAIR })
  }
}

/** The group of a service; it names files too. */
export function readGroup(read: FieldReader): string | undefined {
  const group = read.text("group")
  if (group === undefined || isGroupName(group)) return group
  return read.refuse("group", `'${group}' cannot name a group: ${GROUP_NAME}`)
}

/** The binds of a service, each written `name:service.group`. */
export function readBinds(read: FieldReader): ServiceBind[] {
  return (read.words("binds") ?? []).flatMap((bind) => {
    try {
      return [parseBind(bind)]
    } catch (error) {
      if (!(error instanceof HabError)) throw error
      read.refuse("binds", error.message)
      return []
    }
  })
}

function readInterval(read: FieldReader): number | undefined {
  const key = "health_check_interval"
  if (!read.has(key)) return undefined
  const { secs, nanos = 0 } = (read.raw(key) ?? {}) as { secs?: unknown; nanos?: unknown }
  const milliseconds = typeof secs === "number" && typeof nanos === "number" ? secs * 1000 + nanos / 1e6 : Number.NaN
  if (milliseconds >= 0) return milliseconds
  return read.refuse(key, `'${key}' must be { secs, nanos }, not ${JSON.stringify(read.raw(key))}`)
}

/** Reads `name:service.group[@organization]`. Throws BIND_INVALID. */
export function parseBind(text: string): ServiceBind {
  const [, name, group] = /^([^:]+):(.+)$/.exec(text) ?? []
  if (name === undefined || group === undefined) {
    throw new HabError("BIND_INVALID", `'${text}' is not a bind`, { hint: "a bind is written name:service.group" })
  }
  return { name, group: parseServiceGroup(group) }
}

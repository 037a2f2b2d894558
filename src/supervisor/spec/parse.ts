import { HabError, type Problem } from "../../base/errors.ts"
import { nearest } from "../../base/nearest.ts"
import { parseToml, toPlain } from "../../config/toml.ts"
import { tryParseIdent } from "../../package/ident.ts"
import { parseServiceGroup } from "../service-group.ts"
import { DEFAULT_OWN_SPEC, defaultSpec, type OwnSpec, type ServiceBind, type ServiceSpec } from "./spec.ts"

type Fields = Readonly<Record<string, unknown>>

const OWN_KEYS = ["restart", "health_failure_threshold", "template_mode", "limits"]

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
  const read = reader(fields, where, problems)
  const defaults = defaultSpec(ident ?? { origin: "", name: "" }, env)
  const spec: ServiceSpec = {
    ...defaults,
    group: read.text("group") ?? defaults.group,
    bldrUrl: read.text("bldr_url") ?? defaults.bldrUrl,
    channel: read.text("channel") ?? defaults.channel,
    topology: read.choice("topology", ["standalone", "leader"]) ?? defaults.topology,
    updateStrategy: read.choice("update_strategy", ["none", "at-once", "rolling"]) ?? defaults.updateStrategy,
    updateCondition: read.choice("update_condition", ["latest", "track-channel"]) ?? defaults.updateCondition,
    binds: read.binds(),
    bindingMode: read.choice("binding_mode", ["strict", "relaxed"]) ?? defaults.bindingMode,
    desiredState: read.choice("desired_state", ["up", "down"]) ?? defaults.desiredState,
    ...optional("configFrom", read.text("config_from")),
    ...optional("shutdownTimeoutSec", read.whole("shutdown_timeout")),
    ...optional("svcEncryptedPassword", read.text("svc_encrypted_password")),
    healthCheckIntervalMs: read.interval() ?? defaults.healthCheckIntervalMs,
  }
  refuse(problems, where)
  return spec
}

/** Reads our own keys. Unlike Habitat's file, an unknown key is refused with the nearest known one. */
export function parseOwnSpec(text: string, where: string): OwnSpec {
  const fields = toPlain(parseToml(text, where)) as Fields
  const problems: Problem[] = Object.keys(fields)
    .filter((key) => !OWN_KEYS.includes(key))
    .map((key) => ({ where, message: `unknown key '${key}'${suggestion(key)}` }))
  const read = reader(fields, where, problems)
  const limits = reader((fields["limits"] ?? {}) as Fields, `${where} [limits]`, problems)
  const own: OwnSpec = {
    restart: read.choice("restart", ["always", "on-failure", "no"]) ?? DEFAULT_OWN_SPEC.restart,
    healthFailureThreshold: read.whole("health_failure_threshold") ?? DEFAULT_OWN_SPEC.healthFailureThreshold,
    templateMode: read.choice("template_mode", ["strict", "lenient"]) ?? DEFAULT_OWN_SPEC.templateMode,
    ...optional("limitNofile", limits.whole("nofile")),
  }
  refuse(problems, where)
  return own
}

function suggestion(key: string): string {
  const near = nearest(key, OWN_KEYS)
  return near === undefined ? "" : `; did you mean '${near}'?`
}

function refuse(problems: readonly Problem[], where: string): void {
  if (problems.length > 0) throw new HabError("SPEC_INVALID", `the service spec ${where} is not valid`, { problems })
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })
}

/** Typed access to the fields; what does not fit is noted and read as absent. */
function reader(fields: Fields, where: string, problems: Problem[]) {
  const wrong = (key: string, wanted: string) => {
    problems.push({ where, message: `'${key}' must be ${wanted}, not ${JSON.stringify(fields[key])}` })
    return undefined
  }
  const text = (key: string): string | undefined => {
    const value = fields[key]
    if (value === undefined || typeof value === "string") return value
    return wrong(key, "a string")
  }
  const whole = (key: string): number | undefined => {
    const value = fields[key]
    if (value === undefined) return undefined
    return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : wrong(key, "a whole number")
  }
  return {
    text,
    whole,
    choice<const C extends string>(key: string, choices: readonly C[]): C | undefined {
      const value = text(key)?.toLowerCase()
      if (value === undefined) return undefined
      return choices.find((choice) => choice === value) ?? wrong(key, `one of ${choices.join(", ")}`)
    },
    binds(): ServiceBind[] {
      const value = fields["binds"] ?? []
      if (!Array.isArray(value)) return wrong("binds", "a list of 'name:service.group'") ?? []
      return value.flatMap((bind: unknown) => {
        try {
          return [parseBind(String(bind))]
        } catch (error) {
          problems.push({ where, message: error instanceof Error ? error.message : String(error) })
          return []
        }
      })
    },
    interval(): number | undefined {
      const value = fields["health_check_interval"]
      if (value === undefined) return undefined
      const { secs, nanos = 0 } = value as { secs?: unknown; nanos?: unknown }
      if (typeof secs !== "number" || typeof nanos !== "number")
        return wrong("health_check_interval", "{ secs, nanos }")
      return secs * 1000 + nanos / 1e6
    },
  }
}

/** Reads `name:service.group[@organization]`. Throws BIND_INVALID. */
export function parseBind(text: string): ServiceBind {
  const [, name, group] = /^([^:]+):(.+)$/.exec(text) ?? []
  if (name === undefined || group === undefined) {
    throw new HabError("BIND_INVALID", `'${text}' is not a bind`, { hint: "a bind is written name:service.group" })
  }
  return { name, group: parseServiceGroup(group) }
}

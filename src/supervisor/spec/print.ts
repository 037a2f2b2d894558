import { type PackageIdent, stringifyIdent } from "../../package/ident.ts"
import { stringifyServiceGroup } from "../group/service-group.ts"
import type { ServiceBind, ServiceSpec } from "./spec.ts"

/** `name:service.group`, as `parseBind` reads it. */
export function stringifyBind({ name, group }: ServiceBind): string {
  return `${name}:${stringifyServiceGroup(group)}`
}

/** The spec file as Habitat writes it: this order of keys, absent ones left out (spec supervisor §1.1). */
export function printSpec(spec: ServiceSpec): string {
  const binds = spec.binds.map((bind) => quote(stringifyBind(bind)))
  const lines = [
    `ident = ${quote(stringifyIdent(withoutRange(spec.ident)))}`,
    `group = ${quote(spec.group)}`,
    `bldr_url = ${quote(spec.bldrUrl)}`,
    `channel = ${quote(spec.channel)}`,
    `topology = ${quote(spec.topology)}`,
    `update_strategy = ${quote(spec.updateStrategy)}`,
    `update_condition = ${quote(spec.updateCondition)}`,
    `binds = [${binds.join(", ")}]`,
    `binding_mode = ${quote(spec.bindingMode)}`,
    ...(spec.configFrom === undefined ? [] : [`config_from = ${quote(spec.configFrom)}`]),
    `desired_state = ${quote(spec.desiredState)}`,
    ...(spec.shutdownTimeoutSec === undefined ? [] : [`shutdown_timeout = ${spec.shutdownTimeoutSec}`]),
    ...(spec.svcEncryptedPassword === undefined
      ? []
      : [`svc_encrypted_password = ${quote(spec.svcEncryptedPassword)}`]),
    "",
    "[health_check_interval]",
    `secs = ${Math.floor(spec.healthCheckIntervalMs / 1000)}`,
    `nanos = ${Math.round((spec.healthCheckIntervalMs % 1000) * 1e6)}`,
  ]
  return `${lines.join("\n")}\n`
}

/** Habitat knows no ranges: ours stands among our own keys (decisions H). */
function withoutRange({ range: _, ...ident }: PackageIdent): PackageIdent {
  return ident
}

/** A TOML basic string: JSON's escapes are a subset of TOML's. */
function quote(text: string): string {
  return JSON.stringify(text)
}

import { HabError, isSystemError } from "../base/errors.ts"
import { type Layout, supervisorPaths } from "../base/layout.ts"
import { parseToml, toPlain } from "../config/toml.ts"
import type { RemoteControl } from "../ports/control-channel.ts"
import type { Host } from "../ports/host.ts"
import type { ClientTls } from "../ports/http-client.ts"
import { bearer, CONTROL_PORT } from "../supervisor/gateway/control-gateway.ts"
import { parseListenAddress, printListenAddress } from "../supervisor/gateway/listen-address.ts"

type Place = Readonly<{ host: Pick<Host, "files" | "env">; layout: Layout }>

/**
 * The supervisor to ask over TCP: the flag's, that of HAB_LISTEN_CTL, or `listen_ctl` of cli.toml. Undefined: the one of
 * this root, through its socket. Throws LISTEN_ADDRESS_INVALID, CONTROL_SECRET_MISSING, CONTROL_TLS_INVALID, TOML_INVALID.
 */
export function remoteSupervisor({ host, layout }: Place, given: string | undefined): RemoteControl | undefined {
  const settings = readSettings(host.files, layout.cliConfig)
  const address = given || host.env["HAB_LISTEN_CTL"] || settings["listen_ctl"]
  if (address === undefined) return undefined
  const tls = tlsOf(host.files, settings)
  const url = `${tls === undefined ? "http" : "https"}://${printListenAddress(parseListenAddress(address, CONTROL_PORT))}`
  return { url, authorization: bearer(secret({ host, layout }, settings)), ...(tls === undefined ? {} : { tls }) }
}

type Settings = Readonly<Partial<Record<string, string>>>

function readSettings(files: Host["files"], file: string): Settings {
  const text = files.readTextIfPresent(file)
  if (text === undefined) return {}
  const texts = Object.entries(toPlain(parseToml(text, file)) as object).filter(
    ([, value]) => typeof value === "string",
  )
  return Object.fromEntries(texts) as Settings
}

/** Habitat's order: HAB_CTL_SECRET, cli.toml, then the file of the supervisor on this machine (spec supervisor §7.7). */
function secret({ host, layout }: Place, settings: Settings): string {
  const { ctlSecret } = supervisorPaths(layout)
  const found = host.env["HAB_CTL_SECRET"] || settings["ctl_secret"] || readIfAllowed(host.files, ctlSecret)
  if (found) return found
  throw new HabError("CONTROL_SECRET_MISSING", `There is no secret for the supervisor: ${ctlSecret} cannot be read`, {
    hint: "give what CTL_SECRET holds on the supervisor's machine as HAB_CTL_SECRET, or as ctl_secret in cli.toml",
  })
}

function readIfAllowed(files: Host["files"], file: string): string | undefined {
  try {
    return files.readTextIfPresent(file)
  } catch (error) {
    if (isSystemError(error)) return undefined
    throw error
  }
}

const TLS_KEYS = {
  authorities: "ctl_server_ca_certificate",
  certificate: "ctl_client_certificate",
  key: "ctl_client_key",
} as const

/** TLS is spoken when cli.toml names a file for it. */
function tlsOf(files: Host["files"], settings: Settings): ClientTls | undefined {
  const named = Object.entries(TLS_KEYS).filter(([, key]) => settings[key] !== undefined)
  if (named.length === 0) return undefined
  const texts = named.map(([field, key]) => {
    const file = settings[key] ?? ""
    const text = readIfAllowed(files, file)
    if (text === undefined)
      throw new HabError("CONTROL_TLS_INVALID", `${file}, ${key} in cli.toml, cannot be read`, {
        hint: `correct ${key}, or leave it out where the supervisor speaks no TLS`,
      })
    return [field, text] as const
  })
  const serverName = settings["ctl_server_name_indication"]
  return { ...Object.fromEntries(texts), ...(serverName === undefined ? {} : { serverName }) }
}

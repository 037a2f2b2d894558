import { HabError } from "../base/errors.ts"
import { nearest } from "../base/nearest.ts"
import { parseToml, toPlain } from "../config/toml.ts"
import type { CommandContext } from "./command.ts"

/** The settings of cli.toml (spec package §7.5) that have a meaning here, with what each is. */
export const CLI_SETTINGS = {
  bldr_url: "Address of the depot",
  auth_token: "Access token of the depot",
  origin: "Origin that commands are about when none is named",
  ctl_secret: "Secret of remote supervisors",
  refresh_channel: "Channel of the dependencies of builds",
  listen_ctl: "Address of a remote supervisor",
  ctl_client_certificate: "Certificate shown to a remote supervisor",
  ctl_client_key: "Key of that certificate",
  ctl_server_ca_certificate: "Authority that a remote supervisor's certificate comes from",
  ctl_server_name_indication: "Name in a remote supervisor's certificate",
} as const

export type CliSetting = keyof typeof CLI_SETTINGS
export type CliConfig = Readonly<Partial<Record<CliSetting, string>>>

/** True for a key of cli.toml. */
function isCliSetting(text: string): text is CliSetting {
  return Object.hasOwn(CLI_SETTINGS, text)
}

/** What cli.toml says; nothing where there is none. Throws CLI_CONFIG_INVALID and TOML_INVALID. */
export function readCliConfig({ host, layout }: Pick<CommandContext, "host" | "layout">): CliConfig {
  const path = layout.cliConfig
  const text = host.files.readTextIfPresent(path)
  if (text === undefined) return {}
  const fields = toPlain(parseToml(text, path)) as Readonly<Record<string, unknown>>
  const problems = Object.entries(fields).flatMap(([key, value]) => {
    if (!isCliSetting(key)) {
      const near = nearest(key, Object.keys(CLI_SETTINGS))
      return [{ where: path, message: `unknown key '${key}'${near === undefined ? "" : `; did you mean '${near}'?`}` }]
    }
    return typeof value === "string" ? [] : [{ where: path, message: `'${key}' must be a string` }]
  })
  if (problems.length > 0) throw new HabError("CLI_CONFIG_INVALID", `${path} is not valid`, { problems })
  return fields as CliConfig
}

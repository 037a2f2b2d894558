import { HabError } from "../../base/errors.ts"
import type { SupervisorRequest } from "../../supervisor/boot.ts"
import { backoffPolicy } from "../../supervisor/service/restart-policy.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { GATEWAY_OPTIONS, gatewayOptionsOf } from "../gateway-options.ts"
import { wantsColour } from "../reporter.ts"
import { loadRequestOf, SERVICE_OPTIONS } from "../service-options.ts"
import { takeLock } from "../supervisor-lock.ts"
import { VERSION } from "../version.ts"

const BACKOFF_OPTIONS = {
  serviceMinBackoffPeriod: { kind: "number", value: "SECONDS", summary: "Least wait before a failed service restarts" },
  serviceMaxBackoffPeriod: {
    kind: "number",
    value: "SECONDS",
    summary: "Longest wait before a failed service restarts",
  },
  serviceRestartCooldownPeriod: {
    kind: "number",
    value: "SECONDS",
    summary: "Up this long, and failures are forgotten",
  },
} as const

/** `hab sup run` (spec supervisor §1.7). */
export const runSupervisorCommand = defineCommand({
  name: "run",
  summary: "Run the supervisor in the foreground, and with it every loaded service",
  arguments: "[ident-or-hart]",
  examples: [
    "hab sup run",
    "hab sup run acme/web",
    "hab sup run --listen-http 0.0.0.0:9631",
    "hab sup run results/acme-web-1.0.0-20260102030405-x86_64-linux.hart",
  ],
  options: {
    ...SERVICE_OPTIONS,
    ...BACKOFF_OPTIONS,
    ...GATEWAY_OPTIONS,
    org: { kind: "text", value: "ORG", summary: "Organization of every service group of this supervisor" },
    noColor: { kind: "flag", summary: "Print without colours" },
    jsonLogging: { kind: "flag", summary: "Print one JSON object a line" },
  },
  async run({ args: [given], options }, context) {
    const { org, noColor, jsonLogging, listenHttp, httpDisable, key, certs, caCerts, ...others } = options
    const gateway = gatewayOptionsOf({ listenHttp, httpDisable, key, certs, caCerts }, context.host.cwd)
    const { layout, enclosure } = context.workplace()
    const release = await takeLock(context.host, layout)
    const ident = given === undefined ? undefined : await identOf(context, given)
    const { serviceMinBackoffPeriod, serviceMaxBackoffPeriod, serviceRestartCooldownPeriod, ...service } = others
    const request: SupervisorRequest = {
      layout,
      version: VERSION,
      options: {
        backoff: backoffPolicy({
          minimumSec: serviceMinBackoffPeriod,
          maximumSec: serviceMaxBackoffPeriod,
          cooldownSec: serviceRestartCooldownPeriod,
        }),
        ...(org === undefined ? {} : { organization: org }),
        ip: context.host.network.ip(),
        hostname: context.host.network.hostname(),
      },
      ...(gateway === undefined ? {} : { gateway }),
      ...(ident === undefined ? {} : { load: loadRequestOf(ident, service) }),
    }
    const exitCode = await context.launch({
      layout,
      root: enclosure.enclosed ? layout.root : "/",
      supervisor: supervisorCommand(context, request),
      console: { json: jsonLogging, color: !noColor && wantsColour(context.host.env, context.stdoutIsTerminal) },
      version: VERSION,
    })
    release()
    return { exitCode }
  },
})

/** A .hart file is installed first; the exact release in it is what runs. */
async function identOf(context: CommandContext, given: string): Promise<string> {
  if (!given.endsWith(".hart") && context.host.files.stat(given)?.kind !== "file") return given
  const argv = [context.nodeProgram, `${context.programDirectory}/hab.cjs`, "pkg", "install", given] as const
  const { status, stdout } = await context.host.processes.run({
    argv,
    env: context.host.env,
    signal: context.signal,
    onLine: (_, line) => context.report({ tag: "note", text: line }),
  })
  const ident = /Install of (\S+) complete/.exec(stdout)?.[1]
  if (status.tag === "exited" && status.code === 0 && ident !== undefined) return ident
  throw new HabError("INSTALL_FAILED", `${given} could not be installed; the lines above say why`, {
    exitCode: status.tag === "exited" && status.code !== 0 ? status.code : 1,
  })
}

/**
 * V8 would give the young heap 16 MiB and each of four threads an arena. The launcher gets the same from `bin/hab`; a
 * service costs 30 KB of memory instead of 190.
 */
const SMALL = ["--max-semi-space-size=1", "--v8-pool-size=1"] as const

function supervisorCommand({ nodeProgram, programDirectory, host }: CommandContext, request: SupervisorRequest) {
  const argv = [nodeProgram, ...SMALL, `${programDirectory}/supervisor.cjs`, JSON.stringify(request)] as const
  return { argv, env: host.env }
}

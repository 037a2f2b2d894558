import { posix as path } from "node:path"
import { HabError } from "../../base/errors.ts"
import type { Layout } from "../../base/layout.ts"
import { VERSION } from "../../base/version.ts"
import type { SupervisorRequest } from "../../supervisor/boot.ts"
import { backoffPolicy } from "../../supervisor/service/restart-policy.ts"
import { updatePeriodMs } from "../../supervisor/updates/update-period.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { installByCommand, installIfAbsent } from "../install-package.ts"
import { clusterOptionsOf } from "../options/cluster-options.ts"
import { controlOptionsOf } from "../options/control-options.ts"
import { gatewayOptionsOf } from "../options/gateway-options.ts"
import { loadRequestOf, SERVICE_OPTIONS } from "../options/service-options.ts"
import { SUPERVISOR_OPTIONS } from "../options/supervisor-options.ts"
import { wantsColour } from "../reporter.ts"
import { nameOfService } from "../service-name.ts"
import { takeLock } from "../supervisor-lock.ts"
import {
  type Asked,
  generateSettings,
  type SupervisorOptionValues,
  type SupervisorSettings,
  supervisorSettings,
  warnIneffective,
} from "../supervisor-settings.ts"

/**
 * Keeps what a process takes near what it holds, which is a quarter less: small heaps, and no threads of V8's own. Every
 * Node we run on knows these words. `bin/hab` does it to us, and we go without optimized code as well: we mostly wait.
 */
const SMALL = ["--max-semi-space-size=1", "--v8-pool-size=1", "--optimize-for-size", "--single-threaded"] as const

/** `hab sup run` (spec supervisor §1.7). */
export const runSupervisorCommand = defineCommand({
  name: "run",
  summary: "Run the supervisor in the foreground, and with it every loaded service",
  arguments: "[ident-or-hart]",
  examples: [
    "hab sup run",
    "hab sup run acme/web",
    "hab sup run --listen-http 0.0.0.0:9631",
    "hab sup run --cluster etcd://10.0.0.1,10.0.0.2,10.0.0.3 --ring east",
    "hab sup run acme/migrate --restart no --exit-with migrate",
    "hab sup run --generate-config >/hab/sup/default/config/sup.toml",
    "hab sup run results/acme-web-1.0.0-20260102030405-x86_64-linux.hart",
  ],
  options: {
    ...SUPERVISOR_OPTIONS,
    configFiles: {
      kind: "list",
      value: "FILE",
      summary: "Read these instead of /hab/sup/default/config/sup.toml; later ones count more",
    },
    generateConfig: { kind: "flag", summary: "Print a sup.toml with every setting, and end" },
  },
  async run({ args: [argument], options: { configFiles, generateConfig, ...options }, named }, context) {
    const asked: Asked = { argument, options, named, configFiles }
    if (generateConfig) return { text: generateSettings(asked) }
    const settings = supervisorSettings(context, asked)
    gatewayOptionsOf(settings.options, context.host.cwd)
    controlOptionsOf(settings.options, context)
    clusterOptionsOf(settings.options, context.host.cwd)
    warnIneffective(context, settings, asked)
    const { layout, enclosure } = context.workplace()
    // Who finds us in LOCK may send us a signal at once.
    const launch = context.becomeLauncher()
    const release = await takeLock(context.host, layout)
    const { noColor, jsonLogging } = settings.options
    const ident =
      settings.argument === undefined ? undefined : await identOf(context, settings.argument, settings.options)
    const exitCode = await launch({
      layout,
      root: enclosure.enclosed ? layout.root : "/",
      supervisor: supervisorCommands(context, asked, { layout, ident }),
      console: { json: jsonLogging, color: !noColor && wantsColour(context.host.env, context.stdoutIsTerminal) },
      version: VERSION,
    })
    release()
    return { exitCode }
  },
})

type Fixed = Readonly<{ layout: Layout; ident: string | undefined }>

/** Every new supervisor goes by the files as they are then; when they have become unusable, by what they said before. */
function supervisorCommands(context: CommandContext, asked: Asked, fixed: Fixed) {
  const commandNow = () => {
    const request = requestOf(context, fixed, supervisorSettings(context, asked))
    const program = `${context.programDirectory}/supervisor.cjs`
    const argv = [context.nodeProgram, ...SMALL, program, JSON.stringify(request)] as const
    return { argv, env: context.host.env }
  }
  let last = commandNow()
  return () => {
    try {
      last = commandNow()
    } catch (error) {
      if (!(error instanceof HabError)) throw error
      const problems = error.problems.map(({ message }) => message).join("; ")
      context.report({ tag: "warning", text: `${error.message}: ${problems}`, hint: "The settings of before are kept" })
    }
    return last
  }
}

function requestOf(
  context: CommandContext,
  { layout, ident }: Fixed,
  { options, hooks }: SupervisorSettings,
): SupervisorRequest {
  const { network, cwd } = context.host
  const gateway = gatewayOptionsOf(options, cwd)
  const control = controlOptionsOf(options, context)
  const cluster = clusterOptionsOf(options, cwd)
  return {
    layout,
    hooks,
    programs: { node: context.nodeProgram, moduleHost: `${context.programDirectory}/module-host.cjs` },
    version: VERSION,
    options: {
      backoff: backoffPolicy({
        minimumSec: options.serviceMinBackoffPeriod,
        maximumSec: options.serviceMaxBackoffPeriod,
        cooldownSec: options.serviceRestartCooldownPeriod,
      }),
      ...(options.org === undefined ? {} : { organization: options.org }),
      ...(options.cacheKeyPath === undefined ? {} : { keys: path.resolve(cwd, options.cacheKeyPath) }),
      ip: options.sysIpAddress ?? network.ip(),
      hostname: network.hostname(),
    },
    updates: {
      periodMs: updatePeriodMs(context.host.env, options.serviceUpdatePeriod),
      ...(options.keepLatestPackages === undefined ? {} : { keepLatest: options.keepLatestPackages }),
    },
    habCommand: [context.nodeProgram, `${context.programDirectory}/hab.cjs`],
    ...(options.exitWith === undefined ? {} : { exitWith: nameOfService(options.exitWith) }),
    ...(gateway === undefined ? {} : { gateway }),
    ...(control === undefined ? {} : { control }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(ident === undefined ? {} : { load: loadRequestOf(ident, serviceOptions(options, cwd)) }),
  }
}

function serviceOptions(options: SupervisorOptionValues, cwd: string): SupervisorOptionValues {
  const picked = pick(options, Object.keys(SERVICE_OPTIONS))
  const { configFrom } = picked
  return configFrom === undefined ? picked : { ...picked, configFrom: path.resolve(cwd, configFrom) }
}

function pick(options: SupervisorOptionValues, keys: readonly string[]) {
  return Object.fromEntries(Object.entries(options).filter(([key]) => keys.includes(key))) as SupervisorOptionValues
}

/** A .hart file is installed first, the exact release in it is what runs; and a package that is not here, from its depot. */
async function identOf(context: CommandContext, given: string, options: SupervisorOptionValues): Promise<string> {
  if (!given.endsWith(".hart") && context.host.files.stat(given)?.kind !== "file") {
    await installIfAbsent(context, given, options)
    return given
  }
  const { cacheKeyPath } = options
  const { env } = context.host
  return installByCommand(
    context,
    [given],
    cacheKeyPath === undefined ? env : { ...env, HAB_CACHE_KEY_PATH: cacheKeyPath },
  )
}

import { HabError } from "../../base/errors.ts"
import { parseIdent, satisfies, tryParseIdent } from "../../package/ident.ts"
import { createStore } from "../../package/store.ts"
import { askSupervisor } from "../../supervisor/gateway/client.ts"
import { type ServiceStatus, statusTable } from "../../supervisor/gateway/status.ts"
import {
  loadService,
  type OperationContext,
  type OperationResult,
  unloadService,
  wantService,
} from "../../supervisor/operations.ts"
import { type CommandContext, type CommandGroup, type CommandResult, defineCommand } from "../command.ts"
import { loadRequestOf, SERVICE_OPTIONS } from "../service-options.ts"

const SHUTDOWN_TIMEOUT = {
  kind: "number",
  value: "SECONDS",
  summary: "Seconds between the shutdown signal and SIGKILL, this time",
} as const

/** Without a supervisor the commands edit the spec files themselves: the next one acts on them. */
function operationContext({ host, layout }: CommandContext): OperationContext {
  const store = createStore({ files: host.files, layout, target: host.target })
  return { files: host.files, layout, env: host.env, store }
}

async function change(
  context: CommandContext,
  request: Readonly<{ path: string; body: unknown }>,
  withoutSupervisor: (operations: OperationContext) => OperationResult,
): Promise<CommandResult> {
  const ask = { control: context.host.control, layout: context.layout }
  const answer = await askSupervisor<OperationResult>(ask, { method: "POST", ...request })
  if (answer !== undefined) return { text: answer.message }
  const { message } = withoutSupervisor(operationContext(context))
  context.report({ tag: "note", text: "No supervisor runs; the next `hab sup run` acts on this." })
  return { text: message }
}

const load = defineCommand({
  name: "load",
  summary: "Load a service; the supervisor starts it and keeps it running",
  arguments: "<ident>",
  examples: ["hab svc load acme/web", "hab svc load acme/web --bind db:postgres.default --force"],
  options: {
    force: { kind: "flag", short: "f", summary: "Replace the spec of a loaded service" },
    ...SERVICE_OPTIONS,
  },
  async run({ args: [ident = ""], options: { force, ...options } }, context) {
    const request = { ...loadRequestOf(ident, options), force }
    return change(context, { path: "/services/load", body: request }, (operations) => loadService(operations, request))
  },
})

const unload = defineCommand({
  name: "unload",
  summary: "Unload a service: stop it and forget it",
  arguments: "<ident>",
  examples: ["hab svc unload acme/web"],
  options: { shutdownTimeout: SHUTDOWN_TIMEOUT },
  async run({ args: [text = ""], options }, context) {
    const ident = parseIdent(text)
    const body = { ident: text, shutdownTimeoutSec: options.shutdownTimeout }
    return change(context, { path: "/services/unload", body }, (operations) => unloadService(operations, ident))
  },
})

const start = defineCommand({
  name: "start",
  summary: "Start a loaded service that is down",
  arguments: "<ident>",
  examples: ["hab svc start acme/web"],
  options: {},
  async run({ args: [text = ""] }, context) {
    const ident = parseIdent(text)
    const request = { path: "/services/start", body: { ident: text } }
    return change(context, request, (operations) => wantService(operations, ident, "up"))
  },
})

const stop = defineCommand({
  name: "stop",
  summary: "Stop a loaded service and keep it down",
  arguments: "<ident>",
  examples: ["hab svc stop acme/web", "hab svc stop acme/web --shutdown-timeout 30"],
  options: { shutdownTimeout: SHUTDOWN_TIMEOUT },
  async run({ args: [text = ""], options }, context) {
    const ident = parseIdent(text)
    const body = { ident: text, shutdownTimeoutSec: options.shutdownTimeout }
    return change(context, { path: "/services/stop", body }, (operations) => wantService(operations, ident, "down"))
  },
})

const status = defineCommand({
  name: "status",
  summary: "Show the loaded services",
  arguments: "[ident]",
  examples: ["hab svc status", "hab svc status acme/web --json"],
  options: { json: { kind: "flag", summary: "Print JSON" } },
  async run({ args: [text], options }, context) {
    const wish = text === undefined ? undefined : parseIdent(text)
    const ask = { control: context.host.control, layout: context.layout }
    const services = await askSupervisor<readonly ServiceStatus[]>(ask, { method: "GET", path: "/services" })
    if (services === undefined) {
      throw new HabError("SUPERVISOR_ABSENT", `Unable to contact the Supervisor. None runs on ${context.layout.hab}`, {
        hint: "hab sup run",
      })
    }
    const shown = services.filter((service) => {
      const ident = tryParseIdent(service.ident)
      return wish === undefined || (ident !== undefined && satisfies(ident, wish))
    })
    if (wish !== undefined && shown.length === 0) {
      throw new HabError("SERVICE_NOT_LOADED", `Service not loaded, ${text}`, { hint: `hab svc load ${text}` })
    }
    return { text: options.json ? JSON.stringify(shown) : statusTable(shown) }
  },
})

/** `hab svc …` (spec supervisor §1.3 to §1.5). */
export const svcCommands: CommandGroup = {
  name: "svc",
  summary: "Load, start, stop and look at services",
  commands: [load, unload, start, stop, status],
}

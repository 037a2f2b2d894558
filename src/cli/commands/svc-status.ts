import { HabError } from "../../base/errors.ts"
import { parseIdent, satisfies, tryParseIdent } from "../../package/ident.ts"
import {
  describeRunning,
  explanationText,
  type HookRun,
  hookTable,
  type ServiceExplanation,
} from "../../supervisor/gateway/explanation.ts"
import { type ServiceStatus, statusTable, waitingHints } from "../../supervisor/gateway/status.ts"
import type { SetStatus } from "../../supervisor/set/set-status.ts"
import { type CommandContext, type CommandResult, defineCommand } from "../command.ts"
import { ask, askServices } from "../operations.ts"
import { REMOTE_OPTION } from "../options/remote-option.ts"

const JSON_FLAG = { kind: "flag", summary: "Print JSON" } as const

/** `hab svc status` (spec supervisor §1.5). What waits is told on stderr. */
export const statusCommand = defineCommand({
  name: "status",
  summary: "Show the loaded services",
  arguments: "[service]",
  examples: ["hab svc status", "hab svc status acme/web --json"],
  options: { json: JSON_FLAG, ...REMOTE_OPTION },
  async run({ args: [text], options }, context) {
    const services = await askServices(context)
    const shown = text === undefined ? services : services.filter((service) => isMeant(service, text))
    if (text !== undefined && shown.length === 0) {
      throw new HabError("SERVICE_NOT_LOADED", `[Err: 2] Service not loaded, ${text}`, {
        hint: text.includes("/") ? `hab svc load ${text}` : "`hab svc status` shows what is loaded",
      })
    }
    if (options.json) return { text: JSON.stringify(shown) }
    for (const hint of waitingHints(shown)) context.report({ tag: "note", text: hint })
    return { text: statusTable(shown) }
  },
})

/** What runs must satisfy an ident: its version counts too (spec supervisor §1.5). */
function isMeant(service: ServiceStatus, text: string): boolean {
  if (!text.includes("/")) return text === service.name || text === service.group
  const ident = tryParseIdent(service.ident)
  return ident !== undefined && satisfies(ident, parseIdent(text))
}

/** `hab svc explain`: what a service does, why, and what ends that. */
export const explainCommand = defineCommand({
  name: "explain",
  summary: "Say what a service does, why, and what it waits for",
  arguments: "<service>",
  examples: ["hab svc explain acme/web", "hab svc explain web --json"],
  options: { json: JSON_FLAG, ...REMOTE_OPTION },
  async run({ args: [text = ""], options }, context) {
    const path = `/services/${encodeURIComponent(text)}/explain`
    const told = await ask<ServiceExplanation>(context, { method: "GET", path })
    return { text: options.json ? JSON.stringify(told) : explanationText(told) }
  },
})

/** `hab svc hooks`: what ran, how it ended, how long it took, and what runs now. */
export const hooksCommand = defineCommand({
  name: "hooks",
  summary: "Show the last ten hook runs of a service, and those that run now",
  arguments: "[service]",
  examples: ["hab svc hooks acme/web", "hab svc hooks web --json", "hab svc hooks --set shop"],
  options: {
    set: { kind: "text", value: "NAME", summary: "Those of an applied set as a whole" },
    json: JSON_FLAG,
    ...REMOTE_OPTION,
  },
  async run({ args: [text], options }, context) {
    if ((text === undefined) === (options.set === undefined)) {
      throw new HabError("USAGE", "name a service, or a set with --set")
    }
    if (text === undefined) return setHooks(context, options.set ?? "", options.json)
    const service = `/services/${encodeURIComponent(text)}`
    if (options.json) {
      return {
        text: JSON.stringify(await ask<readonly HookRun[]>(context, { method: "GET", path: `${service}/hooks` })),
      }
    }
    const told = await ask<ServiceExplanation>(context, { method: "GET", path: `${service}/explain` })
    return { text: hookLines(told) || `No hook of ${text} has run under this supervisor.` }
  },
})

function hookLines({ hooks, running }: Pick<ServiceExplanation, "hooks" | "running">): string {
  const finished = hooks.length === 0 ? [] : [hookTable(hooks)]
  return [...finished, ...running.map((hook) => `running: ${describeRunning(hook)}`)].join("\n")
}

async function setHooks(context: CommandContext, set: string, json: boolean): Promise<CommandResult> {
  const path = `/sets/${encodeURIComponent(set)}/hooks`
  const runs = await ask<readonly HookRun[]>(context, { method: "GET", path })
  if (json) return { text: JSON.stringify(runs) }
  const sets = await ask<readonly SetStatus[]>(context, { method: "GET", path: "/sets" })
  const running = sets.find(({ name }) => name === set)?.running ?? []
  return { text: hookLines({ hooks: runs, running }) || `No hook of the set ${set} has run.` }
}

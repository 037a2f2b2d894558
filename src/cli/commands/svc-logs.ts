import { HabError } from "../../base/errors.ts"
import { type Layout, servicePaths, supervisorPaths } from "../../base/layout.ts"
import { loadedSpec } from "../../supervisor/control/loaded-specs.ts"
import { stringifyServiceGroup } from "../../supervisor/group/service-group.ts"
import type { LogFolder } from "../../supervisor/logs/log-source.ts"
import { groupOf } from "../../supervisor/spec/spec.ts"
import { findSpec, readSpecs } from "../../supervisor/spec/spec-files.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { LOG_OPTIONS, wantedLines } from "../options/log-options.ts"
import { nameOfService } from "../service-name.ts"
import { showLogs } from "../show-logs.ts"

/** `hab svc logs` (decisions E). Reads the files the launcher writes: no supervisor need run. */
export const serviceLogsCommand = defineCommand({
  name: "logs",
  summary: "Show what services and their hooks printed; all loaded services without a name",
  arguments: "[service...]",
  examples: [
    "hab svc logs acme/web",
    "hab svc logs -f web db --no-hook",
    "hab svc logs web --hook init --hook reconfigure",
    "hab svc logs web --since 10m",
  ],
  options: LOG_OPTIONS,
  async run({ args, options }, context) {
    const wanted = wantedLines(options, context.host.clock.now())
    const folders = args.length === 0 ? loadedFolders(context) : args.map((text) => folderOf(context, text))
    if (folders.length === 0) return { text: "No services loaded." }
    await showLogs(context, folders, { ...wanted, follow: options.follow })
    return {}
  },
})

/** `hab sup logs` (decisions 31). */
export const supervisorLogsCommand = defineCommand({
  name: "logs",
  summary: "Show what the supervisor itself printed",
  examples: ["hab sup logs", "hab sup logs -f", "hab sup logs --since 2026-01-31T10:00:00Z"],
  options: LOG_OPTIONS,
  async run({ options }, context) {
    const folder = { directory: supervisorPaths(context.layout).logs, preamble: "hab-sup" }
    await showLogs(context, [folder], { ...wantedLines(options, context.host.clock.now()), follow: options.follow })
    return {}
  },
})

function loadedFolders({ host, layout }: CommandContext): LogFolder[] {
  const { specs } = readSpecs({ files: host.files, layout, env: host.env })
  return [...specs.values()].map((spec) => ({
    directory: servicePaths(layout, spec.ident.name).logs,
    preamble: stringifyServiceGroup(groupOf(spec)),
  }))
}

/** Also of a service that is loaded no more, as long as its logs are there. Throws SERVICE_NOT_LOADED. */
function folderOf({ host, layout }: CommandContext, text: string): LogFolder {
  const specs = { files: host.files, layout, env: host.env }
  const name = nameOfService(text)
  const directory = logsOf(layout, name)
  if (findSpec(specs, name) === undefined && host.files.stat(directory)?.kind === "directory") {
    return { directory, preamble: name }
  }
  return { directory, preamble: stringifyServiceGroup(groupOf(loadedSpec(specs, text))) }
}

function logsOf(layout: Layout, name: string): string {
  if (name === "" || name === ".." || name.includes("/"))
    throw new HabError("SERVICE_NOT_LOADED", `Service not loaded, ${name}`, {
      hint: "hab svc status shows what is loaded",
    })
  return servicePaths(layout, name).logs
}

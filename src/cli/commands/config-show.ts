import { HabError } from "../../base/errors.ts"
import { type JsonValue, parseJson, printJson } from "../../config/json.ts"
import { printTomlPath } from "../../config/print-toml.ts"
import { hideSecrets } from "../../config/validate.ts"
import type { ConfigTable } from "../../config/value.ts"
import { parseIdent, stringifyIdent } from "../../package/ident.ts"
import type { InstalledPackage } from "../../package/store.ts"
import { configReport } from "../../supervisor/config/config-report-of.ts"
import { loadServiceConfig } from "../../supervisor/config/service-config.ts"
import { type ConfigReport, configText } from "../../supervisor/gateway/config-report.ts"
import { stringifyServiceGroup } from "../../supervisor/group/service-group.ts"
import { groupOf } from "../../supervisor/spec/spec.ts"
import { findSpec } from "../../supervisor/spec/spec-files.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { JSON_OUTPUT, openStore } from "../installed.ts"
import { ask, askIfRunning } from "../operations.ts"
import { REMOTE_OPTION } from "../options/remote-option.ts"
import { REVEAL } from "../reveal.ts"

/** `hab config show`: the configuration in force, all layers merged (spec supervisor §5.4). */
export const showConfigCommand = defineCommand({
  name: "show",
  summary: "Show the configuration of a service, all layers merged, and where each value comes from",
  arguments: "<ident>",
  examples: ["hab config show acme/web", "hab config show web --origin", "hab config show acme/web --json"],
  options: {
    origin: { kind: "flag", summary: "One line for each value, with the layer and the file it comes from" },
    json: JSON_OUTPUT,
    reveal: REVEAL,
    ...REMOTE_OPTION,
  },
  async run({ args: [text = ""], options }, context) {
    const report = (await ofSupervisor(context, text)) ?? ofPackage(context, text)
    for (const problem of report.problems) context.report({ tag: "warning", text: problem })
    return { text: configText(report, options) }
  },
})

/** What is in force for a loaded service; undefined without a supervisor, or for one that is not loaded. */
async function ofSupervisor(context: CommandContext, text: string): Promise<ConfigReport | undefined> {
  try {
    const path = `/services/${encodeURIComponent(text)}/config`
    return await askIfRunning<ConfigReport>(context, { method: "GET", path })
  } catch (error) {
    const mayBePackage = text.includes("/") && (await context.remote()) === undefined
    if (error instanceof HabError && error.code === "SERVICE_NOT_LOADED" && mayBePackage) return undefined
    throw error
  }
}

/** What would be in force if the supervisor had this environment: for packages, and while no supervisor runs. */
function ofPackage(context: CommandContext, text: string): ConfigReport {
  const { host, layout } = context
  const spec = findSpec({ ...host, layout }, text.includes("/") ? parseIdent(text).name : text.replace(/\..*$/, ""))
  const pkg: InstalledPackage = openStore(context).load(
    spec !== undefined && !text.includes("/") ? spec.ident : parseIdent(text),
  )
  const { name } = pkg.ident
  const group = stringifyServiceGroup(spec === undefined ? { service: name, group: "default" } : groupOf(spec))
  context.report({
    tag: "note",
    text: "No supervisor has it loaded: this is what files and this shell's environment say",
  })
  const config = loadServiceConfig(
    { ...host, layout, report: context.report },
    { name, group, templates: spec?.configFrom ?? pkg.path },
  )
  return configReport(stringifyIdent(pkg.ident), group, config)
}

function withoutSecrets(json: string, secrets: readonly string[]): string {
  const seen = parseJson(json, "the answer") as ReadonlyMap<string, JsonValue>
  const isSecret = (path: readonly string[]) => secrets.includes(printTomlPath(path))
  return printJson(new Map(seen).set("cfg", hideSecrets(seen.get("cfg") as ConfigTable, isSecret)), 2)
}

/** `hab config context`: everything the templates of a loaded service see, to render or debug them elsewhere. */
export const configContextCommand = defineCommand({
  name: "context",
  summary: "Print what the templates of a loaded service see, as JSON",
  arguments: "<service>",
  examples: ["hab config context web", "hab config context web > now.json && hab plan render . --mock-data now.json"],
  options: { reveal: REVEAL, ...REMOTE_OPTION },
  async run({ args: [text = ""], options: { reveal } }, context) {
    const path = `/services/${encodeURIComponent(text)}/context`
    const { json, secrets } = await ask<{ json: string; secrets: readonly string[] }>(context, { method: "GET", path })
    return { text: reveal || secrets.length === 0 ? json : withoutSecrets(json, secrets) }
  },
})

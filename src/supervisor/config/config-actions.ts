import { Buffer } from "node:buffer"
import { HabError } from "../../base/errors.ts"
import { describeChange, diffConfig } from "../../config/diff.ts"
import { decodeConfig } from "../../config/read-config-file.ts"
import { stringifyIdent } from "../../package/ident.ts"
import type { TemplateContext } from "../../templating/values.ts"
import type { ServiceChanges } from "../change/change-runner.ts"
import { isRunning } from "../change/service-change.ts"
import type { SupervisorContext } from "../context.ts"
import type { ApplyEffect, ApplyReport, ApplyRequest } from "../gateway/apply-report.ts"
import type { ConfigReport } from "../gateway/config-report.ts"
import { parseServiceGroup, stringifyServiceGroup } from "../group/service-group.ts"
import { configSubject, renderContext } from "../held.ts"
import { CAUSES } from "../notes.ts"
import type { Release } from "../release.ts"
import { applyInRing } from "../ring/ring-actions.ts"
import type { Roster } from "../roster.ts"
import { type ChangeResponse, respondToChange } from "../service/change-response.ts"
import type { Supervised } from "../supervised.ts"
import type { Supervisor } from "../supervisor.ts"
import { templateData } from "../views.ts"
import { checkApplied, parseVersion, readApplied, writeApplied } from "./applied-config.ts"
import { configReport } from "./config-report-of.ts"
import { openIfHere } from "./open-if-here.ts"
import { changesOf, planService } from "./render-service.ts"
import { type Trial, tryConfig } from "./service-config.ts"

/** What the templates of a service see now. Throws SERVICE_BROKEN. */
export function contextOf(context: SupervisorContext, roster: Roster, held: Supervised): TemplateContext {
  const { spec, config } = held
  return templateData(context, roster.services.values(), { spec, release: releaseOf(held), config: config.value })
}

/**
 * Takes a configuration into force for a service group, in the whole ring where there is one, or says what would become of
 * it (spec supervisor §5.4). A service that is up refuses one it could not render. Throws USAGE, SERVICE_GROUP_INVALID,
 * CONFIG_TOO_LARGE, TOML_INVALID, CONFIG_VERSION_STALE, CONFIG_INVALID, SERVICE_CHANGE_FAILED, RING_UNREACHABLE, what templates throw, and where
 * it is encrypted what `openUpload` throws; then nothing was changed.
 */
export async function applyConfig(
  context: SupervisorContext,
  { roster, changes }: Pick<Supervisor, "roster" | "changes">,
  groupText: string,
  { version: versionText, text, dryRun = false, encrypted = false }: ApplyRequest,
): Promise<ApplyReport> {
  const group = stringifyServiceGroup(parseServiceGroup(groupText))
  const files = { files: context.host.files, layout: context.layout }
  if (typeof text !== "string") throw new HabError("USAGE", "there is no configuration to apply")
  const version = parseVersion(String(versionText))
  const held = [...roster.services.values()].find((one) => one.group === group)
  const bytes = await openIfHere(context, { group, isHere: held !== undefined, bytes: Buffer.from(text), encrypted })
  const applied =
    bytes === undefined
      ? undefined
      : { version, text: decodeConfig(bytes, "the configuration"), isSecret: encrypted === true }
  if (applied !== undefined) checkApplied(files, group, applied)
  const service =
    held === undefined || applied === undefined ? null : effectOf(context, roster, held, { applied, ...userKept(held) })
  const [problem] = service?.problems ?? []
  if (problem !== undefined && held?.service.life.pid !== undefined && !dryRun) {
    throw new HabError("TEMPLATE_RENDER_FAILED", `${group} could not take it: ${problem}`, {
      hint: "nothing was changed; the service goes on with what it has",
    })
  }
  const replaces = readApplied(files, group)?.version.toString() ?? null
  if (!dryRun) {
    const upload = { version, encrypted: encrypted === true, bytes: Buffer.from(text) }
    await betweenHooks(roster, changes, { held, effect: service }, async () => {
      if (context.ring !== undefined) await applyInRing(context.ring, group, upload)
      if (applied !== undefined) writeApplied(files, group, applied)
      if (held !== undefined) roster.post(held, { tag: "inputs-changed" })
    })
  }
  return { group, version: version.toString(), replaces, dryRun, service }
}

/** A service that is loaded is updated by it (spec lifecycle §C.6). Throws SERVICE_CHANGE_FAILED when hooks refuse. */
async function betweenHooks(
  roster: Roster,
  changes: ServiceChanges,
  { held, effect }: Readonly<{ held: Supervised | undefined; effect: ApplyEffect | null }>,
  act: () => Promise<void>,
): Promise<void> {
  const status = held === undefined ? undefined : changes.status(held.name)
  // A hook around another change of the service may configure it: that is part of that change.
  if (held === undefined || (status !== undefined && isRunning(status))) return act()
  const { spec, declared } = held
  const problem = await changes.run({
    verb: "update",
    ...{ held, spec, declared, reason: "config", again: true, act },
    changed: (effect?.files ?? []).map(({ path }) => path),
    isWanted: () => roster.services.get(held.name) === held,
    refused: () => undefined,
  })
  if (problem === undefined) return
  throw new HabError("SERVICE_CHANGE_FAILED", problem, {
    hint: "nothing was changed; the service goes on with what it has",
  })
}

/** The user.toml that hooks hold up does not come into force with what is applied. */
function userKept({ userConfig, config }: Supervised): Pick<Trial, "user"> {
  return userConfig === "in force" ? {} : { user: { layer: config.user } }
}

/** What would become of a service with another configuration. Throws as `tryConfig`, and SERVICE_BROKEN. */
export function effectOf(context: SupervisorContext, roster: Roster, held: Supervised, trial: Trial): ApplyEffect {
  const { name, group, spec } = held
  const release = releaseOf(held)
  const config = tryConfig(
    renderContext(context, group, () => undefined),
    configSubject(spec, group, release),
    trial,
  )
  const isSecret = (path: readonly string[]) => config.isSecret(path) || held.config.isSecret(path)
  const changes = diffConfig(held.config.value, config.value).map((change) => describeChange(change, isSecret))
  const nothing = { changes, files: [], response: "nothing", why: "nothing can be rendered" } as const
  try {
    const data = templateData(context, roster.services.values(), { spec, release, config: config.value })
    const subject = { name, release, data, mode: spec.own.templateMode }
    const plan = planService({ files: context.host.files, layout: context.layout }, subject)
    const { hooks, config: tree } = plan
    const files = [
      ...hooks.hooks.map(({ file, change }) => ({ path: `hooks/${file}`, change })),
      ...tree.files.map(({ path, change }) => ({ path: `config/${path}`, change })),
    ]
    const hasReconfigure = held.service.settings.hooks.includes("reconfigure")
    const response = respondToChange({ changes: changesOf(plan), newRelease: false, hasReconfigure })
    return {
      changes,
      files: files.flatMap(({ path, change }) => (change === "new" || change === "modified" ? [{ path, change }] : [])),
      ...responseOf(held, response),
      problems: hooks.failed.map(({ problem }) => problem),
    }
  } catch (error) {
    if (!(error instanceof HabError)) throw error
    return { ...nothing, problems: [error.message] }
  }
}

function responseOf(held: Supervised, response: ChangeResponse): Pick<ApplyEffect, "response" | "why"> {
  if (held.service.life.pid === undefined)
    return { response: "later", why: "the service is not up: its next start takes it" }
  if (response.tag === "restart") return { response: "restart", why: CAUSES[response.cause] }
  const why =
    response.tag === "reconfigure"
      ? "it has a reconfigure hook"
      : "nothing that init, run, post-run or config show changes"
  return { response: response.tag, why }
}

function releaseOf({ name, release }: Supervised): Release {
  if (release !== undefined) return release
  throw new HabError("SERVICE_BROKEN", `the package of ${name} cannot be opened`, { hint: `hab svc explain ${name}` })
}

/** The configuration of a loaded service as it was last rendered. */
export function reportOfHeld(held: Supervised): ConfigReport {
  return configReport(stringifyIdent(releaseOf(held).pkg.ident), held.group, held.config)
}

import { describeFailure } from "../base/errors.ts"
import { servicePaths } from "../base/layout.ts"
import { SCHEMA_FILE } from "../config/validate.ts"
import { type FullIdent, stringifyIdent } from "../package/ident.ts"
import type { ServiceChanges } from "./change/change-runner.ts"
import type { KnownServices } from "./change/known-services.ts"
import { noteFiles, watchFiles } from "./config/service-files.ts"
import { takeUserConfig } from "./config/user-config.ts"
import type { Say, SupervisorContext } from "./context.ts"
import { stringifyServiceGroup } from "./group/service-group.ts"
import { openWanted } from "./held.ts"
import { type DeclaredHooks, readDeclaredHooks } from "./hooks/declared-hooks.ts"
import type { Release } from "./release.ts"
import type { Roster } from "./roster.ts"
import type { Reason } from "./service/messages.ts"
import type { Settings } from "./service/settings.ts"
import { listsWithHooks, ownSettings } from "./settings-of.ts"
import type { ServiceSpec } from "./spec/spec.ts"
import type { Supervised } from "./supervised.ts"
import { serviceGroupOf } from "./views.ts"

/** What changing services takes. `reason`: why. */
export type ChangeContext = Readonly<{
  context: SupervisorContext
  roster: Roster
  say: Say
  reason: Reason
  changes: ServiceChanges
  known: KnownServices
}>

/** A release that waits to be used gets the new options too. */
export function updateOptions(change: ChangeContext, held: Supervised, spec: ServiceSpec): void {
  const { roster } = change
  const wasMode = held.spec.own.templateMode
  held.spec = spec
  held.declared = declaredNow(change, held, spec)
  if (spec.own.templateMode !== wasMode) roster.post(held, { tag: "inputs-changed" })
  const { settings, upcoming } = held.service
  const changed = (old: Settings, release: Release | undefined): Settings => ({
    ...old,
    ...ownSettings(spec.own),
    ...(release === undefined ? {} : { hooks: listsWithHooks(release, held.declared, old.hooks.includes("install")) }),
  })
  roster.post(held, {
    tag: "settings-changed",
    settings: changed(settings, held.release),
    ...(upcoming === undefined ? {} : { upcoming: changed(upcoming, held.upcoming) }),
  })
}

/** Its hooks.toml was written. */
function takeOverlay(change: ChangeContext, held: Supervised): void {
  updateOptions(change, held, held.spec)
  const { overlay, problem } = held.declared
  const hooks = `${overlay.hooks.length} ${overlay.hooks.length === 1 ? "hook" : "hooks"}`
  if (problem === undefined) change.say(held.group, "HK", `hooks.toml was read again: ${hooks}`)
}

/** What is declared for it now; a mistake is told once, and what was in force before stays. */
function declaredNow({ context, say }: ChangeContext, held: Supervised, spec: ServiceSpec): DeclaredHooks {
  const declared = readDeclaredHooks(context, spec, held.declared)
  if (declared.problem !== undefined && declared.problem !== held.declared.problem) {
    say(held.group, "HK", `${declared.problem}; what was in force before stays`)
  }
  return declared
}

/** The spec is in force at once; the newest release that satisfies it, or the one that is named, from the next run on. */
export function takeSpec(
  change: ChangeContext,
  held: Supervised,
  { spec, because, release }: Readonly<{ spec: ServiceSpec; because: Reason; release?: FullIdent }>,
): void {
  const declared = declaredNow(change, held, spec)
  const opened = openOrSetAside(change, spec, () => {
    return openWanted(change.context, release === undefined ? spec : { ...spec, ident: release }, declared)
  })
  held.declared = declared
  const movesTemplates = spec.configFrom !== held.spec.configFrom
  held.spec = spec
  held.group = stringifyServiceGroup(serviceGroupOf(change.context, spec))
  if (movesTemplates) {
    for (const stop of held.watches.splice(0)) stop()
    watchInputs(change, held)
  }
  if (opened === undefined) return
  held.upcoming = opened.release
  held.changeRefused = undefined
  change.roster.post(held, { tag: "package-changed", settings: opened.settings, because })
}

/** What opening a service gives; one that cannot be opened is set aside with its problem. */
export function openOrSetAside<T>({ roster, say }: ChangeContext, spec: ServiceSpec, open: () => T): T | undefined {
  const { name } = spec.ident
  try {
    const opened = open()
    roster.broken.delete(name)
    return opened
  } catch (error) {
    const problem = describeFailure(error)
    const known = roster.broken.get(name)?.problem
    roster.broken.set(name, { spec, problem })
    // It is tried again at every change of any spec; the same problem is no news.
    if (problem !== known) say("hab-sup", "MR", `Unable to start ${stringifyIdent(spec.ident)}, ${problem}`)
    return undefined
  }
}

/** What the service's templates can see from outside: its user.toml, and the templates of `config_from`. */
export function watchInputs(change: ChangeContext, held: Supervised): void {
  const { context, roster } = change
  const { watcher } = context.host
  const changed = () => roster.post(held, { tag: "inputs-changed" })
  held.watches.push(
    watcher.watch(servicePaths(context.layout, held.name).userConfig, () => takeUserConfig(change, held)),
  )
  const { overlayHooks } = servicePaths(context.layout, held.name)
  held.watches.push(watcher.watch(overlayHooks, () => takeOverlay(change, held)))
  noteFiles(context, held)
  held.watches.push(watchFiles(context, roster, held))
  const { configFrom } = held.spec
  if (configFrom === undefined) return
  for (const file of ["default.toml", SCHEMA_FILE]) held.watches.push(watcher.watch(`${configFrom}/${file}`, changed))
  for (const folder of ["config", "hooks"]) held.watches.push(watcher.watchTree(`${configFrom}/${folder}`, changed))
}

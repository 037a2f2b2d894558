import { HabError } from "../base/errors.ts"
import { servicePaths } from "../base/layout.ts"
import { owedInstallHooks } from "../hooks/install-status.ts"
import { renderService } from "./config/render-service.ts"
import { type ConfigSubject, keepUserConfig, loadServiceConfig, type ServiceConfig } from "./config/service-config.ts"
import { placeFiles } from "./config/service-files.ts"
import { reportAs, type Say, type SupervisorContext, writtenOrSaid } from "./context.ts"
import { bindsMet } from "./group/census.ts"
import { stringifyServiceGroup } from "./group/service-group.ts"
import { type DeclaredHooks, readDeclaredHooks } from "./hooks/declared-hooks.ts"
import { readMemory } from "./hooks/hook-memory.ts"
import { openRelease, type Release } from "./release.ts"
import { type Changes, mergeChanges, NO_CHANGES } from "./service/change-response.ts"
import { newService } from "./service/service.ts"
import type { Settings } from "./service/settings.ts"
import { settingsOf } from "./settings-of.ts"
import type { ServiceSpec } from "./spec/spec.ts"
import type { Supervised } from "./supervised.ts"
import { exportedBy, serviceGroupOf, standingsOf, templateData } from "./views.ts"

/** The newest installed release a spec wants, and what the machine has to know of it. Throws as `openRelease`. */
export function openWanted(
  context: SupervisorContext,
  spec: ServiceSpec,
  declared: DeclaredHooks,
): Readonly<{ release: Release; settings: Settings }> {
  const { files } = context.host
  const release = openRelease({ ...context.host, ...context }, spec)
  const isPackage = release.command === undefined
  const installOwed = isPackage && owedInstallHooks({ files, store: context.store }, release.pkg).length > 0
  return { release, settings: settingsOf(spec, release, { backoff: context.options.backoff, installOwed, declared }) }
}

/** A service as it is when it was just loaded: down. Throws what opening its package and its config throws. */
export function openHeld(
  context: SupervisorContext,
  services: Iterable<Supervised>,
  spec: ServiceSpec,
  say: Say,
): Supervised {
  const declared = readDeclaredHooks(context, spec)
  const { release, settings } = openWanted(context, spec, declared)
  const { clock } = context.host
  const nowMs = clock.monotonicMs()
  const group = stringifyServiceGroup(serviceGroupOf(context, spec))
  const met = bindsMet(spec, standingsOf(context, services, spec, release))
  const config = loadServiceConfig(renderContext(context, group, say), configSubject(spec, group, release))
  return {
    name: spec.ident.name,
    group,
    spec,
    service: newService({ settings, nowMs, bindsMet: met }),
    release,
    upcoming: undefined,
    config,
    userConfig: "in force",
    unreported: NO_CHANGES,
    warned: new Set(),
    exported: exportedBy(release, config.value),
    runId: `${spec.ident.name}.0`,
    commands: 0,
    hooks: new Map(),
    timers: new Map(),
    spawning: undefined,
    declared,
    memory: readMemory({ files: context.host.files, layout: context.layout }, spec.ident.name),
    onceHealthy: [],
    healthBefore: "unknown",
    healthOutput: "",
    running: new Map(),
    postStart: "unfinished",
    writtenState: undefined,
    upOrDownSinceMs: nowMs,
    lastProcess: undefined,
    leaving: false,
    isReplacing: false,
    changeRefused: undefined,
    stopWish: undefined,
    bindsSeen: undefined,
    bindTags: new Map(),
    leaderFence: undefined,
    rollout: undefined,
    changedFiles: [],
    changedBelow: [],
    filesSeen: new Map(),
    filesOwed: false,
    watches: [],
  }
}

/**
 * Renders everything of a service from the inputs as they are now. A user.toml that its templates cannot take leaves the
 * last one they could in force, and that is said. Throws; what was there before then stays.
 */
export function renderHeld(
  context: SupervisorContext,
  services: Iterable<Supervised>,
  held: Supervised,
  say: Say,
): Changes {
  const { release } = held
  if (release === undefined) return NO_CHANGES
  const { name, spec, group } = held
  const rendering = { ...renderContext(context, group, say), warned: held.warned }
  const subject = configSubject(spec, group, release)
  const renderWith = (config: ServiceConfig) => {
    const data = templateData(context, services, { spec, release, config: config.value })
    renderService(rendering, { name, release, data, mode: spec.own.templateMode }, (written) => {
      held.unreported = mergeChanges(held.unreported, written)
    })
    held.config = config
    held.exported = exportedBy(release, config.value)
  }
  const previous = held.config
  const config = loadServiceConfig(rendering, subject, previous, held.userConfig !== "in force")
  try {
    renderWith(config)
  } catch (error) {
    if (!(error instanceof HabError) || config.user?.text === previous.user?.text) throw error
    renderWith(keepUserConfig(rendering, subject, previous, error))
  }
  if (held.service.life.pid === undefined) placeFiles(context, held)
  const changes = held.unreported
  held.unreported = NO_CHANGES
  return changes
}

/** Whose configuration is loaded, and from where. */
export function configSubject(spec: ServiceSpec, group: string, { templates }: Release): ConfigSubject {
  return { name: spec.ident.name, group, templates }
}

/** Where hooks find the pid of the service. Written after every spawn and at re-attach (decisions 15). */
export function writePidFile(context: SupervisorContext, held: Supervised, pid: number | undefined): void {
  const { files } = context.host
  const { pidFile } = servicePaths(context.layout, held.name)
  writtenOrSaid(context, held.group, "its PID file", () => {
    if (pid !== undefined) files.writeFile(pidFile, String(pid))
    else if (files.lstat(pidFile) !== undefined) files.removeFile(pidFile)
  })
}

/** What rendering a service takes; it speaks for the service. */
export function renderContext(context: SupervisorContext, group: string, say: Say) {
  const { files, users, env } = context.host
  return { files, users, env, layout: context.layout, report: reportAs(say, group, "SR") }
}

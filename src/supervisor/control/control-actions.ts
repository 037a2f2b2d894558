import { HabError } from "../../base/errors.ts"
import { printJson } from "../../config/json.ts"
import { parseFullIdent, parseIdent, satisfies, stringifyIdent } from "../../package/ident.ts"
import { toJsonValue } from "../../templating/values.ts"
import type { ChangeWish } from "../change/service-change.ts"
import { applyConfig, contextOf, reportOfHeld } from "../config/config-actions.ts"
import { uploadFile } from "../config/file-actions.ts"
import type { SupervisorContext } from "../context.ts"
import type { ControlActions, StopRequest } from "../gateway/routes.ts"
import { departMember, ringStatus } from "../ring/ring-actions.ts"
import type { Roster } from "../roster.ts"
import type { StateTag } from "../service/service.ts"
import { setActions } from "../set/set-actions.ts"
import { setHookJournal } from "../set/set-hooks.ts"
import { keepingSpec } from "../spec/spec-files.ts"
import type { StopWish, Supervised } from "../supervised.ts"
import type { Supervisor } from "../supervisor.ts"
import { surroundingsOf } from "../surroundings.ts"
import { describeRun, explanationOf, hookRunsOf } from "./explanation-of.ts"
import { loadedSpec } from "./loaded-specs.ts"
import {
  loadService,
  type OperationContext,
  type OperationResult,
  unloadServices,
  updateService,
} from "./operations.ts"
import { statusOfAll } from "./status-of.ts"
import { supervisorStatusOf } from "./supervisor-status-of.ts"
import { stopWishOf, wishActions } from "./wish-actions.ts"

/** Nothing of the service is alive in these. */
const AT_REST: readonly StateTag[] = ["down", "blocked", "waiting", "gone"]

/** The operations on specs, with this supervisor looking at once at what they wrote. */
export function controlActions(context: SupervisorContext, supervisor: Supervisor): ControlActions {
  const { roster } = supervisor
  const heldOf = (names: readonly string[]) => names.flatMap((name) => roster.services.get(name) ?? [])
  const operations: OperationContext = {
    ...context.host,
    layout: context.layout,
    store: context.store,
    isAlive: (name) => heldOf([name]).some((held) => !AT_REST.includes(held.service.state.tag)),
  }
  const sets = setActions(operations, supervisor.sets)
  const nameOf = (service: string) =>
    [...roster.services.values()].find((held) => isNamed(held, service))?.name ??
    loadedSpec(operations, service).ident.name
  return {
    load(request) {
      const undo = keepingSpec(operations, parseIdent(request.ident).name)
      const result = loadService(operations, request)
      return withChanges(supervisor, result, { undo, waits: request.waits === true }, () => {
        supervisor.reconcile("load", result.names)
        for (const held of heldOf(result.names)) supervisor.takeNewerRelease(held)
      })
    },
    update(request) {
      const undo = keepingSpec(operations, nameOf(request.ident))
      const result = updateService(operations, request)
      return withChanges(supervisor, result, { undo }, () => supervisor.reconcile("manual", result.names))
    },
    unload: (request) => unload(supervisor, operations, request),
    ...wishActions(supervisor, operations, sets),
    rollBack: (request) => rollBack(supervisor, openedNamed(roster, nameOf(request.ident)), request.release),
    applySet: (request) => sets.apply(request),
    sets: () => sets.status(),
    change: (service) => supervisor.changes.status(service) ?? null,
    status: () => statusOfAll(context, roster),
    explain: (service) => explanationOf(context, roster, nameOf(service)),
    hooks: (service) => hookRunsOf(roster, nameOf(service)),
    setHooks: (set) => sets.chosen({ set }).flatMap((name) => setHookJournal(context, name).map(describeRun)),
    surroundings: (service) => surroundingsOf(roster, nameOf(service)),
    config: (service) => reportOfHeld(openedNamed(roster, nameOf(service))),
    templateContext(service) {
      const held = openedNamed(roster, nameOf(service))
      const json = printJson(toJsonValue(contextOf(context, roster, held)), 2)
      return { json, secrets: reportOfHeld(held).secrets }
    },
    applyConfig: (group, request) => applyConfig(context, supervisor, group, request),
    uploadFile: (group, request) => uploadFile(context, roster, group, request),
    ring: () => ringStatus(context),
    depart: (member) => departMember(context, member),
    supervisor: () => supervisorStatusOf(context, supervisor),
    restartSupervisor() {
      context.host.sendSignal(context.launcher.hello.pid, "SIGHUP")
      return { pid: context.host.pid }
    },
  }
}

/** A service that is loaded and could be opened. Throws SERVICE_BROKEN. */
function openedNamed(roster: Roster, name: string): Supervised {
  const held = roster.services.get(name)
  if (held !== undefined) return held
  const problem = roster.broken.get(name)?.problem ?? "its package cannot be opened"
  throw new HabError("SERVICE_BROKEN", `${name} has no configuration in force: ${problem}`, {
    hint: `hab svc explain ${name}`,
  })
}

/** Lets a service go over to an older release. Throws ROLLBACK_IMPOSSIBLE where its spec or its strategy is against it. */
function rollBack(supervisor: Supervisor, held: Supervised, release: string): OperationResult {
  const { ident: wish, updateStrategy } = held.spec
  const to = parseFullIdent(release)
  if (!satisfies(to, wish)) {
    throw new HabError("ROLLBACK_IMPOSSIBLE", `${held.group} is loaded as ${stringifyIdent(wish)}, not ${release}`, {
      hint: `load it as another one: hab svc load ${to.origin}/${to.name} --force`,
    })
  }
  if (updateStrategy !== "none") {
    throw new HabError("ROLLBACK_IMPOSSIBLE", `${held.group} follows its channel, and would go forward again`, {
      hint: "take the newer release out of the channel: hab pkg demote; or: hab svc update --strategy none",
    })
  }
  supervisor.goOverTo(held, to)
  return { changed: true, message: `Rolling ${held.group} back to ${release}`, names: [held.name] }
}

function unload(supervisor: Supervisor, operations: OperationContext, request: StopRequest): OperationResult {
  const { roster } = supervisor
  const wish = stopWishOf(request)
  const refused = [...roster.services.values()].find((held) => held.leaving && isNamed(held, request.ident))
  if (refused !== undefined) {
    roster.post(refused, { tag: "unload", reason: "unload", ...wish })
    return { changed: true, message: `Unloading ${stringifyIdent(refused.spec.ident)}`, names: [refused.name] }
  }
  const asked = [...roster.services.values()].find(
    (held) => isNamed(held, request.ident) && isBeingAsked(supervisor, held),
  )
  if (asked !== undefined) return withoutHooks(supervisor, asked, wish)
  const result = unloadServices(operations, request)
  for (const name of result.names) {
    const held = roster.services.get(name)
    if (held !== undefined) held.stopWish = wish
  }
  return withChanges(supervisor, result, { waits: request.waits === true }, () =>
    supervisor.reconcile("manual", result.names),
  )
}

/** Hooks before its removal run. */
function isBeingAsked({ changes }: Supervisor, { name }: Supervised): boolean {
  return changes.isPending(name) && changes.status(name)?.verb === "delete"
}

/** Its spec is gone already: by force it goes on without what those hooks say. */
function withoutHooks(supervisor: Supervisor, held: Supervised, wish: StopWish): OperationResult {
  const ident = stringifyIdent(held.spec.ident)
  const names = [held.name]
  if (wish.force !== true) {
    return { changed: false, message: `${ident} is being unloaded: its pre-delete hooks run; --force ends them`, names }
  }
  held.stopWish = { ...wish, skipsHooks: true }
  supervisor.changes.drop(held.name)
  return { changed: true, message: `Unloading ${ident}`, names }
}

/** Takes what was written; changes whose hooks run are named in the result, for who waits. */
function withChanges(
  { changes }: Supervisor,
  result: OperationResult,
  wish: ChangeWish,
  look: () => void,
): OperationResult {
  const begun = changes.wishing(new Map(result.names.map((name) => [name, wish])), look)
  return begun.length === 0 ? result : { ...result, changes: begun }
}

function isNamed({ name, group, spec }: Supervised, text: string | undefined): boolean {
  return text === name || text === group || text === stringifyIdent(spec.ident)
}

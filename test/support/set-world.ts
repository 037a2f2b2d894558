import { createLayout } from "../../src/base/layout.ts"
import type { Roster } from "../../src/supervisor/roster.ts"
import type { State } from "../../src/supervisor/service/service.ts"
import { writeAppliedSet } from "../../src/supervisor/set/set-files.ts"
import { createSetRunner, type SetContext, type SetRunner } from "../../src/supervisor/set/set-runner.ts"
import type { ServiceSpec } from "../../src/supervisor/spec/spec.ts"
import { readSpecs, type SpecContext, writeSpec } from "../../src/supervisor/spec/spec-files.ts"
import type { Supervised } from "../../src/supervisor/supervised.ts"
import { heldService } from "./held-service.ts"
import { memoryFileSystem } from "./memory-file-system.ts"

/** A supervisor that starts and stops at once whatever its spec files want, and notes what it does. */
export type SetWorld = Readonly<{
  context: SetContext
  runner: SetRunner
  services: Map<string, Supervised>
  /** What was done, in order: `pre-start of shop`, `web up`, `web down`. */
  journal: string[]
  /** Hooks that fail: `shop pre-start`. */
  failing: Set<string>
  /** Services that do not come up, and those whose hooks refuse to let them go. */
  broken: Set<string>
  refusing: Set<string>
  apply(set: string, specs: readonly ServiceSpec[]): void
}>

const UP: State = { tag: "up" }
const DOWN: State = { tag: "down", why: "stopped" }

/** A world without a service; `files`: of a world before, whose supervisor was killed. */
export function setWorld(files: SpecContext["files"] = memoryFileSystem()): SetWorld {
  const specs = { files, layout: createLayout({ root: "/r", enclosed: true }), env: {} }
  const services = new Map<string, Supervised>()
  const heldBack = new Map<string, string>()
  const journal: string[] = []
  const failing = new Set<string>()
  const broken = new Set<string>()
  const refusing = new Set<string>()
  const enter = (held: Supervised, state: State) => {
    const isNews = held.service.state.tag !== state.tag
    held.service = { ...held.service, state }
    if (isNews && (state.tag === "up" || state.tag === "down")) journal.push(`${held.name} ${state.tag}`)
  }
  const start = (held: Supervised) => {
    if (heldBack.has(held.name)) enter(held, { tag: "blocked" })
    else enter(held, broken.has(held.name) ? { tag: "waiting", untilMs: 1 } : UP)
  }
  const stop = (held: Supervised, force = held.stopWish?.force) => {
    held.stopWish = undefined
    if (!refusing.has(held.name) || force === true) return enter(held, DOWN)
    const refused = { next: "down", reason: "manual", moment: "pre-stop", problem: "no" } as const
    held.service = { ...held.service, refused }
  }
  const look = () => {
    const wanted = readSpecs(specs).specs
    for (const held of [...services.values()]) {
      if (!wanted.has(held.name)) services.delete(held.name)
      if (!wanted.has(held.name) && held.service.state.tag !== "down") journal.push(`${held.name} down`)
    }
    for (const [name, spec] of wanted) {
      const held = services.get(name) ?? heldService(spec, DOWN)
      services.set(name, held)
      held.spec = spec
      if (spec.desiredState === "down") stop(held)
      else if (held.service.state.tag === "down" || held.service.state.tag === "blocked") start(held)
    }
    queueMicrotask(() => runner.wake())
  }
  const runHooks = async (whose: string, event: string) => {
    journal.push(`${event} of ${whose}`)
    return failing.has(`${whose} ${event}`) ? "it said no" : undefined
  }
  const roster = {
    ...{ services, heldBack, broken: new Map(), creating: new Map() },
    post: (held: Supervised, event: { tag: string; force?: boolean }) => {
      if (event.tag === "start") start(held)
      if (event.tag === "stop") stop(held, event.force)
      queueMicrotask(() => runner.wake())
    },
  } as unknown as Roster
  const context: SetContext = {
    specs,
    roster,
    reconcile: look,
    restart(held) {
      enter(held, DOWN)
      start(held)
    },
    changes: {
      serial: () => 0,
      status: () => undefined,
      wishing(_, act) {
        act()
        return []
      },
    },
    runHooks: (set, event) => runHooks(set, event),
    runningHooks: () => [],
    supervisorHooks: (event) => runHooks("hab-sup", event),
    say: (text) => journal.push(`said: ${text}`),
  }
  const runner = createSetRunner(context)
  return {
    ...{ context, runner, services, journal, failing, broken, refusing },
    apply(set, wanted) {
      writeAppliedSet(specs, {
        name: set,
        file: `/srv/${set}.toml`,
        folder: "/srv",
        hooks: { "pre-start": [{ run: "x" }] },
      })
      for (const spec of wanted) writeSpec(specs, { ...spec, own: { ...spec.own, set } })
    },
  }
}

/** Waits until the last operation on a set is over; why it failed, or undefined. */
export async function overWith({ runner }: SetWorld, name: string): Promise<string | undefined> {
  for (let turn = 0; turn < 500; turn += 1) {
    const operation = runner.status().find((set) => set.name === name)?.operation
    if (operation === undefined || operation === null || operation.state !== "running") {
      return operation?.problem ?? undefined
    }
    await Promise.resolve()
  }
  throw new Error(`the operation on ${name} does not end`)
}

import { clearMemory, SUPERVISOR_MEMORY } from "../hooks/hook-memory.ts"
import type { Reason } from "../service/messages.ts"
import type { ServiceSpec } from "../spec/spec.ts"
import { readSpecs } from "../spec/spec-files.ts"
import { readAppliedSet, readAppliedSets, removeAppliedSet, specsOfSet } from "./set-files.ts"
import { type SetHookEvent, setMemoryName } from "./set-hooks.ts"
import type { SetContext } from "./set-runner.ts"
import { ALL_SERVICES } from "./set-status.ts"

type Run = Readonly<{ reason: Reason; signal: AbortSignal }>

/** What an operation is about: the services of a set, or all, with the hooks of the whole. */
export type SetSubject = Readonly<{
  /** For messages: `the set shop`. */
  called: string
  /** Says that not all of it came up. */
  notWhole: string
  services: () => readonly ServiceSpec[]
  /** What goes when it is cleaned. */
  cleaned: () => readonly ServiceSpec[]
  hasHooks: () => boolean
  /** Resolves with why they failed, or undefined. */
  runHooks: (event: SetHookEvent, run: Run) => Promise<string | undefined>
  /** Forgets what its hooks did once, and itself. */
  forget: () => void
}>

/** The subject of that name. */
export function subjectOf(context: SetContext, name: string): SetSubject {
  return name === ALL_SERVICES ? allServices(context) : oneSet(context, name)
}

function oneSet({ specs, runHooks }: Pick<SetContext, "specs" | "runHooks">, name: string): SetSubject {
  const services = () => specsOfSet(specs, name)
  return {
    called: `the set ${name}`,
    notWhole: `the set ${name} did not start whole`,
    services,
    cleaned: services,
    hasHooks: () => Object.keys(readAppliedSet(specs, name)?.hooks ?? {}).length > 0,
    runHooks: (event, run) => runHooks(name, event, run),
    forget() {
      clearMemory(specs, setMemoryName(name))
      removeAppliedSet(specs, name)
    },
  }
}

/** The supervisor's hooks are around those of the sets, all sets side by side. */
function allServices({ specs, runHooks, supervisorHooks }: SetContext): SetSubject {
  const sets = () => readAppliedSets(specs).map(({ name }) => name)
  const ofSets = async (event: SetHookEvent, run: Run) => {
    const problems = await Promise.all(sets().map((name) => runHooks(name, event, run)))
    return problems.find((problem) => problem !== undefined)
  }
  return {
    called: "all services",
    notWhole: "not every service started",
    services: () => [...readSpecs(specs).specs.values()],
    cleaned: () => sets().flatMap((name) => specsOfSet(specs, name)),
    hasHooks: () => true,
    async runHooks(event, run) {
      if (event.startsWith("pre-")) return (await supervisorHooks(event, run)) ?? (await ofSets(event, run))
      return (await ofSets(event, run)) ?? (await supervisorHooks(event, run))
    },
    forget() {
      for (const name of sets()) oneSet({ specs, runHooks }, name).forget()
      clearMemory(specs, SUPERVISOR_MEMORY)
    },
  }
}

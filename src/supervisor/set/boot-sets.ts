import { readAppliedSets, specsOfSet } from "./set-files.ts"
import type { SetContext, SetRunner } from "./set-runner.ts"
import { startSet, whyHeldBack } from "./set-steps.ts"

/**
 * Begins the start of every applied set of which nothing is left from an earlier supervisor: its services are held back
 * from the first look at the specs on (decisions 31: a failing pre-start fails the set, not the boot). `isLeft` tells
 * whether a process of a service still runs. Returns what to do after that look.
 */
export function bootSets(context: SetContext, runner: SetRunner, isLeft: (service: string) => boolean): () => void {
  const starting = readAppliedSets(context.specs).filter(({ name }) => {
    const wanted = specsOfSet(context.specs, name).filter(({ desiredState }) => desiredState === "up")
    return wanted.length > 0 && !wanted.some(({ ident }) => isLeft(ident.name))
  })
  for (const { name } of starting.filter(({ hooks }) => Object.keys(hooks).length > 0)) {
    for (const { ident } of specsOfSet(context.specs, name))
      context.roster.heldBack.set(ident.name, whyHeldBack(`the set ${name}`))
  }
  return () => {
    for (const { name } of starting) {
      runner.begin(name, "start", "boot", (task) => startSet(task, ({ desiredState }) => desiredState === "up"))
    }
  }
}

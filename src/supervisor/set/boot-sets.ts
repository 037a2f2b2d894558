import { readAppliedSets, specsOfSet } from "./set-files.ts"
import { overlap, type SetContext, type SetRunner } from "./set-runner.ts"
import { resumeStop, startSet, whyHeldBack } from "./set-steps.ts"
import { subjectOf } from "./set-subject.ts"

/**
 * Begins the start of every applied set of which nothing is left from an earlier supervisor: its services are held back
 * from the first look at the specs on (decisions 31: a failing pre-start fails the set, not the boot). A stop that an
 * earlier supervisor owed goes on: nothing of it starts before. `isLeft` tells whether a process of a service still runs.
 * Returns what to do after that look.
 */
export function bootSets(context: SetContext, runner: SetRunner, isLeft: (service: string) => boolean): () => void {
  const stopping = runner.owed()
  for (const { set } of stopping) {
    const { called, services } = subjectOf(context, set)
    for (const { ident } of services()) context.roster.heldBack.set(ident.name, `the stop of ${called}`)
  }
  const starting = readAppliedSets(context.specs).filter(({ name }) => {
    if (stopping.some(({ set }) => overlap(set, name))) return false
    const wanted = specsOfSet(context.specs, name).filter(({ desiredState }) => desiredState === "up")
    return wanted.length > 0 && !wanted.some(({ ident }) => isLeft(ident.name))
  })
  for (const { name } of starting.filter(({ hooks }) => Object.keys(hooks).length > 0)) {
    for (const { ident } of specsOfSet(context.specs, name))
      context.roster.heldBack.set(ident.name, whyHeldBack(`the set ${name}`))
  }
  return () => {
    for (const stop of stopping) {
      runner.begin(stop.set, "stop", "manual", (task) => resumeStop(task, stop.wish), stop)
    }
    for (const { name } of starting) {
      runner.begin(name, "start", "boot", (task) => startSet(task, ({ desiredState }) => desiredState === "up"))
    }
  }
}

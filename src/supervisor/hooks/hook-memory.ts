import { type Layout, supervisorPaths } from "../../base/layout.ts"
import type { HookDeclaration } from "../../hooks/declaration.ts"
import type { EventName } from "../../hooks/events.ts"
import type { HookOutcome, HookReport } from "../../hooks/execute.ts"
import type { FileSystem } from "../../ports/file-system.ts"

const JOURNAL_RUNS_MAX = 10

/** One finished run of a hook. */
export type JournalEntry = Readonly<{
  /** When it ended, milliseconds since the epoch. */
  atMs: number
  event: EventName
  hook: string
  outcome: HookOutcome
  elapsedMs: number
}>

/** The last ten hook runs of a service, oldest first (spec lifecycle §C.9, 7). */
export type Journal = readonly JournalEntry[]

/** What is known of a service's hooks over every restart (spec lifecycle §C.9, 7). */
export type HookMemory = Readonly<{
  /** Hooks with `once` that succeeded: for ever, or the release they did for. */
  done: Readonly<Record<string, string>>
  /** The last runs, oldest first. */
  journal: Journal
}>

const NOTHING: HookMemory = { done: {}, journal: [] }
const EVER = "ever"

/** Whose memory the supervisor's own is: no service can be called so. */
export const SUPERVISOR_MEMORY = "hab:supervisor"

type Context = Readonly<{
  files: Pick<FileSystem, "readTextIfPresent" | "writeFile" | "rename" | "makeDirectories" | "lstat" | "removeFile">
  layout: Layout
}>

/** The file of one service's memory, or of a set's: `set.<name>`. */
export function memoryFile(layout: Layout, name: string): string {
  return `${supervisorPaths(layout).data}/hooks/${name}.json`
}

/** Nothing where there is no file, or none that can be understood. */
export function readMemory({ files, layout }: Context, name: string): HookMemory {
  const text = files.readTextIfPresent(memoryFile(layout, name))
  if (text === undefined) return NOTHING
  try {
    const { done, journal } = JSON.parse(text) as Partial<HookMemory>
    return { done: done ?? {}, journal: Array.isArray(journal) ? journal : [] }
  } catch {
    return NOTHING
  }
}

/** Replaced whole; a crash of the machine may lose the last change. */
export function writeMemory({ files, layout }: Context, name: string, memory: HookMemory): void {
  const file = memoryFile(layout, name)
  files.makeDirectories(file.slice(0, file.lastIndexOf("/")), 0o700)
  files.writeFile(`${file}.new`, JSON.stringify(memory), { mode: 0o600 })
  files.rename(`${file}.new`, file)
}

/** Hooks with `once` run again (`--clean`). */
export function clearMemory({ files, layout }: Context, name: string): void {
  const file = memoryFile(layout, name)
  if (files.lstat(file) !== undefined) files.removeFile(file)
}

/** Of a service that is unloaded nothing stays but what was to be done once. */
export function forgetRuns(context: Context, name: string, memory: HookMemory): void {
  if (Object.keys(memory.done).length === 0) clearMemory(context, name)
  else writeMemory(context, name, { ...memory, journal: [] })
}

/** The journal with one more run in it, the oldest forgotten. */
export function remember(journal: Journal, report: HookReport, atMs: number): Journal {
  const { event, hook, outcome, elapsedMs } = report
  return [...journal, { atMs, event, hook, outcome, elapsedMs }].slice(-JOURNAL_RUNS_MAX)
}

/** True for a hook that succeeded before and was to do so once. `release`: what runs now. */
export function isDone({ done }: HookMemory, hook: HookDeclaration, release: string): boolean {
  const when = hook.options.once === undefined ? undefined : done[keyOf(hook)]
  return when !== undefined && when === (hook.options.once === "release" ? release : EVER)
}

/** The memory after this hook succeeded; the same one for a hook without `once`. */
export function withSuccess(memory: HookMemory, hook: HookDeclaration, release: string): HookMemory {
  const { once } = hook.options
  if (once === undefined) return memory
  return { ...memory, done: { ...memory.done, [keyOf(hook)]: once === "release" ? release : EVER } }
}

/** What it does, wherever it stands in its list: a hook that is edited is another one. */
function keyOf({ event, declaredIn, action }: HookDeclaration): string {
  return JSON.stringify([event, declaredIn, action])
}

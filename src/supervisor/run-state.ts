import { type Layout, supervisorPaths } from "../base/layout.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { type Changes, NO_CHANGES } from "./service/change-response.ts"
import type { Service } from "./service/service.ts"

/**
 * What the next supervisor has to know of a run and cannot see. Lost with the machine's power, together with the
 * processes.
 */
export type RunState = Readonly<{
  runId: string
  run: number
  /** Its init hook was begun: post-stop is owed. */
  initialized: boolean
  postStart: "finished" | "unfinished"
  /** Rendered since its process was started, and not yet acted on. */
  owed: Changes
  /** The release its process was started from, where that may not be the newest that is installed. */
  release?: string
}>

type Context = Readonly<{
  files: Pick<FileSystem, "writeFile" | "rename" | "readTextIfPresent" | "lstat" | "removeFile">
  layout: Layout
}>

/** The state worth writing down; undefined while nothing of a run is alive or owed. */
export function runStateOf(
  service: Service,
  { runId, postStart, release }: Pick<RunState, "runId" | "postStart" | "release">,
): RunState | undefined {
  const { life, run } = service
  if (!life.touched && !life.initialized) return undefined
  return {
    runId,
    run,
    initialized: life.initialized,
    postStart,
    owed: life.owed,
    ...(release === undefined ? {} : { release }),
  }
}

/** Writes the state of a service's run, or removes it. Replaced whole, never fsynced. */
export function writeRunState({ files, layout }: Context, name: string, state: RunState | undefined): void {
  const file = fileOf(layout, name)
  if (state === undefined) {
    if (files.lstat(file) !== undefined) files.removeFile(file)
    return
  }
  files.writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600 })
  files.rename(`${file}.new`, file)
}

/** What an earlier supervisor wrote; undefined when there is nothing, or nothing that can be understood. */
export function readRunState({ files, layout }: Context, name: string): RunState | undefined {
  const text = files.readTextIfPresent(fileOf(layout, name))
  if (text === undefined) return undefined
  try {
    const state = JSON.parse(text) as Partial<RunState>
    const usable = typeof state.runId === "string" && Number.isInteger(state.run)
    return usable ? ({ initialized: false, postStart: "finished", owed: NO_CHANGES, ...state } as RunState) : undefined
  } catch {
    return undefined
  }
}

function fileOf(layout: Layout, name: string): string {
  return `${supervisorPaths(layout).run}/${name}.json`
}

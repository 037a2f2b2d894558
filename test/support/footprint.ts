import { execFile } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { promisify } from "node:util"
import { type Hab, processesOf, project, type SupervisorRun } from "./hab.ts"

const execute = promisify(execFile)

/** What supervision takes of the machine: descriptors and PSS of launcher and supervisor, and every process of the root. */
export type Footprint = Readonly<{ descriptors: number; kilobytes: number; processes: readonly number[] }>

/** Launcher and supervisor, in this order. */
export function supervisionOf({ child }: SupervisorRun): number[] {
  const launcher = child.pid ?? 0
  return [launcher, ...supervisorsOf(launcher)]
}

/** The supervisors among the children of a launcher: one, or none while it is being replaced. */
export function supervisorsOf(launcher: number): number[] {
  const children = readIfThere(`/proc/${launcher}/task/${launcher}/children`).trim().split(" ").map(Number)
  return children.filter((pid) => readIfThere(`/proc/${pid}/cmdline`).includes("supervisor.cjs"))
}

export function footprintOf(hab: Hab, sup: SupervisorRun): Footprint {
  const pids = supervisionOf(sup)
  return {
    descriptors: sum(pids.map((pid) => readdirSync(`/proc/${pid}/fd`).length)),
    kilobytes: sum(
      pids.map((pid) => Number(/^Pss:\s+(\d+)/m.exec(readIfThere(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0)),
    ),
    processes: processesOf(hab.root),
  }
}

/**
 * Files below the root that no service owns: what a supervisor may leak. FIFOs are left out, they are kept for the next
 * command and counted as descriptors.
 */
export function filesOf(hab: Hab, folder = "hab/sup"): string[] {
  return (readdirSync(hab.path(folder), { recursive: true }) as string[])
    .filter((name) => !name.includes("/fifo/"))
    .map((name) => path.join(folder, name))
    .sort()
}

/** Runs `during` while `hab svc status` is asked again and again; how often it was answered. Throws at the first failure. */
export async function whileAnswering(hab: Hab, during: () => Promise<unknown>): Promise<number> {
  let over = false
  let answers = 0
  const asking = (async () => {
    do {
      await execute(process.execPath, [`${project}/bin/hab`, "svc", "status", "--json"], {
        env: hab.env,
        maxBuffer: 64 * 1024 * 1024,
      })
      answers += 1
    } while (!over)
  })()
  // A failure ends the test at once, whatever it still waits for.
  await Promise.race([during().finally(() => (over = true)), asking.then(() => new Promise(() => undefined))])
  await asking
  return answers
}

/** Processes that belong to a run of this service, wherever they went. */
export function processesOfService(hab: Hab, name: string): number[] {
  return processesOf(hab.root).filter((pid) => readIfThere(`/proc/${pid}/environ`).includes(`/${name}.`))
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "latin1")
  } catch {
    return ""
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

import fs from "node:fs"

/** Kilobytes of memory the processes take, shared pages in parts (PSS). */
export function memoryKb(pids: readonly number[]): number {
  return sum(pids.map((pid) => Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0)))
}

/** How many descriptors the processes have open. */
export function openDescriptors(pids: readonly number[]): number {
  return sum(pids.map((pid) => list(`/proc/${pid}/fd`).length))
}

/** Milliseconds of CPU all threads of the processes have used, to the nanosecond. */
export function cpuMs(pids: readonly number[]): number {
  const threads = pids.flatMap((pid) => list(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`))
  return sum(threads.map((thread) => Number(read(`${thread}/schedstat`).split(" ")[0] ?? 0))) / 1e6
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function list(folder: string): string[] {
  try {
    return fs.readdirSync(folder)
  } catch {
    return []
  }
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, "latin1")
  } catch {
    return ""
  }
}

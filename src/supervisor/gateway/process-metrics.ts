import type { FileSystem } from "../../ports/file-system.ts"
import type { Sample } from "./metrics.ts"

/** USER_HZ: what the kernel counts CPU time in for programs, on every Linux we run on. */
const TICKS_PER_SECOND = 100

/** The texts of `/proc` our own figures are in; empty where they cannot be read. */
export type ProcTexts = Readonly<{
  stat: string
  status: string
  limits: string
  bootStat: string
  descriptors: number
}>

/** Reads what the kernel says of this process. */
export function readProc(files: Pick<FileSystem, "readTextIfPresent" | "readDirectory" | "stat">): ProcTexts {
  const read = (path: string) => files.readTextIfPresent(path) ?? ""
  return {
    stat: read("/proc/self/stat"),
    status: read("/proc/self/status"),
    limits: read("/proc/self/limits"),
    bootStat: read("/proc/stat"),
    descriptors: files.stat("/proc/self/fd") === undefined ? 0 : files.readDirectory("/proc/self/fd").length,
  }
}

/** The standard process metrics, and Habitat's two; what cannot be read is left out. */
export function processSamples(texts: ProcTexts): Sample[] {
  const fields = texts.stat.slice(texts.stat.lastIndexOf(")") + 2).split(" ")
  const cpuSec = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  const bootSec = numberAfter(texts.bootStat, /^btime (\d+)/m)
  const samples: Sample[] = [
    { name: "hab_sup_open_file_descriptors_total", value: texts.descriptors },
    { name: "hab_sup_cpu_time_nanoseconds", value: Math.round(cpuSec * 1e9) },
    { name: "process_cpu_seconds_total", value: cpuSec },
    { name: "process_open_fds", value: texts.descriptors },
    { name: "process_max_fds", value: numberAfter(texts.limits, /^Max open files\s+(\d+)/m) },
    { name: "process_resident_memory_bytes", value: numberAfter(texts.status, /^VmRSS:\s+(\d+)/m) * 1024 },
    { name: "process_virtual_memory_bytes", value: numberAfter(texts.status, /^VmSize:\s+(\d+)/m) * 1024 },
    { name: "process_threads", value: numberAfter(texts.status, /^Threads:\s+(\d+)/m) },
    { name: "process_start_time_seconds", value: bootSec + Number(fields[19]) / TICKS_PER_SECOND },
  ]
  return samples.filter(({ value }) => Number.isFinite(value))
}

function numberAfter(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? "none")
}

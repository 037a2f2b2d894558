import type { ResidentMemory } from "../ports/resident-memory.ts"
import { listProcesses, readProc } from "./process-table.ts"

const SESSION_INDEX = 3
const RESIDENT_INDEX = 21
/** What the kernel counts pages of memory in; 4 KiB wherever Node runs but for some ARM servers. */
const PAGE_KIB = /^KernelPageSize:\s+(\d+)/m

/** By field 6 (session) and 24 (rss) of /proc/PID/stat. */
export const residentMemory: ResidentMemory = (sessions) => {
  const found = new Map<number, number>()
  pageBytes ??= pageSize()
  for (const pid of listProcesses()) {
    const text = readProc(`/proc/${pid}/stat`)
    if (text === undefined) continue
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ")
    const session = Number(fields[SESSION_INDEX])
    if (!sessions.has(session)) continue
    found.set(session, (found.get(session) ?? 0) + Number(fields[RESIDENT_INDEX]) * pageBytes)
  }
  return found
}

/** Read once: the file describes all of our own memory. */
let pageBytes: number | undefined

function pageSize(): number {
  return Number(PAGE_KIB.exec(readProc("/proc/self/smaps") ?? "")?.[1] ?? 4) * 1024
}

import fs from "node:fs"
import path from "node:path"
import { readStat } from "./process-table.ts"

/** Set by `bin/hab` before Node starts: the only place that sees the limit under systemd. */
const REMEMBERED = "HAB_SOFT_OPEN_FILES"
const ANCESTORS_MAX = 16

type Limits = Readonly<{ soft: number; hard: number }>

/**
 * The soft limit of open files the operator had, when it is below ours: Node raises it to the hard limit before any of
 * our code runs, and children inherit that (decisions G). Known from `bin/hab`, else from the nearest ancestor that is
 * not Node or npm's shell and has our hard limit. Undefined: ours is right, or nobody can know.
 */
export function operatorSoftOpenFiles(): number | undefined {
  const own = limitsOf("self")
  if (own === undefined) return undefined
  const remembered = Number(process.env[REMEMBERED] ?? Number.NaN)
  const inherited = limitsOfOperator(process.ppid)
  const soft = remembered < own.soft ? remembered : inherited?.hard === own.hard ? inherited.soft : own.soft
  return soft < own.soft ? soft : undefined
}

function limitsOfOperator(parent: number): Limits | undefined {
  let pid = parent
  for (let step = 0; step < ANCESTORS_MAX && pid > 1 && isNode(pid); step += 1) pid = readStat(pid)?.parent ?? 0
  return pid > 1 ? limitsOf(pid) : undefined
}

function isNode(pid: number): boolean {
  try {
    if (path.basename(fs.readlinkSync(`/proc/${pid}/exe`)).startsWith("node")) return true
    return fs.readFileSync(`/proc/${pid}/environ`, "latin1").includes("npm_lifecycle_event=")
  } catch {
    return false
  }
}

function limitsOf(pid: number | "self"): Limits | undefined {
  try {
    const line = /^Max open files\s+(\S+)\s+(\S+)/m.exec(fs.readFileSync(`/proc/${pid}/limits`, "utf8"))
    return line === null ? undefined : { soft: limit(line[1]), hard: limit(line[2]) }
  } catch {
    return undefined
  }
}

function limit(text: string | undefined): number {
  return text === "unlimited" ? Number.POSITIVE_INFINITY : Number(text)
}

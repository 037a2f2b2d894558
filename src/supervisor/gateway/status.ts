/** What the control API tells of one service: `hab svc status` prints it, scripts read it. Stable field names. */
export type ServiceStatus = Readonly<{
  name: string
  /** The exact release that runs or would run; the spec's own ident while none is installed. */
  ident: string
  group: string
  desired: "up" | "down"
  /** `up` while its process runs, `down` otherwise. */
  state: "up" | "down"
  /** The state of the machine: `up`, `initializing`, `waiting` …; `broken` when its package cannot be opened, `creating` while its pre-create hooks run. */
  phase: string
  /** Why it is in this phase, in one sentence. */
  why: string
  /** Why it is down, in the phase `down`; `finished` and `failed`: the restart policy leaves it at that. */
  downBecause: "never-started" | "stopped" | "finished" | "failed" | null
  /** What ends this phase. Empty when nothing is awaited. */
  awaits: readonly string[]
  /** A hook keeps it from stopping or restarting: which and why. */
  refused: string | null
  pid: number | null
  /** Whole seconds since it last went up or down. */
  elapsedSec: number
  health: "ok" | "warning" | "critical" | "unknown"
  /** Failures since somebody last started it. */
  restarts: number
  /** An update that is not finished, or a release that was rejected. */
  update: UpdateStatus | null
}>

/** `release` is the one it is about, `text` a sentence that begins with a verb or the release. */
export type UpdateStatus = Readonly<{
  step: "waits" | "goes-over" | "is-proved" | "rejected"
  release: string
  text: string
}>

const HEADER = ["package", "type", "desired", "state", "elapsed (s)", "pid", "group"]

/** The table of `hab svc status`, columns aligned (spec supervisor §1.5). */
export function statusTable(services: readonly ServiceStatus[]): string {
  if (services.length === 0) return "No services loaded."
  const rows = services.map((service) => [
    service.ident,
    "standalone",
    service.desired,
    service.state,
    String(service.elapsedSec),
    service.pid === null ? "<none>" : String(service.pid),
    service.group,
  ])
  return alignColumns([HEADER, ...rows])
}

/** Rows as lines, cells padded to the width of their column and parted by two spaces. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  const widths = (rows[0] ?? []).map((_, column) => width(column))
  const print = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd()
  return rows.map(print).join("\n")
}

/** One line for each service that waits, for people who wonder why it is not up. */
export function waitingHints(services: readonly ServiceStatus[]): string[] {
  return services.flatMap((service) => {
    const { phase, group, why, awaits, refused, update } = service
    const more = `(hab svc explain ${service.name})`
    const updates = update === null ? [] : [`${group}: ${update.text}`]
    if (refused !== null) return [`${group}: ${refused} ${more}`, ...updates]
    if (phase === "broken") return [`${group} cannot be started: ${why} ${more}`]
    if (phase === "up" || awaits.length === 0) return updates
    return [...updates, `${group} waits for ${awaits.join(", ")}${phase === "blocked" ? "" : `; ${why}`} ${more}`]
  })
}

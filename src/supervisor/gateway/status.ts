/** What the control API tells of one service: `hab svc status` prints it, scripts read it. Stable field names. */
export type ServiceStatus = Readonly<{
  name: string
  /** The exact release that runs or would run; the spec's own ident while none is installed. */
  ident: string
  group: string
  desired: "up" | "down"
  /** `up` while its process runs, `down` otherwise. */
  state: "up" | "down"
  /** The state of the machine: `up`, `initializing`, `waiting` … */
  phase: string
  /** Why it is in this phase, and what it waits for. */
  why: string
  pid: number | null
  /** Whole seconds since it last went up or down. */
  elapsedSec: number
  health: "ok" | "warning" | "critical" | "unknown"
  restarts: number
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
  const widths = HEADER.map((_, column) => Math.max(...[HEADER, ...rows].map((row) => row[column]?.length ?? 0)))
  const print = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd()
  return [HEADER, ...rows].map(print).join("\n")
}

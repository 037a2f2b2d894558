/** What the control API tells of the supervisor itself. Stable field names. */
export type SupervisorStatus = Readonly<{
  version: string
  pid: number
  /** Whole seconds. A reload or a crash begins it anew. */
  uptimeSec: number
  launcher: Readonly<{ pid: number; version: string; uptimeSec: number }>
  memberId: string
  organization?: string
  services: Readonly<{ loaded: number; up: number; desiredUp: number }>
}>

/** `hab sup status` in words. */
export function supervisorText(status: SupervisorStatus): string {
  const { launcher, services } = status
  const waiting = services.desiredUp - services.up
  return [
    `supervisor  ${status.version}, process ${status.pid}, up for ${duration(status.uptimeSec)}`,
    `launcher    ${launcher.version}, process ${launcher.pid}, up for ${duration(launcher.uptimeSec)}`,
    `member      ${status.memberId}${status.organization === undefined ? "" : ` of ${status.organization}`}`,
    `services    ${services.loaded} loaded, ${services.up} up${waiting > 0 ? `, ${waiting} wanted up and not up` : ""}`,
  ].join("\n")
}

/** What the operator should know about a launcher of another version; undefined when it is the supervisor's own. */
export function launcherNote({ version, launcher }: SupervisorStatus): string | undefined {
  if (version === launcher.version) return undefined
  return `The launcher is of hab ${launcher.version}, the supervisor of ${version}. That works; services are restarted only when the launcher is replaced: hab sup term, then hab sup run.`
}

function duration(seconds: number): string {
  const units = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const
  const from = units.findIndex(([count]) => count > 0)
  return units
    .slice(from < 0 ? 3 : from, (from < 0 ? 3 : from) + 2)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ")
}

export type UnitRequest = Readonly<{
  /** Absolute path of hab. */
  program: string
  /** Folders of PATH; one of them must hold `node`. */
  path: readonly string[]
  /** The root, when it is not the one hab chooses by itself. */
  root?: string
  /** A service to load when the supervisor starts. */
  ident?: string
  /** `system` for /etc/systemd/system, `user` for ~/.config/systemd/user. */
  scope: "system" | "user"
}>

/** A unit that runs the supervisor. Why each line is there: docs/how-to/run-under-systemd.md. */
export function systemdUnit({ program, path, root, ident, scope }: UnitRequest): string {
  return `[Unit]
Description=hab: packages and supervised services
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
NotifyAccess=all
${root === undefined ? "" : `Environment=${word(`FS_ROOT=${root}`)}\n`}Environment=${word(`PATH=${path.join(":")}`)}
ExecStart=${[program, "sup", "run", ...(ident === undefined ? [] : [ident])].map(word).join(" ")}
ExecReload=/bin/kill -HUP $MAINPID
KillMode=mixed
Delegate=yes
OOMPolicy=continue
Restart=on-failure
RestartSec=2
TimeoutStopSec=120

[Install]
WantedBy=${scope === "system" ? "multi-user.target" : "default.target"}
`
}

/** One word of a unit: `%` begins a specifier, `$` a variable, and blanks and backslashes want quotes. */
function word(text: string): string {
  const escaped = text.replaceAll("%", "%%").replaceAll("$", "$$$$")
  return /[\s"'\\;]/.test(escaped) ? `"${escaped.replace(/["\\]/g, "\\$&")}"` : escaped
}

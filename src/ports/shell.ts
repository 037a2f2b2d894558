import type { ExitStatus } from "../base/exit-status.ts"

export type ShellCommand = Readonly<{
  argv: readonly [string, ...string[]]
  /** Exactly these variables; nothing is inherited. */
  env: Readonly<Record<string, string>>
  cwd: string
  /** What it and its children print, both streams in the order written. Copy what you keep. */
  onOutput: (bytes: Uint8Array) => void
  /** What it writes to descriptor 3. Copy what you keep. */
  onMessage: (bytes: Uint8Array) => void
}>

/** A long-running child that is spoken to over its descriptor 3, leading a process group of its own. */
export interface ShellProcess {
  /** Writes to its descriptor 3. After its end this does nothing. */
  send(text: string): void
  /**
   * How it ended, once what it had printed and answered is delivered. A child of it that lives on and holds its streams
   * delays this by a second at most; whatever is left of the group is killed.
   */
  readonly exited: Promise<ExitStatus>
  /** Ends the whole group: SIGTERM, and SIGKILL 0.9 s later: an interrupted build is over within a second. */
  end(): void
}

/** Starts such children. A failure to start is an exit status too. */
export interface Shells {
  start(command: ShellCommand): ShellProcess
}

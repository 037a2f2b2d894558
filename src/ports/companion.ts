import type { ExitStatus } from "../base/exit-status.ts"

/** A process on our own output that lives in a group of its own: Ctrl-C at our terminal is ours to pass on. */
export type Companion = Readonly<{
  exited: Promise<ExitStatus>
  /** Nobody there is no failure. */
  signal(name: "SIGTERM" | "SIGKILL"): void
}>

/** Starts companions. */
export interface Companions {
  /** `env`: exactly these variables. */
  start(argv: readonly [string, ...string[]], env: Readonly<Record<string, string>>): Companion
}

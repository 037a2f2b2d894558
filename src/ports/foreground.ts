import type { ExitStatus } from "../base/exit-status.ts"
import type { RunAs } from "./process-group.ts"

export type ForegroundCommand = Readonly<{
  argv: readonly [string, ...string[]]
  /** Exactly these variables. */
  env: Readonly<Record<string, string>>
  /** Needs the privilege; the caller's own account is no switch. */
  user?: RunAs
}>

/** Hands our terminal to a command. */
export interface Foreground {
  /**
   * Runs a command on our own standard input, output and error, as packages of the root see the machine (decisions A),
   * to its end. Meanwhile signals are the command's: Ctrl-C reaches it through the terminal, TERM and HUP are passed on.
   * `root` is `/` or a folder whose `hab` directory, at `hab`, the command sees as `/hab`.
   */
  run(place: Readonly<{ root: string; hab: string }>, command: ForegroundCommand): Promise<ExitStatus>
}

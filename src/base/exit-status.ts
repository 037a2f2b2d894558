/** How a process ended, or why it never began. */
export type ExitStatus =
  | { readonly tag: "exited"; readonly code: number }
  | { readonly tag: "signaled"; readonly signal: string }
  | { readonly tag: "not-started"; readonly cause: string }
  /** It ended while nobody who could know was there: an adopted process is not our child. */
  | { readonly tag: "unknown" }

/** Exited with 0; anything else, a signal or an unknown end included, did not succeed. */
export function succeeded(status: ExitStatus): boolean {
  return status.tag === "exited" && status.code === 0
}

const SIGNAL_BASE = 128
const NOT_STARTED = 127

/** Numbers of the signals that end processes, on Linux. */
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGIOT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGIO: 29,
  SIGPOLL: 29,
  SIGPWR: 30,
  SIGSYS: 31,
}

/** The exit code with which a shell passes an end on: 128 + n for a signal, 127 for what never began, 1 for unknown. */
export function exitCodeOf(status: ExitStatus): number {
  switch (status.tag) {
    case "exited":
      return status.code
    case "signaled":
      return SIGNAL_BASE + (SIGNAL_NUMBERS[status.signal] ?? 0)
    case "not-started":
      return NOT_STARTED
    case "unknown":
      return 1
  }
}

/** `exited with status 3`, `killed by SIGTERM`: the wording used in every message. */
export function describeExit(status: ExitStatus): string {
  switch (status.tag) {
    case "exited":
      return `exited with status ${status.code}`
    case "signaled":
      return `was killed by ${status.signal}`
    case "not-started":
      return `could not be started: ${status.cause}`
    case "unknown":
      return "ended with an unknown status"
  }
}

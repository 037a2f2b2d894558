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

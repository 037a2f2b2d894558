export type SignalName = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGQUIT" | "SIGALRM" | "SIGUSR1" | "SIGUSR2"

/** Signals sent to this very process. */
export interface Signals {
  /** Calls `handler` each time; the default action of the signal no longer happens. Returns how to stop listening. */
  on(signal: SignalName, handler: () => void): () => void
}

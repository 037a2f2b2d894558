/** Who started us and waits to hear that we are ready: systemd, or whatever else sets NOTIFY_SOCKET. */
export interface ServiceManager {
  /** Tells it. Resolves with the reason when it could not be told. */
  ready(): Promise<string | undefined>
}

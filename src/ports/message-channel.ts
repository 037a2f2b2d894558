/** Messages between two processes, in order, at most once each. */
export interface MessageChannel {
  /** `message` must survive JSON. Does nothing once the other side is gone. */
  send(message: object): void
  /** One handler; messages that came before it was set are delivered to it. */
  onMessage(handler: (message: unknown) => void): void
  /** Called once, when the other side is gone. */
  onClose(handler: () => void): void
}

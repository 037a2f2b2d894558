/** What a command needs to run as if the service itself had started it. The environment may hold secrets. */
export type ServiceSurroundings = Readonly<{
  ident: string
  env: Readonly<Record<string, string>>
  /** Whom to become; absent when the service runs as its supervisor's own user. */
  user?: Readonly<{ name: string; uid: number; gid: number }>
}>

/** To a module host. `run` names the process of the service the hook is about. */
export type ToModuleHost =
  | Readonly<{
      tag: "call"
      call: number
      /** The event record, and `pm2_env`. */
      info: Readonly<Record<string, unknown>>
      run?: string
    }>
  /** Fires the AbortSignal of a call. */
  | Readonly<{ tag: "abort"; call: number }>
  /** What the service printed; base64. From the launcher itself. */
  | Readonly<{ tag: "output"; run: string; stream: "stdout" | "stderr"; bytes: string }>
  /** The process of a service ended: its streams end. */
  | Readonly<{ tag: "run-ended"; run: string }>

/** From a module host. */
export type FromModuleHost =
  /** `answer`: the boolean it returned. `problem`: it failed. */
  | Readonly<{ tag: "done"; call: number; answer?: boolean; problem?: string }>
  | Readonly<{ tag: "said"; call: number; stream: "stdout" | "stderr"; text: string }>
  /** For the standard input of a service; base64. */
  | Readonly<{ tag: "input"; run: string; bytes: string }>

import type { OptionTable } from "../command.ts"

/** What every command takes that asks a supervisor (spec supervisor §1.3). */
export const REMOTE_OPTION = {
  remoteSup: {
    kind: "text",
    short: "r",
    value: "ADDRESS",
    summary: "The supervisor there, which runs with --listen-ctl (port 9632 when none is given)",
  },
} as const satisfies OptionTable

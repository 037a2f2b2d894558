import type { OptionTable } from "../command.ts"

/** How long commands wait when nobody says. */
export const WAIT_SEC_DEFAULT = 60

const TIMEOUT = {
  kind: "number",
  value: "SECONDS",
  summary: `Give up waiting after so long (default: ${WAIT_SEC_DEFAULT})`,
} as const

/** Of commands that return at once unless told otherwise (decisions 31). */
export const ASYNC_OPTIONS = {
  detach: { kind: "flag", short: "d", summary: "Do not wait (this is the default)" },
  wait: { kind: "flag", summary: "Wait until the service is up, and fail when it cannot start" },
  timeout: TIMEOUT,
} as const satisfies OptionTable

/** Of commands that wait unless told otherwise. */
export const SYNC_OPTIONS = {
  detach: { kind: "flag", short: "d", summary: "Do not wait" },
  wait: { kind: "flag", summary: "Wait until it is done (this is the default)" },
  timeout: TIMEOUT,
} as const satisfies OptionTable

export type WaitOptions = Readonly<{ detach: boolean; wait: boolean; timeout: number | undefined }>

/** What nobody says. */
export const NO_WAIT: WaitOptions = { detach: false, wait: false, timeout: undefined }

import { ERROR_CODES, type ErrorCode } from "../../base/error-codes.ts"
import { HabError, type Problem } from "../../base/errors.ts"
import { type Layout, supervisorPaths } from "../../base/layout.ts"
import type { ControlChannel, ControlRequest } from "../../ports/control-channel.ts"
import { CONTROL_VERSION } from "./routes.ts"

const TIMEOUT_MS = 30_000

type FailureBody = Readonly<{
  error?: { code?: string; message?: string; hint?: string; problems?: readonly Problem[] }
}>

/**
 * Asks the running supervisor. Undefined when none listens on this root. A refusal is thrown as the HabError the
 * supervisor met, so that it reads the same with and without one.
 */
export async function askSupervisor<T>(
  { control, layout }: Readonly<{ control: ControlChannel; layout: Layout }>,
  request: ControlRequest,
): Promise<T | undefined> {
  const socket = supervisorPaths(layout).controlSocket
  const reply = await control.request(socket, { ...request, path: `/${CONTROL_VERSION}${request.path}` }, TIMEOUT_MS)
  if (reply === undefined) return undefined
  if (reply.status === 200) return reply.body as T
  const {
    code = "",
    message = `the supervisor answered with status ${reply.status}`,
    hint,
    problems = [],
  } = (reply.body as FailureBody | undefined)?.error ?? {}
  const known = Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : "SUPERVISOR_REFUSED"
  throw new HabError(known, message, { problems, ...(hint === undefined ? {} : { hint }) })
}

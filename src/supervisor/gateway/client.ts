import { ERROR_CODES, type ErrorCode } from "../../base/error-codes.ts"
import { HabError, type Problem } from "../../base/errors.ts"
import { type Layout, supervisorPaths } from "../../base/layout.ts"
import type { ControlChannel, ControlReply, ControlRequest, RemoteControl } from "../../ports/control-channel.ts"
import { CONTROL_VERSION } from "./routes.ts"

const TIMEOUT_MS = 30_000

type FailureBody = Readonly<{
  error?: { code?: string; number?: number; message?: string; hint?: string; problems?: readonly Problem[] }
}>

/** Which supervisor: the one of this root, or one that is reached over TCP. */
export type ControlTarget = Readonly<{ control: ControlChannel; layout: Layout; remote?: RemoteControl | undefined }>

/**
 * Asks the running supervisor. Undefined when none listens on this root. A refusal is thrown as the HabError the
 * supervisor met, with Habitat's number in front: `[Err: 2] …`. Throws SUPERVISOR_UNREACHABLE for a remote one.
 */
export async function askSupervisor<T>(target: ControlTarget, request: ControlRequest): Promise<T | undefined> {
  const reply = await send(target, { ...request, path: `/${CONTROL_VERSION}${request.path}` })
  if (reply === undefined) return undefined
  if (reply.status === 200) return reply.body as T
  const {
    code = "",
    number = 0,
    message = `the supervisor answered with status ${reply.status}`,
    hint,
    problems = [],
  } = (reply.body as FailureBody | undefined)?.error ?? {}
  const known = Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : "SUPERVISOR_REFUSED"
  throw new HabError(known, `[Err: ${number}] ${message}`, { problems, ...(hint === undefined ? {} : { hint }) })
}

async function send(
  { control, layout, remote }: ControlTarget,
  request: ControlRequest,
): Promise<ControlReply | undefined> {
  if (remote === undefined) return control.request(supervisorPaths(layout).controlSocket, request, TIMEOUT_MS)
  const reply = await control.requestRemote(remote, request, TIMEOUT_MS)
  if (!("failed" in reply)) return reply
  throw new HabError("SUPERVISOR_UNREACHABLE", `Unable to contact the Supervisor. ${remote.url}: ${reply.failed}`, {
    hint: "does one run there, and with --listen-ctl? With TLS on one side only, they do not understand each other",
  })
}

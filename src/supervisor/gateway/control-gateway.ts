import { supervisorPaths } from "../../base/layout.ts"
import type { ControlHandler, ControlReply } from "../../ports/control-channel.ts"
import type { Host } from "../../ports/host.ts"
import type { HttpAddress } from "../../ports/http-server.ts"
import type { SupervisorContext } from "../context.ts"
import { controlNumberOf } from "./control-errors.ts"
import { type ListenWords, listenFailure, readPem, type TlsFiles } from "./listen-failure.ts"
import { isSameSecret } from "./same-secret.ts"

/** Where control listens beside its socket. */
export type ControlGatewayOptions = Readonly<{ address: HttpAddress; tls?: TlsFiles }>

/** The port of Habitat's control gateway. */
export const CONTROL_PORT = 9632

const WORDS: ListenWords = {
  address: "CONTROL_ADDRESS",
  addressHint: "give the control gateway another address with --listen-ctl or HAB_LISTEN_CTL",
  tls: "CONTROL_TLS_INVALID",
  tlsHint: "hab sup secret generate-tls makes a key and a certificate that fit",
}

/**
 * Opens the control API over TCP, for those who know CTL_SECRET (decisions I). Throws CONTROL_ADDRESS and
 * CONTROL_TLS_INVALID.
 */
export async function openControlGateway(
  { host, layout }: Readonly<{ host: Pick<Host, "control" | "files">; layout: SupervisorContext["layout"] }>,
  options: ControlGatewayOptions,
  handler: ControlHandler,
) {
  const { address, tls } = options
  const material = tls === undefined ? {} : { tls: readPem(host.files, tls, "CONTROL_TLS_INVALID") }
  const { ctlSecret } = supervisorPaths(layout)
  // Read each time: a secret that was replaced counts at once.
  const admit = (authorization: string | undefined) =>
    isSameSecret(bearer(host.files.readTextIfPresent(ctlSecret) ?? ""), authorization ?? "") ? undefined : MISMATCH
  try {
    return await host.control.serveRemote({ address, ...material, admit }, handler)
  } catch (error) {
    throw listenFailure(error, options, WORDS)
  }
}

const MISMATCH: ControlReply = {
  status: 401,
  body: {
    error: {
      code: "CONTROL_UNAUTHORIZED",
      number: controlNumberOf("CONTROL_UNAUTHORIZED"),
      message: "secret key mismatch",
      hint: "the secret is what CTL_SECRET holds on the supervisor's machine: give it as HAB_CTL_SECRET, or as ctl_secret in cli.toml",
    },
  },
}

/** How a secret is sent. */
export function bearer(secret: string): string {
  return `Bearer ${secret.trim()}`
}

import { posix as path } from "node:path"
import { HabError } from "../../base/errors.ts"
import type { GatewayOptions } from "../../supervisor/gateway/http-gateway.ts"
import { parseListenAddress } from "../../supervisor/gateway/listen-address.ts"
import { HTTP_GATEWAY_PORT } from "../../supervisor/views.ts"
import type { OptionsOf, OptionTable } from "../command.ts"

/** Options of `hab sup run` that say where and how the HTTP gateway listens (spec supervisor §1.7, §7.1). */
export const GATEWAY_OPTIONS = {
  listenHttp: {
    kind: "text",
    value: "ADDRESS",
    env: "HAB_LISTEN_HTTP",
    default: `127.0.0.1:${HTTP_GATEWAY_PORT}`,
    summary: "Where the HTTP gateway listens; port 0 is any free one",
  },
  httpDisable: { kind: "flag", short: "D", summary: "Run without the HTTP gateway" },
  key: { kind: "text", value: "FILE", summary: "Private key of the HTTP gateway (PEM): it then speaks TLS" },
  certs: { kind: "text", value: "FILE", summary: "Certificate chain of the HTTP gateway (PEM)" },
  caCerts: {
    kind: "text",
    value: "FILE",
    summary: "Clients of the HTTP gateway need a certificate signed by one of these (PEM)",
  },
} as const satisfies OptionTable

/** The gateway these options ask for, or undefined for none. Throws LISTEN_ADDRESS_INVALID and USAGE. */
export function gatewayOptionsOf(
  { listenHttp, httpDisable, key, certs, caCerts }: OptionsOf<typeof GATEWAY_OPTIONS>,
  cwd: string,
): GatewayOptions | undefined {
  const address = parseListenAddress(listenHttp, HTTP_GATEWAY_PORT)
  if ((key === undefined) !== (certs === undefined) || (caCerts !== undefined && key === undefined)) {
    throw new HabError("USAGE", "the HTTP gateway speaks TLS with both a key and its certificates, or not at all", {
      hint: "give --key and --certs; --ca-certs only beside them",
    })
  }
  if (httpDisable) return undefined
  if (key === undefined || certs === undefined) return { address }
  const authorities = caCerts === undefined ? {} : { authorities: [path.resolve(cwd, caCerts)] }
  return { address, tls: { key: path.resolve(cwd, key), certificates: path.resolve(cwd, certs), ...authorities } }
}

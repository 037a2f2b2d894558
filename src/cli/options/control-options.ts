import { posix as path } from "node:path"
import { HabError } from "../../base/errors.ts"
import type { Layout } from "../../base/layout.ts"
import type { Host } from "../../ports/host.ts"
import { CONTROL_PORT, type ControlGatewayOptions } from "../../supervisor/gateway/control-gateway.ts"
import { parseListenAddress } from "../../supervisor/gateway/listen-address.ts"
import type { TlsFiles } from "../../supervisor/gateway/listen-failure.ts"
import type { OptionsOf, OptionTable } from "../command.ts"

/** Options of `hab sup run` that open the control API to other machines (spec supervisor §1.7, §7.7). */
export const CONTROL_OPTIONS = {
  listenCtl: {
    kind: "text",
    value: "ADDRESS",
    env: "HAB_LISTEN_CTL",
    summary: `Take \`hab svc … --remote-sup\` there too, from those who know CTL_SECRET (port ${CONTROL_PORT} when none is given)`,
  },
  ctlServerCertificate: {
    kind: "list",
    value: "PATH",
    mayBeEmpty: true,
    summary: "Certificate of the control gateway (PEM), or a folder of them; with the key, control speaks TLS",
  },
  ctlServerKey: {
    kind: "list",
    value: "PATH",
    mayBeEmpty: true,
    summary: "Private key of the control gateway (PEM), or a folder of them",
  },
  ctlClientCaCertificate: {
    kind: "list",
    value: "PATH",
    mayBeEmpty: true,
    summary: "Clients of the control gateway need a certificate signed by one of these (PEM)",
  },
} as const satisfies OptionTable

type Place = Readonly<{ host: Pick<Host, "files" | "cwd">; layout: Pick<Layout, "cacheKeys"> }>

/** Where `hab sup secret generate-tls` writes, and where the bare flags look. */
export function controlTlsDirectory({ cacheKeys }: Pick<Layout, "cacheKeys">): string {
  return `${cacheKeys}/ctl`
}

/** The control gateway these options ask for, or undefined for none. Throws LISTEN_ADDRESS_INVALID, USAGE, CONTROL_TLS_INVALID. */
export function controlOptionsOf(
  options: OptionsOf<typeof CONTROL_OPTIONS>,
  place: Place,
): ControlGatewayOptions | undefined {
  const { listenCtl, ctlServerCertificate, ctlServerKey, ctlClientCaCertificate } = options
  const isTls = ctlServerCertificate !== undefined && ctlServerKey !== undefined
  if ((ctlServerCertificate === undefined) !== (ctlServerKey === undefined) || (ctlClientCaCertificate && !isTls)) {
    throw new HabError("USAGE", "the control gateway speaks TLS with both a key and a certificate, or not at all", {
      hint: "give --ctl-server-key and --ctl-server-certificate; --ctl-client-ca-certificate only beside them",
    })
  }
  if (listenCtl === undefined) return undefined
  const address = parseListenAddress(listenCtl, CONTROL_PORT)
  if (!isTls) return { address }
  const tls: TlsFiles = {
    key: newest(place, ctlServerKey, ".key.pem"),
    certificates: newest(place, ctlServerCertificate, ".crt.pem"),
    ...(ctlClientCaCertificate === undefined ? {} : { authorities: filesOf(place, ctlClientCaCertificate, ".pem") }),
  }
  return { address, tls }
}

function newest(place: Place, given: readonly string[], suffix: string): string {
  const files = filesOf(place, given, suffix)
  const file = files.at(-1)
  if (file !== undefined) return file
  const where = given[0] === undefined ? controlTlsDirectory(place.layout) : path.resolve(place.host.cwd, given[0])
  throw new HabError("CONTROL_TLS_INVALID", `${where} holds no ctl-gateway-*${suffix}`, {
    hint: "hab sup secret generate-tls --subject-alternative-name NAME makes them",
  })
}

/** A file stands for itself, a folder for those of this kind in it: they are named by their revision, so the newest is last. */
function filesOf({ host, layout }: Place, given: readonly string[], suffix: string): string[] {
  if (given.length === 0) return filesIn(host.files, controlTlsDirectory(layout), suffix)
  return given.flatMap((one) => {
    const place = path.resolve(host.cwd, one)
    return host.files.stat(place)?.kind === "directory" ? filesIn(host.files, place, suffix) : [place]
  })
}

function filesIn(files: Place["host"]["files"], folder: string, suffix: string): string[] {
  if (files.stat(folder)?.kind !== "directory") return []
  const names = files.readDirectory(folder).map((entry) => entry.name)
  const isOurs = (name: string) => name.endsWith(suffix) && (suffix !== ".pem" || !name.endsWith(".key.pem"))
  return names.filter(isOurs).map((name) => `${folder}/${name}`)
}

import { posix as path } from "node:path"
import { HabError } from "../../base/errors.ts"
import type { ClusterOptions } from "../../supervisor/ring/open-ring.ts"
import type { OptionsOf, OptionTable } from "../command.ts"

const ETCD_PORT = "2379"
const LEASE_SEC = 5
const LEASE_SEC_MIN = 2

/** Options of `hab sup run` that say which ring of supervisors it joins, and where they meet. */
export const CLUSTER_OPTIONS = {
  cluster: {
    kind: "text",
    value: "URL",
    env: "HAB_CLUSTER",
    summary: "Meet other supervisors in this etcd: etcd://host:2379,host:2379 (etcds:// with TLS)",
  },
  ring: {
    kind: "text",
    value: "NAME",
    short: "r",
    env: "HAB_RING",
    summary: "Ring of supervisors to join in --cluster; rings of other names are not seen (default: default)",
  },
  clusterLease: {
    kind: "number",
    value: "SECONDS",
    default: LEASE_SEC,
    summary: "Others count this supervisor as gone after this long without a sign of life",
  },
  clusterCaCerts: { kind: "text", value: "FILE", summary: "Certificates etcd's own is signed with (PEM)" },
  clusterCert: { kind: "text", value: "FILE", summary: "Certificate shown to etcd (PEM)" },
  clusterKey: { kind: "text", value: "FILE", summary: "Private key of that certificate (PEM)" },
  clusterUser: { kind: "text", value: "NAME", summary: "User of etcd" },
  clusterPasswordFile: { kind: "text", value: "FILE", summary: "File with the password of that user" },
} as const satisfies OptionTable

/** The ring these options name; undefined without --cluster. Throws USAGE. */
export function clusterOptionsOf(options: OptionsOf<typeof CLUSTER_OPTIONS>, cwd: string): ClusterOptions | undefined {
  const { cluster, clusterLease, clusterUser } = options
  if (cluster === undefined) return undefined
  const ring = options.ring ?? "default"
  if (!/^[A-Za-z0-9_.-]+$/.test(ring))
    throw usage(`'${ring}' is not a name of a ring`, "use letters, digits, '-', '_' and '.'")
  if (!(clusterLease >= LEASE_SEC_MIN))
    throw usage(`a lease of ${clusterLease} s is too short`, `give at least ${LEASE_SEC_MIN} s`)
  const file = (name: string | undefined) => (name === undefined ? undefined : path.resolve(cwd, name))
  const files = {
    authorities: file(options.clusterCaCerts),
    certificate: file(options.clusterCert),
    key: file(options.clusterKey),
    password: file(options.clusterPasswordFile),
  }
  return {
    endpoints: endpointsOf(cluster),
    ring,
    leaseMs: clusterLease * 1000,
    files: Object.fromEntries(Object.entries(files).filter(([, value]) => value !== undefined)),
    ...(clusterUser === undefined ? {} : { user: clusterUser }),
  }
}

function endpointsOf(text: string): string[] {
  const [, secure, hosts = ""] = /^etcd(s?):\/\/(.+)$/.exec(text) ?? []
  const names = hosts.split(",").filter((host) => host !== "")
  if (
    secure === undefined ||
    names.length === 0 ||
    !names.every((name) => /^(\[[\da-fA-F:]+\]|[\w.-]+)(:\d{1,5})?$/.test(name))
  ) {
    throw usage(
      `'${text}' does not name an etcd cluster`,
      "write etcd://host:2379, several hosts with commas; etcds:// with TLS",
    )
  }
  return names.map((name) => `http${secure}://${/:\d+$/.test(name) ? name : `${name}:${ETCD_PORT}`}`)
}

function usage(message: string, hint: string): HabError {
  return new HabError("USAGE", message, { hint })
}

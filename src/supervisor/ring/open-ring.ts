import { createEtcdStore } from "../../cluster/etcd/etcd-store.ts"
import { joinRing } from "../../cluster/ring/ring.ts"
import type { Host } from "../../ports/host.ts"
import type { ClientTls } from "../../ports/http-client.ts"
import { type SupervisorContext, speakerOf } from "../context.ts"
import { ownAddresses } from "./own-record.ts"
import type { RingView } from "./ring-census.ts"

/** How to reach the store of a ring. Files are read when the supervisor begins: secrets are in no command line. */
export type ClusterOptions = Readonly<{
  /** `http://host:2379` */
  endpoints: readonly string[]
  ring: string
  /** After this long without a sign of life others count us as gone. */
  leaseMs: number
  files: Readonly<{ authorities?: string; certificate?: string; key?: string; password?: string }>
  user?: string
}>

/** Joins the ring the options name; whether its store answers shows later. Throws system errors about the files. */
export function openRing(
  host: Pick<Host, "httpClient" | "files">,
  context: SupervisorContext,
  options: ClusterOptions,
): RingView {
  const { files } = context.host
  const { endpoints, ring, leaseMs, user } = options
  const password = options.files.password === undefined ? "" : files.readText(options.files.password).trim()
  const tls = readTls(host, options.files)
  const store = createEtcdStore(
    { http: host.httpClient, clock: context.host.clock, random: context.host.random },
    {
      endpoints,
      ...(tls === undefined ? {} : { tls }),
      ...(user === undefined ? {} : { user: { name: user, password } }),
    },
  )
  const say = speakerOf(context)
  const member = { instance: instanceOf(context), version: context.version, leaving: false, sys: ownAddresses(context) }
  return {
    name: ring,
    ring: joinRing(
      {
        store,
        clock: context.host.clock,
        random: context.host.random,
        say: (text) => say("hab-sup", "MR", text),
      },
      { ring, memberId: context.memberId, ttlMs: leaseMs, member },
    ),
  }
}

/** The same for every process of this supervisor, another one for a copy of it elsewhere. */
function instanceOf({ host, layout, options }: SupervisorContext): string {
  const bootId = host.files.readTextIfPresent("/proc/sys/kernel/random/boot_id")?.trim() ?? ""
  return `${options.hostname}:${layout.root}:${bootId}`
}

function readTls({ files }: Pick<Host, "files">, paths: ClusterOptions["files"]): ClientTls | undefined {
  const read = (path: string | undefined) => (path === undefined ? undefined : files.readText(path))
  const [authorities, certificate, key] = [read(paths.authorities), read(paths.certificate), read(paths.key)]
  if (authorities === undefined && certificate === undefined) return undefined
  return {
    ...(authorities === undefined ? {} : { authorities }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
  }
}

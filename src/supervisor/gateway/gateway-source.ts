import { Buffer } from "node:buffer"
import { servicePaths, supervisorPaths } from "../../base/layout.ts"
import type { FileSystem } from "../../ports/file-system.ts"
import { readApplied } from "../config/applied-config.ts"
import { uploadedVersions } from "../config/uploaded-files.ts"
import type { SupervisorContext } from "../context.ts"
import type { Census } from "../group/census.ts"
import type { Roster } from "../roster.ts"
import type { HealthStatus } from "../service/health.ts"
import type { Supervised } from "../supervised.ts"
import { censusOf, systemView } from "../views.ts"
import { butterflyObject } from "./butterfly-object.ts"
import { type CensusFacts, censusObject } from "./census-object.ts"
import type { RingFacts } from "./election-rumors.ts"
import type { EventFeed } from "./event-feed.ts"
import type { HealthOutput } from "./health-object.ts"
import type { GatewaySource } from "./http-routes.ts"
import type { Metrics, Sample } from "./metrics.ts"
import { openApiDocument } from "./openapi.ts"
import { absentPackage, packageFactsReader } from "./package-facts.ts"
import { gatewayPage } from "./page.ts"
import { processSamples, readProc } from "./process-metrics.ts"
import { type ServiceFacts, type SupervisorFacts, serviceFacts } from "./service-facts.ts"

const OUTPUT_BYTES_MAX = 1 << 20
const HEALTH_FIGURES = { ok: 0, warning: 1, critical: 2, unknown: 3 } as const satisfies Record<HealthStatus, number>

/** What the gateway shows of a supervisor, worked out when somebody asks. */
export function gatewaySource(
  context: SupervisorContext,
  roster: Pick<Roster, "services" | "broken">,
  { metrics, feed }: Readonly<{ metrics: Metrics; feed: EventFeed }>,
): GatewaySource {
  const { host, memberId, version } = context
  const readFacts = packageFactsReader(context)
  const packageOf = ({ release, spec }: Supervised) =>
    release === undefined ? absentPackage(spec.ident) : readFacts(release)
  const services = (group?: string) => serviceFacts(context, roster, packageOf, group)
  const isUp = (group: string) =>
    [...roster.services.values()].some((held) => held.group === group && held.service.life.pid !== undefined)
  return {
    redacted: (host.env["HAB_FEAT_REDACT_HTTP"] ?? "") !== "",
    supervisor: () => supervisorFacts(context),
    services,
    healthOutput: (name) => healthOutput(context, name),
    census: () => censusObject(memberId, wholeCensus(context, roster), censusFacts(context)),
    butterfly: () => butterflyObject(systemView(context), wholeCensus(context, roster), isUp, gossipOf(context)),
    metrics: () => metrics.print([...processSamples(readProc(host.files)), ...serviceSamples(services())]),
    events: feed.admit,
    page: () => gatewayPage(version),
    openApi: () => openApiDocument(version),
  }
}

function supervisorFacts(context: SupervisorContext): SupervisorFacts {
  const { state, data, specs, memberId, lock } = supervisorPaths(context.layout)
  return {
    sys: systemView(context),
    backoff: context.options.backoff,
    paths: { state, data, specs, memberId, lock },
    servicePaths: (name) => servicePaths(context.layout, name),
  }
}

function wholeCensus(context: SupervisorContext, { services }: Pick<Roster, "services">): Census {
  const own = [...services.values()].map(({ group }) => group)
  const shared = context.ring?.ring.state().services.keys() ?? []
  return censusOf(context, services.values(), new Set([...own, ...shared]))
}

function censusFacts({ host, layout, ring }: SupervisorContext): CensusFacts {
  const here = { files: host.files, layout }
  const givenTo = (group: string) => ({ config: readApplied(here, group), files: uploadedVersions(here, group) })
  return ring === undefined
    ? { givenTo }
    : { givenTo, stale: ring.ring.health().tag === "stale", counters: ring.ring.state().counters }
}

function gossipOf({ ring, host }: SupervisorContext): RingFacts | undefined {
  return ring === undefined ? undefined : { state: ring.ring.state(), nowMs: host.clock.monotonicMs() }
}

function serviceSamples(services: readonly ServiceFacts[]): Sample[] {
  return services.flatMap(({ group, pid, health, restarts }): Sample[] => [
    { name: "hab_sup_service_up", label: group, value: pid === undefined ? 0 : 1 },
    { name: "hab_sup_service_health", label: group, value: HEALTH_FIGURES[health] },
    { name: "hab_sup_service_restarts", label: group, value: restarts },
  ])
}

function healthOutput({ host, layout }: SupervisorContext, name: string): HealthOutput {
  const { logs } = servicePaths(layout, name)
  return {
    stdout: beginningOf(host.files, `${logs}/health-check.stdout.log`),
    stderr: beginningOf(host.files, `${logs}/health-check.stderr.log`),
  }
}

function beginningOf(files: FileSystem, path: string): string {
  if (files.lstat(path)?.kind !== "file") return ""
  const chunks: Uint8Array[] = []
  let length = 0
  for (const chunk of files.readChunks(path)) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= OUTPUT_BYTES_MAX) break
  }
  return Buffer.concat(chunks).subarray(0, OUTPUT_BYTES_MAX).toString("utf8")
}

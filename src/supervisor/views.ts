import { resolveExports } from "../config/exports.ts"
import type { ConfigTable } from "../config/value.ts"
import { type CensusMember, serviceView } from "../templating/census-view.ts"
import { packageView, runtimeContext, type SystemView } from "../templating/context.ts"
import type { TemplateContext } from "../templating/values.ts"
import type { SupervisorContext } from "./context.ts"
import { CONTROL_PORT } from "./gateway/control-gateway.ts"
import { type BindStanding, bindStandings, bindViews, type Census, memberOf } from "./group/census.ts"
import { type ServiceGroup, stringifyServiceGroup } from "./group/service-group.ts"
import type { Release } from "./release.ts"
import { electionIn, fenceIn, othersIn, updateElectionIn } from "./ring/ring-census.ts"
import type { ServiceSpec } from "./spec/spec.ts"
import type { Supervised } from "./supervised.ts"

const LOOPBACK = "127.0.0.1"

/** The port of the HTTP gateway where none is named. */
export const HTTP_GATEWAY_PORT = 9631

/** What templates see as `sys`. Nothing gossips, so those addresses are the defaults. */
export function systemView({ options, memberId, version, httpAddress, controlAddress }: SupervisorContext): SystemView {
  return {
    version,
    member_id: memberId,
    ip: options.ip,
    hostname: options.hostname,
    gossip_ip: LOOPBACK,
    gossip_port: 9638,
    http_gateway_ip: httpAddress?.host ?? LOOPBACK,
    http_gateway_port: httpAddress?.port ?? HTTP_GATEWAY_PORT,
    ctl_gateway_ip: controlAddress?.host ?? LOOPBACK,
    ctl_gateway_port: controlAddress?.port ?? CONTROL_PORT,
    permanent: false,
  }
}

/** The group of a service, with the organization of this supervisor. */
export function serviceGroupOf({ options }: SupervisorContext, spec: ServiceSpec): ServiceGroup {
  const { organization } = options
  const group = { service: spec.ident.name, group: spec.group }
  return organization === undefined ? group : { ...group, organization }
}

/** What is known of service groups: of the services loaded here, and of those in a ring. Only what `names` asks for. */
export function censusOf(
  context: SupervisorContext,
  services: Iterable<Supervised>,
  names: ReadonlySet<string>,
): Census {
  const { ring } = context
  const census = new Map<string, readonly CensusMember[]>()
  if (ring !== undefined) {
    for (const name of names) {
      const others = othersIn(ring, name, context.host.clock.monotonicMs())
      if (others.length > 0) census.set(name, others)
    }
  }
  for (const { group: name, spec, release, exported } of services) {
    if (release === undefined || !names.has(name)) continue
    census.set(name, [ownMember(context, { spec, release, exported }), ...(census.get(name) ?? [])])
  }
  return census
}

/** What a service of ours is to its group. */
function ownMember(
  context: SupervisorContext,
  { spec, release, exported }: Readonly<{ spec: ServiceSpec; release: Release; exported: ConfigTable }>,
): CensusMember {
  const { memberId, ring } = context
  const group = serviceGroupOf(context, spec)
  const name = stringifyServiceGroup(group)
  const election = ring === undefined || spec.topology !== "leader" ? {} : { election: electionIn(ring, name) }
  const updates =
    ring === undefined
      ? {}
      : {
          updateElection: updateElectionIn(ring, name, context.host.clock.monotonicMs()),
          incarnation: ring.ring.state().services.get(name)?.get(memberId)?.incarnation ?? 0,
        }
  return memberOf({ memberId, group, release, spec, sys: systemView(context), exported, ...election, ...updates })
}

/** How the binds of a service stand now. */
export function standingsOf(
  context: SupervisorContext,
  services: Iterable<Supervised>,
  spec: ServiceSpec,
  release: Release,
): ReadonlyMap<string, BindStanding> {
  if (spec.binds.length === 0) return new Map()
  const names = new Set(spec.binds.map((bind) => stringifyServiceGroup(bind.group)))
  return bindStandings(spec, release.metadata, censusOf(context, services, names))
}

/** What a package shows to those that bind it. */
export function exportedBy(release: Release, config: ConfigTable): ConfigTable {
  return resolveExports(release.metadata.exports, config).values
}

/** Everything the templates of a service see (spec supervisor §5.1). */
export function templateData(
  context: SupervisorContext,
  services: Iterable<Supervised>,
  service: Readonly<{ spec: ServiceSpec; release: Release; config: ConfigTable }>,
): TemplateContext {
  const { spec, release, config } = service
  const me = ownMember(context, { spec, release, exported: exportedBy(release, config) })
  const group = stringifyServiceGroup(serviceGroupOf(context, spec))
  const others = context.ring === undefined ? [] : othersIn(context.ring, group, context.host.clock.monotonicMs())
  const { credentials, pkg, variables } = release
  return runtimeContext({
    sys: systemView(context),
    pkg: packageView(
      { files: context.host.files, layout: context.layout },
      { pkg, env: variables, user: credentials.user.name, group: credentials.group.name },
    ),
    cfg: config,
    svc: serviceView(me, [me, ...others], context.ring === undefined ? null : fenceIn(context.ring, group)),
    bind: bindViews(standingsOf(context, services, spec, release)),
  })
}

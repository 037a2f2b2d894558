import { openDepot } from "../../depot/open-depot.ts"
import type { FullIdent } from "../../package/ident.ts"
import type { Host } from "../../ports/host.ts"
import { reportAs, type Say, type SupervisorContext } from "../context.ts"
import type { Supervised } from "../supervised.ts"

export type DepotHost = Pick<Host, "httpClient" | "compression" | "target">

/** The latest release of a service's channel that answers its spec. Throws as the depot does. */
export async function findHead(
  context: SupervisorContext,
  { httpClient, compression, target }: DepotHost,
  held: Supervised,
  say: Say,
): Promise<FullIdent | undefined> {
  const { bldrUrl, channel, ident } = held.spec
  const tools = {
    ...context.host,
    layout: context.layout,
    httpClient,
    compression,
    target,
    asksAgain: true as const,
    report: reportAs(say, held.group, "SU"),
  }
  const depot = openDepot(tools, bldrUrl, context.host.env["HAB_AUTH_TOKEN"])
  return (await depot.find(ident, { channel, target }))?.ident
}

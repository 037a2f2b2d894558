import { Buffer } from "node:buffer"
import { HabError } from "../../base/errors.ts"
import type { UploadRecord } from "../../cluster/ring/records.ts"
import { type AppliedConfig, checkApplied, readApplied, writeApplied } from "../applied-config.ts"
import { type SupervisorContext, speakerOf } from "../context.ts"
import type { Roster } from "../roster.ts"
import type { RingView } from "./ring-census.ts"

/**
 * Takes over what was applied to the groups of our services anywhere in the ring: kept on our own disk, so that it is in
 * force although the store cannot be reached when we start.
 */
export function takeUploads(context: SupervisorContext, { ring }: RingView, roster: Roster): void {
  const applied = ring.state().config
  for (const held of roster.services.values()) {
    const record = applied.get(held.group)
    if (record !== undefined && takeConfig(context, held.group, record)) roster.post(held, { tag: "inputs-changed" })
  }
}

function takeConfig(context: SupervisorContext, group: string, record: UploadRecord): boolean {
  const files = { files: context.host.files, layout: context.layout }
  const config = configIn(record)
  const known = readApplied(files, group)?.version
  if (config === undefined || (known !== undefined && known >= config.version)) return false
  try {
    checkApplied(files, group, config)
  } catch (error) {
    if (!(error instanceof HabError)) throw error
    speakerOf(context)(
      group,
      "SR",
      `The configuration applied to ${group} in the ring cannot be used: ${error.message}`,
    )
    return false
  }
  writeApplied(files, group, config)
  return true
}

function configIn({ incarnation, encrypted, body }: UploadRecord): AppliedConfig | undefined {
  if (encrypted || !/^\d{1,20}$/.test(incarnation)) return undefined
  return { version: BigInt(incarnation), text: Buffer.from(body, "base64").toString("utf8") }
}

import { Buffer } from "node:buffer"
import { HabError } from "../../base/errors.ts"
import type { UploadRecord } from "../../cluster/ring/records.ts"
import { decodeConfig } from "../../config/read-config-file.ts"
import { checkApplied, readApplied, writeApplied } from "../config/applied-config.ts"
import { openUpload, uploadKeys } from "../config/sealed-upload.ts"
import { deliverFile } from "../config/service-files.ts"
import { checkUploaded, uploadedVersions, writeUploaded } from "../config/uploaded-files.ts"
import { type SupervisorContext, speakerOf, writtenOrSaid } from "../context.ts"
import type { Roster } from "../roster.ts"
import type { RingView } from "./ring-census.ts"

/** Takes over what was given to groups anywhere in the ring. */
export type Uploads = Readonly<{
  /** Looks at what is new in the ring. */
  look(): void
  stop(): void
}>

/** Something given to a group; `name` is empty for its configuration. */
type Given = UploadRecord & Readonly<{ group: string; name: string; revision: number }>

type Part = Readonly<{
  context: SupervisorContext
  view: RingView
  roster: Roster
  /** What was looked at, by group and name: the revision, and whether a key to it is lacking. */
  known: Map<string, { revision: number; lacksKey: boolean; said: boolean }>
}>

/**
 * Keeps on our own disk what the ring has for any group, so that it is in force when a service is loaded and while the store
 * cannot be reached. What is encrypted is opened once a key to it is in the key cache.
 */
export function createUploads(context: SupervisorContext, view: RingView, roster: Roster): Uploads {
  const part: Part = { context, view, roster, known: new Map() }
  const keys = uploadKeys(context).directory
  const stop = context.host.watcher.watch(keys, () => {
    for (const [key, { lacksKey }] of part.known) if (lacksKey) part.known.delete(key)
    look(part)
  })
  return { look: () => look(part), stop }
}

function look(part: Part): void {
  for (const given of givenIn(part.view)) if (isNew(part, given)) void take(part, given)
}

function givenIn({ ring }: RingView): Given[] {
  const { config, files } = ring.state()
  return [
    ...[...config].map(([group, record]) => ({ ...record, group, name: "" })),
    ...[...files].flatMap(([group, byName]) => [...byName].map(([name, record]) => ({ ...record, group, name }))),
  ]
}

function isNew({ known, roster }: Part, { group, name, revision }: Given): boolean {
  const before = known.get(`${group}/${name}`)
  if (before?.revision !== revision) return true
  // Who has no service of the group need not read it; once one is loaded, it is said that it cannot.
  return before.lacksKey && !before.said && isHere(roster, group)
}

function isHere(roster: Roster, group: string): boolean {
  return [...roster.services.values()].some((held) => held.group === group)
}

async function take(part: Part, given: Given): Promise<void> {
  const { context, known, roster } = part
  const { group, name, revision, encrypted, body } = given
  const state = { revision, lacksKey: false, said: false }
  known.set(`${group}/${name}`, state)
  const what = name === "" ? "The configuration applied" : `The file ${name} uploaded`
  try {
    const bytes = encrypted
      ? await openUpload(uploadKeys(context), group, Buffer.from(body))
      : Buffer.from(body, "base64")
    keep(part, given, bytes)
  } catch (error) {
    if (!(error instanceof HabError)) throw error
    state.lacksKey = error.code === "KEY_NOT_FOUND"
    if (state.lacksKey && !isHere(roster, group)) return
    state.said = true
    speakerOf(context)(group, "SR", `${what} to ${group} in the ring cannot be used: ${error.message}`)
  }
}

function keep({ context, roster }: Part, { group, name, incarnation, encrypted }: Given, bytes: Uint8Array): void {
  const here = { files: context.host.files, layout: context.layout }
  if (!/^\d{1,20}$/.test(incarnation)) return
  const version = BigInt(incarnation)
  const inForce = name === "" ? readApplied(here, group)?.version : uploadedVersions(here, group).get(name)
  if (inForce !== undefined && inForce >= version) return
  const members = [...roster.services.values()].filter((held) => held.group === group)
  if (name === "") {
    const config = { version, text: decodeConfig(bytes, "the configuration"), isSecret: encrypted }
    checkApplied(here, group, config)
    if (!written(context, group, () => writeApplied(here, group, config))) return
    for (const held of members) roster.post(held, { tag: "inputs-changed" })
    return
  }
  const file = { name, version, bytes }
  checkUploaded(here, group, file)
  if (!written(context, group, () => writeUploaded(here, group, file))) return
  for (const held of members) deliverFile(context, roster, held, file)
}

function written(context: SupervisorContext, group: string, write: () => void): boolean {
  return writtenOrSaid(context, group, `what the ring has for ${group}`, write)
}

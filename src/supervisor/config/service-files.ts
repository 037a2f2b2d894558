import { HabError } from "../../base/errors.ts"
import { servicePaths } from "../../base/layout.ts"
import { serviceOwner } from "../../package/credentials.ts"
import { compareFile, replaceFile } from "../../templating/replace-file.ts"
import { type SupervisorContext, speakerOf } from "../context.ts"
import type { Roster } from "../roster.ts"
import type { Supervised } from "../supervised.ts"
import { readUploaded, type UploadedFile } from "./uploaded-files.ts"

/** Uploaded files are for the service and its group only (spec supervisor §2.4). */
const FILE_MODE = 0o640

/**
 * What is directly in a service's `files/` is known from now on: its process is about to find it, or a hook of its own
 * may have written it (decisions 13). Costs nothing for services without a file-updated hook.
 */
export function noteFiles({ host, layout }: SupervisorContext, held: Supervised): void {
  if (!held.service.settings.hooks.includes("file-updated")) return
  held.filesSeen = filesOf({ host, layout }, held.name)
}

/** Each file directly in a service's `files/`, and what tells it from another. */
function filesOf({ host, layout }: Pick<SupervisorContext, "host" | "layout">, name: string) {
  const { files } = servicePaths(layout, name)
  if (host.files.stat(files)?.kind !== "directory") return new Map<string, string>()
  const names = host.files.readDirectory(files).map((entry) => entry.name)
  return new Map(names.map((file) => [file, host.watcher.fingerprint(`${files}/${file}`)]))
}

function namesOfChanged(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name))
}

/** Tells the machine of changes below `files/`, and its hooks which they are. */
function tell(roster: Roster, held: Supervised, names: readonly string[]): void {
  held.changedBelow = names.map((name) => `files/${name}`)
  roster.post(held, { tag: "files-updated" })
}

/** Tells the machine of files that others wrote or removed. Returns how to stop. */
export function watchFiles(context: SupervisorContext, roster: Roster, held: Supervised): () => void {
  const { files } = servicePaths(context.layout, held.name)
  return context.host.watcher.watch(files, () => lookAtFiles(context, roster, held))
}

/**
 * Tells the machine what others did since the last look. A hook that is about to run asks for it, because what changes
 * while one runs is taken for its own work (decisions 13), and changes are told a moment after they happen.
 */
export function lookAtFiles(context: SupervisorContext, roster: Roster, held: Supervised): void {
  // When the hook ends, what is there then is noted as known.
  if (held.running.size > 0 || !held.service.settings.hooks.includes("file-updated")) return
  const now = filesOf(context, held.name)
  const changed = namesOfChanged(held.filesSeen, now)
  held.filesSeen = now
  if (changed.length > 0) tell(roster, held, changed)
}

/** Puts what was uploaded to the group into the service's `files/`, before its process starts. */
export function placeFiles(context: SupervisorContext, held: Supervised): void {
  held.filesOwed = false
  const uploaded = { files: context.host.files, layout: context.layout }
  for (const file of readUploaded(uploaded, held.group)) place(context, held, file)
}

/**
 * Puts a file that was just uploaded where the service finds it and tells it; a service that was never started finds it at
 * its start. A file-updated hook that runs is not interrupted: it runs once more.
 */
export function deliverFile(context: SupervisorContext, roster: Roster, held: Supervised, file: UploadedFile): void {
  const { files } = servicePaths(context.layout, held.name)
  if (context.host.files.stat(files)?.kind !== "directory" || !place(context, held, file)) return
  noteFiles(context, held)
  const isBusy = [...held.running.values()].some(({ event }) => event === "file-updated")
  if (isBusy) held.filesOwed = true
  else tell(roster, held, [file.name])
}

/** The hooks for files came to their end: those that arrived meanwhile are told now. */
export function tellOwedFiles(roster: Roster, held: Supervised): void {
  if (!held.filesOwed) return
  held.filesOwed = false
  roster.post(held, { tag: "files-updated" })
}

/** True when the file is another than before. What is in its way is said, and is no reason not to start. */
function place(context: SupervisorContext, held: Supervised, { name, bytes }: UploadedFile): boolean {
  const { files } = context.host
  const { release, group } = held
  const path = `${servicePaths(context.layout, held.name).files}/${name}`
  const content = { bytes, mode: FILE_MODE }
  try {
    const change = compareFile({ files }, path, content)
    if (change === "unchanged") return false
    const owner = release === undefined ? undefined : serviceOwner(release.credentials)
    replaceFile({ files }, path, { ...content, owner })
    return change !== "too-open"
  } catch (error) {
    if (!(error instanceof HabError)) throw error
    speakerOf(context)(group, "SV", `Could not write the uploaded file ${name}: ${error.message}`)
    return false
  }
}

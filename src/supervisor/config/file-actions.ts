import { Buffer } from "node:buffer"
import { HabError } from "../../base/errors.ts"
import { servicePaths } from "../../base/layout.ts"
import { decodeBase64 } from "../../crypto/base64.ts"
import type { SupervisorContext } from "../context.ts"
import type { UploadReport, UploadRequest } from "../gateway/upload-report.ts"
import { parseServiceGroup, stringifyServiceGroup } from "../group/service-group.ts"
import { uploadInRing } from "../ring/ring-actions.ts"
import type { Roster } from "../roster.ts"
import { parseVersion } from "./applied-config.ts"
import { openIfHere } from "./open-if-here.ts"
import { deliverFile } from "./service-files.ts"
import { checkFileName, checkUploaded, uploadedVersions, writeUploaded } from "./uploaded-files.ts"

/**
 * Gives a file to a service group, in the whole ring where there is one (spec supervisor §1.6). Throws USAGE,
 * SERVICE_GROUP_INVALID, FILE_NAME_INVALID, FILE_TOO_LARGE, FILE_VERSION_STALE, RING_UNREACHABLE, and where it is encrypted
 * what `openUpload` throws; then nothing was changed.
 */
export async function uploadFile(
  context: SupervisorContext,
  roster: Roster,
  groupText: string,
  { name, version: versionText, content, encrypted = false }: UploadRequest,
): Promise<UploadReport> {
  const group = stringifyServiceGroup(parseServiceGroup(groupText))
  const here = { files: context.host.files, layout: context.layout }
  const version = parseVersion(String(versionText))
  const given = decodeBase64(String(content))
  if (given === undefined) throw new HabError("USAGE", "the content of the file is not base64")
  checkFileName(String(name))
  const held = [...roster.services.values()].find((one) => one.group === group)
  const bytes = await openIfHere(context, { group, isHere: held !== undefined, bytes: given, encrypted })
  const file = bytes === undefined ? undefined : { name, version, bytes }
  if (file !== undefined) checkUploaded(here, group, file)
  const replaces = uploadedVersions(here, group).get(name)?.toString() ?? null
  if (context.ring !== undefined) {
    const upload = { version, encrypted: encrypted === true, bytes: Buffer.from(given) }
    await uploadInRing(context.ring, group, name, upload)
  }
  if (file !== undefined) {
    writeUploaded(here, group, file)
    if (held !== undefined) deliverFile(context, roster, held, file)
  }
  const path = held === undefined ? null : `${servicePaths(context.layout, held.name).files}/${name}`
  return { group, file: name, version: version.toString(), replaces, path }
}

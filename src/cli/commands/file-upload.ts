import { Buffer } from "node:buffer"
import { posix as path } from "node:path"
import { HabError } from "../../base/errors.ts"
import { explainIo } from "../../base/explain-io.ts"
import { encodeBase64 } from "../../crypto/base64.ts"
import { parseVersion } from "../../supervisor/config/applied-config.ts"
import { openUpload } from "../../supervisor/config/sealed-upload.ts"
import {
  checkFileSize,
  checkUploaded,
  uploadedVersions,
  writeUploaded,
} from "../../supervisor/config/uploaded-files.ts"
import { type UploadReport, type UploadRequest, uploadText } from "../../supervisor/gateway/upload-report.ts"
import { parseServiceGroup, stringifyServiceGroup } from "../../supervisor/group/service-group.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { JSON_OUTPUT } from "../installed.ts"
import { openKeyCache } from "../key-cache.ts"
import { askIfRunning } from "../operations.ts"
import { sealUpload, UPLOAD_OPTIONS } from "../options/upload-options.ts"

/** `hab file upload` (spec supervisor §1.6). */
export const uploadFileCommand = defineCommand({
  name: "upload",
  summary: "Give a file to a service group: each member finds it in files/ of its service directory",
  arguments: "<service-group> <version> <file>",
  examples: ["hab file upload web.default $(date +%s) motd", "hab file upload -u alice web.default@acme 2 server.key"],
  options: { json: JSON_OUTPUT, ...UPLOAD_OPTIONS },
  async run({ args: [groupText = "", versionText = "", file = ""], options }, context) {
    const parsed = parseServiceGroup(groupText)
    const group = stringifyServiceGroup(parsed)
    const version = parseVersion(versionText).toString()
    const name = path.basename(file)
    const bytes = read(context, file)
    const sealed = await sealUpload(context, parsed, options, bytes)
    const content = encodeBase64(sealed === undefined ? bytes : Buffer.from(sealed))
    context.report({ tag: "begin", text: `Uploading file ${file} to ${group} incarnation ${version}` })
    const request = { name, version, content, encrypted: sealed !== undefined }
    const report = await upload(context, group, request, options.cacheKeyPath)
    context.report({ tag: "end", text: "Uploaded file" })
    return { text: options.json ? JSON.stringify(report, null, 2) : uploadText(report) }
  },
})

/** The size is looked at first: what is too large is not read. */
function read({ host }: CommandContext, file: string): Uint8Array {
  const at = path.resolve(host.cwd, file)
  const stat = explainIo(`${file} cannot be read`, () => host.files.stat(at))
  if (stat === undefined)
    throw new HabError("USAGE", `there is no file ${file}`, { hint: "give its path; the group sees its name alone" })
  checkFileSize(file, stat.size)
  return explainIo(`${file} cannot be read`, () => host.files.readFile(at))
}

async function upload(
  context: CommandContext,
  group: string,
  request: UploadRequest,
  cacheKeyPath: string | undefined,
): Promise<UploadReport> {
  const wanted = `/groups/${encodeURIComponent(group)}/files`
  const answer = await askIfRunning<UploadReport>(context, { method: "POST", path: wanted, body: request })
  return answer ?? withoutSupervisor(context, group, request, cacheKeyPath)
}

/** The next supervisor takes it from where it keeps such files. */
async function withoutSupervisor(
  context: CommandContext,
  group: string,
  { name, version, content, encrypted }: UploadRequest,
  cacheKeyPath: string | undefined,
): Promise<UploadReport> {
  const { host, layout, report } = context
  const here = { files: host.files, layout }
  const given = Buffer.from(content, "base64")
  const bytes = encrypted ? await openUpload(openKeyCache(context, cacheKeyPath), group, given) : given
  const file = { name, version: BigInt(version), bytes }
  checkUploaded(here, group, file)
  const replaces = uploadedVersions(here, group).get(name)?.toString() ?? null
  writeUploaded(here, group, file)
  report({ tag: "note", text: "No supervisor runs; the next one puts it in place when a service of the group starts." })
  return { group, file: name, version, replaces, path: null }
}

import { Buffer } from "node:buffer"
import { HabError } from "../../base/errors.ts"
import { decodeConfig, readConfigFile } from "../../config/read-config-file.ts"
import {
  checkApplied,
  checkAppliedText,
  parseVersion,
  readApplied,
  writeApplied,
} from "../../supervisor/config/applied-config.ts"
import { openUpload } from "../../supervisor/config/sealed-upload.ts"
import { type ApplyReport, type ApplyRequest, applyText } from "../../supervisor/gateway/apply-report.ts"
import { parseServiceGroup, stringifyServiceGroup } from "../../supervisor/group/service-group.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { JSON_OUTPUT } from "../installed.ts"
import { openKeyCache } from "../key-cache.ts"
import { askIfRunning } from "../operations.ts"
import { sealUpload, UPLOAD_OPTIONS } from "../options/upload-options.ts"

/** `hab config apply` (spec supervisor §1.6). */
export const applyConfigCommand = defineCommand({
  name: "apply",
  summary: "Apply configuration to a service group, above all other layers",
  arguments: "<service-group> <version> [file]",
  examples: [
    "hab config apply web.default $(date +%s) new.toml --dry-run",
    "hab config apply web.default $(date +%s) new.toml",
    "echo 'port = 8080' | hab config apply web.default 3",
    "hab config apply -u alice web.default@acme 4 passwords.toml",
  ],
  options: {
    dryRun: {
      kind: "flag",
      short: "n",
      summary: "Only say which values and files would change, and whether the service would restart",
    },
    json: JSON_OUTPUT,
    ...UPLOAD_OPTIONS,
  },
  async run({ args: [groupText = "", version = "", file = "-"], options }, context) {
    const { dryRun, json } = options
    const parsed = parseServiceGroup(groupText)
    const group = stringifyServiceGroup(parsed)
    const text = await textOf(context, file)
    // What is encrypted, nobody on the way can check.
    checkAppliedText(text)
    const sealed = await sealUpload(context, parsed, options, text)
    const request = {
      version: parseVersion(version).toString(),
      text: sealed ?? text,
      dryRun,
      encrypted: sealed !== undefined,
    }
    if (!dryRun) context.report({ tag: "begin", text: `Setting new configuration version ${version} for ${group}` })
    const report = await applyConfig(context, group, request, options.cacheKeyPath)
    if (!dryRun) context.report({ tag: "end", text: "Applied configuration" })
    return { text: json ? JSON.stringify(report, null, 2) : applyText(report) }
  },
})

/** Gives a group configuration, through the supervisor where one runs. Throws what is wrong with it. */
export async function applyConfig(
  context: CommandContext,
  group: string,
  request: ApplyRequest,
  cacheKeyPath?: string,
): Promise<ApplyReport> {
  const path = `/groups/${encodeURIComponent(group)}/config`
  const answer = await askIfRunning<ApplyReport>(context, { method: "POST", path, body: request })
  return answer ?? withoutSupervisor(context, group, request, cacheKeyPath)
}

/** The next supervisor takes it from the file. */
async function withoutSupervisor(
  context: CommandContext,
  group: string,
  { version, text, dryRun = false, encrypted = false }: ApplyRequest,
  cacheKeyPath: string | undefined,
): Promise<ApplyReport> {
  const { host, layout, report } = context
  const files = { files: host.files, layout }
  const opened = encrypted
    ? decodeConfig(await openUpload(openKeyCache(context, cacheKeyPath), group, Buffer.from(text)), "the configuration")
    : text
  const applied = { version: BigInt(version), text: opened, isSecret: encrypted }
  checkApplied(files, group, applied)
  const replaces = readApplied(files, group)?.version.toString() ?? null
  if (!dryRun) writeApplied(files, group, applied)
  report({ tag: "note", text: "No supervisor runs; only a supervisor can tell which files this changes." })
  return { group, version, replaces, dryRun, service: null }
}

async function textOf({ host, readStdin }: CommandContext, file: string): Promise<string> {
  if (file === "-") return decodeConfig(await readStdin(), "stdin")
  const path = file.startsWith("/") ? file : `${host.cwd}/${file}`
  const text = readConfigFile(host, path)
  if (text !== undefined) return text
  throw new HabError("USAGE", `there is no file ${path}`, { hint: "without a file, or with -, stdin is read" })
}

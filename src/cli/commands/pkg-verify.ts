import path from "node:path/posix"
import { describeSystemError } from "../../base/describe-system-error.ts"
import { HabError, isSystemError, type Problem } from "../../base/errors.ts"
import type { KeyCache } from "../../crypto/key-cache.ts"
import { stringifyNamedRevision } from "../../crypto/named-revision.ts"
import { checkInstalled, describeCheck, type InstalledCheck, isDamaged } from "../../package/file-list.ts"
import { verifyHart } from "../../package/hart.ts"
import { parseIdent, stringifyIdent } from "../../package/ident.ts"
import type { InstalledPackage } from "../../package/store.ts"
import { type CommandContext, type CommandResult, defineCommand } from "../command.ts"
import { JSON_OUTPUT, openStore } from "../installed.ts"
import { CACHE_KEY_PATH, openKeyCache } from "../key-cache.ts"

/** `hab pkg verify`: an artifact's signature and content, or the files of what is installed. */
export const verifyCommand = defineCommand({
  name: "verify",
  summary: "Check the signature and the content of a .hart file, or the files of an installed package",
  arguments: "[file-or-ident]",
  examples: [
    "hab pkg verify acme-web-1.0.0-20260102030405-x86_64-linux.hart",
    "hab pkg verify acme/web",
    "hab pkg verify --all --json",
  ],
  options: {
    all: { kind: "flag", short: "a", summary: "Every installed package" },
    json: JSON_OUTPUT,
    cacheKeyPath: CACHE_KEY_PATH,
  },
  async run({ args: [text], options: { all, json, cacheKeyPath } }, context) {
    if (all === (text !== undefined)) {
      throw new HabError("USAGE", "say what to verify: a .hart file, an identifier, or --all")
    }
    const keys = openKeyCache(context, cacheKeyPath)
    if (text !== undefined && isFile(context, text)) return verifyFile(context, keys, text, json)
    const store = openStore(context)
    return verifyInstalled(context, keys, text === undefined ? store.list() : [store.load(parseIdent(text))], json)
  },
})

function isFile({ host }: CommandContext, text: string): boolean {
  return text.endsWith(".hart") || host.files.stat(path.resolve(host.cwd, text))?.kind === "file"
}

async function verifyFile(
  { host, report }: CommandContext,
  keys: KeyCache,
  file: string,
  json: boolean,
): Promise<CommandResult> {
  report({ tag: "begin", text: `Verifying artifact ${file}` })
  const { header, digest } = await verifyHart(host, keys, path.resolve(host.cwd, file))
  const signer = stringifyNamedRevision(header.signer)
  report({ tag: "status", verb: "Verified", subject: `checksum ${digest} signed with ${signer}` })
  report({ tag: "end", text: `Verified artifact ${file}.` })
  return json ? { text: JSON.stringify({ file, checksum: digest, signer }) } : {}
}

type Verdict = Readonly<{ ident: string; signer: string; files: number; problems: InstalledCheck["problems"] }>
/** A package whose list of files cannot be used. */
type Unknown = Readonly<{ ident: string; error: Readonly<{ code: string; message: string }> }>

async function verifyInstalled(
  context: CommandContext,
  keys: KeyCache,
  packages: readonly InstalledPackage[],
  json: boolean,
): Promise<CommandResult> {
  const verdicts: (Verdict | Unknown)[] = []
  const damaged: string[] = []
  for (const pkg of packages) {
    const ident = stringifyIdent(pkg.ident)
    const check = await checkInstalled(context.host, keys, pkg).catch((error: unknown) => asUnknown(packages, error))
    verdicts.push({ ident, ...("error" in check ? check : verdictOf(check)) })
    if ("error" in check || isDamaged(check)) damaged.push(ident)
    else context.report({ tag: "status", verb: "Verified", subject: `${ident}: ${describeCheck(check)}` })
    for (const { path: file } of "error" in check ? [] : check.problems.filter(({ what }) => what === "added")) {
      context.report({ tag: "warning", text: `${ident}: ${file} was added after it was built` })
    }
  }
  if (damaged.length === 0) return json ? { text: JSON.stringify(verdicts) } : {}
  if (json) return { text: JSON.stringify(verdicts), exitCode: 1 }
  throw new HabError("PACKAGE_DAMAGED", `${damaged.join(", ")}: files are not what was built and signed`, {
    hint: damaged.map((ident) => `hab pkg repair ${ident}`).join("\n"),
    problems: verdicts.flatMap(problemsOf),
  })
}

function verdictOf({ signer, count, problems }: InstalledCheck): Omit<Verdict, "ident"> {
  return { signer: stringifyNamedRevision(signer), files: count, problems }
}

/** One of several does not hide what is wrong with the others. */
function asUnknown(packages: readonly InstalledPackage[], error: unknown): Pick<Unknown, "error"> {
  if (packages.length === 1) throw error
  if (isSystemError(error)) return { error: { code: "IO", message: describeSystemError(error) } }
  if (!(error instanceof HabError)) throw error
  return { error: { code: error.code, message: error.message } }
}

function problemsOf(verdict: Verdict | Unknown): readonly Problem[] {
  if ("error" in verdict) return [{ where: verdict.ident, message: verdict.error.message }]
  return verdict.problems
    .filter(({ what }) => what !== "added")
    .map((one) => ({ where: verdict.ident, message: `${one.path} ${one.what}` }))
}

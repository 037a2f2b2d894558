import { required } from "../base/assert.ts"
import { hashBytes, hashFile } from "../crypto/hash.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { hashDependencies } from "./build-info.ts"
import { ask, type Build, type BuildResult, planValues, scratchOf } from "./build-state.ts"
import { sha256Of } from "./sources.ts"
import type { PlanValues } from "./variables.ts"

/** Folders beside a plan that are no part of it. */
const NO_INPUT = [".git", "results"]
/** Shell variables that are other each time, and those that only say where and when. */
const NO_INPUT_VARIABLES =
  "BASH*|COMP_*|DIRSTACK|EPOCH*|EUID|FUNCNAME|GROUPS|HOME|HOSTNAME|INITIAL_*|LINENO|OLDPWD|OPT*|PIPESTATUS|PPID|PWD|RANDOM|SECONDS|SHELLOPTS|SHLVL|SRANDOM|UID|_|__hab_*|pkg_output_path"

/** Prints every function and variable of the shell in a fixed form. */
const REPORT_SHELL = `__hab_reply=("$(
  declare -f
  for __hab_name in $(compgen -v); do
    case $__hab_name in ${NO_INPUT_VARIABLES}) ;; *) declare -p "$__hab_name" 2>/dev/null || true ;; esac
  done
)")`

type Remembered = Readonly<{ inputs: string; output: string; result: BuildResult }>

/**
 * Ends a build before its first step of work when the last one of the same plan into the same folder had the same inputs:
 * the plan with all it sources, the files beside it, the dependencies, the environment, the key. Not asked for a plan
 * whose version or download can be other without a change of the plan; `--force` does not ask either.
 */
export async function skipUnchanged(build: Build, phase: string): Promise<void> {
  const { request, host, paths } = build
  const values = await planValues(build, phase)
  if (isOpenEnded(build, values)) return
  const inputs = await hashInputs(build, phase, values)
  build.found.inputs = inputs
  if (request.force === true) return
  const last = readRemembered(host.files, memoryFile(build, values))
  if (last?.inputs !== inputs || last.output !== paths.output) return
  if (sha256Of(host.files, last.result.artifact) !== last.result.sha256) return
  host.files.removeTree(`${paths.output}/pre_build.env`)
  build.found.unchanged = last.result
}

/** Keeps what `skipUnchanged` compares with. */
export async function rememberInputs(build: Build, phase: string): Promise<void> {
  const { inputs, result } = build.found
  if (inputs === undefined || result === undefined) return
  const remembered: Remembered = { inputs, output: build.paths.output, result }
  const file = memoryFile(build, await planValues(build, phase))
  build.host.files.writeAtomically(file, JSON.stringify(remembered))
}

function isOpenEnded({ found }: Build, values: PlanValues): boolean {
  return found.plan?.hasVersionFunction === true || (values.pkg_source !== "" && values.pkg_shasum === "")
}

function memoryFile({ paths, request }: Build, values: PlanValues): string {
  return `${request.layout.hab}/cache/build/${scratchOf(paths, values).split("/").at(-1)}.last`
}

function readRemembered(files: FileSystem, file: string): Remembered | undefined {
  try {
    return JSON.parse(files.readTextIfPresent(file) ?? "null") ?? undefined
  } catch {
    // Half a file, or one of another version: then nothing is remembered.
    return undefined
  }
}

async function hashInputs(build: Build, phase: string, values: PlanValues): Promise<string> {
  const { host, request, found, location } = build
  const [shell = ""] = await ask(build, phase, REPORT_SHELL)
  const moment = [values.pkg_release, String(build.epochSeconds)]
  const settled = moment.reduce((text, part) => text.replaceAll(part, ""), shell)
  const directory = values.pkg_source === "" ? location.sourceContext : location.planContext
  const key = required(found.key, "origin key")
  const parts = [
    request.version ?? "",
    request.epochSeconds ?? host.env["SOURCE_DATE_EPOCH"] ?? "",
    request.sandbox === true,
    location.planFile,
    `${key.name}-${key.revision}`,
    settled,
    await hashDependencies(host, required(found.dependencies, "resolved dependencies")),
    await hashTree(build, directory),
  ]
  return await hashBytes(JSON.stringify(parts))
}

/** Every file below the folder with its hash and whether it may be run. */
async function hashTree({ host: { files }, paths, request }: Build, directory: string): Promise<string[]> {
  const lines: string[] = []
  const visit = async (folder: string): Promise<void> => {
    for (const entry of files.readDirectory(folder)) {
      const path = `${folder}/${entry.name}`
      if (NO_INPUT.includes(entry.name) || path === paths.output || path === request.layout.hab) continue
      if (entry.kind === "directory") await visit(path)
      else if (entry.kind === "symlink") lines.push(`${path} → ${files.readLink(path)}`)
      else if (entry.kind === "file") {
        const runs = ((files.lstat(path)?.mode ?? 0) & 0o100) !== 0
        lines.push(`${path} ${runs} ${await hashFile({ files }, path)}`)
      }
    }
  }
  await visit(directory)
  return lines
}

import { isSystemError } from "../base/errors.ts"
import { hashFile } from "../crypto/hash.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { type Build, planValues, toHost } from "./build-state.ts"
import { identOf } from "./metadata.ts"
import { identParts } from "./package-steps.ts"
import { sha256Of } from "./sources.ts"
import type { PlanValues } from "./variables.ts"

/** Says what is being built; removed by a build that succeeds (spec package §2.8). */
export async function writePreBuild(build: Build, phase: string): Promise<void> {
  const values = await planValues(build, phase)
  const names = ["pkg_origin", "pkg_name", "pkg_version", "pkg_release"] as const
  const lines = [...names.map((name) => `${name}=${values[name]}`), `pkg_ident=${identOf(values)}`]
  build.host.files.makeDirectories(build.paths.output)
  build.host.files.writeFile(`${build.paths.output}/pre_build.env`, lines.map((line) => `${line}\n`).join(""))
}

/** Copies the artifact to the output folder and writes last_build.env there (spec package §2.8). */
export async function publishResults(build: Build, phase: string): Promise<void> {
  const { files } = build.host
  const { output } = build.paths
  const values = await planValues(build, phase)
  const source = toHost(build, values.pkg_artifact)
  const fileName = source.slice(source.lastIndexOf("/") + 1)
  const artifact = `${output}/${fileName}`
  files.makeDirectories(output)
  files.copyFile(source, `${artifact}.unfinished`)
  files.rename(`${artifact}.unfinished`, artifact)
  const sha256 = sha256Of(files, artifact) ?? ""
  const blake2b = await hashFile({ files }, artifact)
  const summary = `${output}/last_build.env`
  files.writeFile(summary, lastBuildText(values, { fileName, sha256, blake2b }))
  files.removeTree(`${output}/pre_build.env`)
  giveToPlanOwner(files, build.location.planFile, [output, artifact, summary, build.log.path()])
  build.found.result = { ident: identParts(values), artifact, sha256, blake2b, log: build.log.path() ?? "", summary }
}

type Sums = Readonly<{ fileName: string; sha256: string; blake2b: string }>

function lastBuildText(values: PlanValues, { fileName, sha256, blake2b }: Sums): string {
  const lines = [
    ["pkg_origin", values.pkg_origin],
    ["pkg_name", values.pkg_name],
    ["pkg_version", values.pkg_version],
    ["pkg_release", values.pkg_release],
    ["pkg_target", values.pkg_target],
    ["pkg_ident", identOf(values)],
    ["pkg_artifact", fileName],
    ["pkg_sha256sum", sha256],
    ["pkg_blake2bsum", blake2b],
  ]
  return lines.map(([name, value]) => `${name}=${value}\n`).join("")
}

/** Root builds for somebody: what lies beside their plan should be theirs. Failing that is no failure of the build. */
function giveToPlanOwner(files: FileSystem, planFile: string, paths: readonly (string | undefined)[]): void {
  const owner = files.stat(planFile)
  for (const path of paths) {
    if (owner === undefined || path === undefined || files.lstat(path)?.uid === owner.uid) continue
    try {
      files.chown(path, owner.uid, owner.gid)
    } catch (error) {
      if (!isSystemError(error)) throw error
    }
  }
}

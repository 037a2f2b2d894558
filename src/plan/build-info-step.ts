import { required } from "../base/assert.ts"
import { hashBytes } from "../crypto/hash.ts"
import { buildInfoText, hashDependencies, RECORDED_VARIABLES } from "./build-info.ts"
import { ask, type Build, planValues, toHost } from "./build-state.ts"
import { identOf } from "./metadata.ts"

/** Writes BUILDINFO into the package. */
export async function writeBuildInfo(build: Build, phase: string): Promise<void> {
  const fields = await ask(build, phase, `__hab_values text ${RECORDED_VARIABLES.join(" ")}`)
  const values = await planValues(build, phase)
  const { location, planText, host, request } = build
  const text = buildInfoText({
    ident: identOf(values),
    target: values.pkg_target,
    tool: `hab ${request.version ?? "unknown"}`,
    isolation: request.sandbox === true ? "sandbox" : "host",
    plan: {
      file: location.planFile.slice(location.planFile.lastIndexOf("/") + 1),
      blake2b: await hashBytes(planText),
    },
    source: values.pkg_source === "" ? null : { url: values.pkg_source, sha256: values.pkg_shasum.toLowerCase() },
    dependencies: await hashDependencies(host, required(build.found.dependencies, "resolved dependencies")),
    environment: Object.fromEntries(RECORDED_VARIABLES.map((name, index) => [name, fields[index] ?? ""])),
  })
  host.files.writeFile(`${toHost(build, values.pkg_prefix)}/BUILDINFO`, text)
}

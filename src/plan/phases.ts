import { writeBuildInfo } from "./build-info-step.ts"
import { ask, type Build } from "./build-state.ts"
import { CALLBACKS, type Callback } from "./callbacks.ts"
import { checkFirst } from "./check-step.ts"
import { exportEnvironment, findOriginKey, populateEnvironments, resolvePlanDependencies } from "./dependency-steps.ts"
import { createPackageFolders, makeArtifact, writeFileList, writeManifest, writeMetadata } from "./package-steps.ts"
import { putBack, setApart } from "./prefix.ts"
import { publishResults, writePreBuild } from "./results.ts"
import { blankLibraryPaths, checkHooks, closeVersion, setCompilerFlags } from "./source-steps.ts"
import { rememberInputs, skipUnchanged } from "./unchanged.ts"

/** One step of a build. A `callback` runs the plan's function of that name; a `step` is ours. */
export type Phase = Readonly<{
  name: string
  kind: "callback" | "step"
  summary: string
  run(build: Build): Promise<void>
}>

/** Every step of a build after the plan was read, in order (spec package §2.3). */
export const PHASES: readonly Phase[] = [
  step("check", "look for mistakes in the plan and its templates", checkFirst),
  callback("do_begin"),
  step("pre_build.env", "say in the output folder what is being built", writePreBuild),
  step("origin key", "find the key to sign with", findOriginKey),
  step("dependencies", "find the packages to build and run with", resolvePlanDependencies),
  step("unchanged", "stop here when nothing changed since the last build", skipUnchanged),
  step("environment", "take over the variables of the dependencies", populateEnvironments),
  callback("do_setup_environment"),
  step("export", "export the variables and PATH", exportEnvironment),
  callback("do_before"),
  callback("do_download"),
  callback("do_verify"),
  callback("do_clean"),
  callback("do_unpack"),
  step("compiler flags", "export CFLAGS and its like", setCompilerFlags),
  step("libtool", "keep the host's library folders out of libtool", blankLibraryPaths),
  step("version", "from here on the version stands", closeVersion),
  step("hooks", "check the files in hooks/", checkHooks),
  callback("do_prepare"),
  callback("do_build"),
  callback("do_check", "${DO_CHECK:-}"),
  step("package folders", "create pkg_prefix and its folders", createPackageFolders),
  callback("do_install"),
  callback("do_build_config"),
  callback("do_build_service"),
  callback("do_strip"),
  callback("do_after"),
  step("set apart", "keep the unfinished package out of the store", setApart),
  step("metadata", "write the metadata files", writeMetadata),
  step("BUILDINFO", "record what the package was made of", writeBuildInfo),
  step("FILES", "list and sign the package's files", writeFileList),
  step("MANIFEST", "describe package and build", writeManifest),
  step("artifact", "pack and sign", makeArtifact),
  step("results", "put the artifact into the output folder", publishResults),
  step("remember", "keep what the next build compares with", rememberInputs),
  step("put back", "show the package to do_end", putBack),
  callback("do_end"),
]

function step(name: string, summary: string, run: (build: Build, phase: string) => Promise<void>): Phase {
  return { name, kind: "step", summary, run: (build) => run(build, name) }
}

/** `condition` is a text of bash that must not be empty. */
function callback(name: Callback, condition?: string): Phase {
  const { where, summary } = CALLBACKS[name]
  const defined = `declare -F ${name} >/dev/null`
  const wanted = condition === undefined ? defined : `[[ -n "${condition}" ]] && ${defined}`
  const trace = "[[ -z ${DEBUG:-} ]] || set -x"
  const untrace = "{ set +x; } 2>/dev/null"
  const call = [trace, name, untrace]
  const code = where === "here" ? call : ["__hab_back=$PWD", 'cd "$SRC_PATH"', ...call, 'cd "$__hab_back"']
  return {
    name,
    kind: "callback",
    summary,
    async run(build) {
      const [yes] = await ask(build, name, `if ${wanted}; then __hab_reply=(yes); fi`)
      if (yes !== "yes") return
      await runTimed(build, name, code.join("\n"))
    },
  }
}

async function runTimed(build: Build, phase: string, code: string): Promise<void> {
  const { report } = build.request
  const began = build.host.clock.monotonicMs()
  build.log.mark()
  const step = 1 + PHASES.findIndex(({ name }) => name === phase)
  report({ tag: "phase-started", phase, step, steps: PHASES.length })
  await ask(build, phase, code)
  report({ tag: "phase-finished", phase, elapsedMs: build.host.clock.monotonicMs() - began })
}

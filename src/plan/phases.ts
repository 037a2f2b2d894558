import { ask, type Build } from "./build-state.ts"
import { exportEnvironment, findOriginKey, populateEnvironments, resolvePlanDependencies } from "./dependency-steps.ts"
import { createPackageFolders, makeArtifact, writeFileList, writeManifest, writeMetadata } from "./package-steps.ts"
import { putBack, setApart } from "./prefix.ts"
import { publishResults, writePreBuild } from "./results.ts"
import { blankLibraryPaths, checkHooks, closeVersion, setCompilerFlags } from "./source-steps.ts"

/** One step of a build. A `callback` runs the plan's function of that name; a `step` is ours. */
export type Phase = Readonly<{
  name: string
  kind: "callback" | "step"
  summary: string
  run(build: Build): Promise<void>
}>

/** Every step of a build after the plan was read, in order (spec package §2.3). */
export const PHASES: readonly Phase[] = [
  callback("do_begin", "anything needed before everything else"),
  step("pre_build.env", "say in the output folder what is being built", writePreBuild),
  step("origin key", "find the key to sign with", findOriginKey),
  step("dependencies", "find the packages to build and run with", resolvePlanDependencies),
  step("environment", "take over the variables of the dependencies", populateEnvironments),
  callback("do_setup_environment", "variables the package sets at build or run time"),
  step("export", "export the variables and PATH", exportEnvironment),
  callback("do_before", "anything needed before the download"),
  callback("do_download", "fetch pkg_source into HAB_CACHE_SRC_PATH"),
  callback("do_verify", "compare the download with pkg_shasum"),
  callback("do_clean", "remove what an earlier build unpacked"),
  callback("do_unpack", "unpack the download to CACHE_PATH"),
  step("compiler flags", "export CFLAGS and its like", setCompilerFlags),
  step("libtool", "keep the host's library folders out of libtool", blankLibraryPaths),
  step("version", "from here on the version stands", closeVersion),
  step("hooks", "check the files in hooks/", checkHooks),
  callback("do_prepare", "patch and configure; in SRC_PATH", "source"),
  callback("do_build", "compile; in SRC_PATH", "source"),
  callback("do_check", "test; only when DO_CHECK is set; in SRC_PATH", "source", "${DO_CHECK:-}"),
  step("package folders", "create pkg_prefix and its folders", createPackageFolders),
  callback("do_install", "install into pkg_prefix; in SRC_PATH", "source"),
  callback("do_build_config", "copy config/, config_install/, hooks/ and default.toml"),
  callback("do_build_service", "write a run file from pkg_svc_run"),
  callback("do_strip", "take debug symbols out of programs and libraries"),
  callback("do_after", "anything needed before the package is closed"),
  step("set apart", "keep the unfinished package out of the store", setApart),
  step("metadata", "write the metadata files", writeMetadata),
  step("FILES", "list and sign the package's files", writeFileList),
  step("MANIFEST", "describe package and build", writeManifest),
  step("artifact", "pack and sign", makeArtifact),
  step("results", "put the artifact into the output folder", publishResults),
  step("put back", "show the package to do_end", putBack),
  callback("do_end", "anything needed after the package is made"),
]

function step(name: string, summary: string, run: (build: Build, phase: string) => Promise<void>): Phase {
  return { name, kind: "step", summary, run: (build) => run(build, name) }
}

/** `where: "source"` runs it in SRC_PATH and comes back; `condition` is a text of bash that must not be empty. */
function callback(name: string, summary: string, where: "here" | "source" = "here", condition?: string): Phase {
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
  report({ tag: "phase-started", phase })
  await ask(build, phase, code)
  report({ tag: "phase-finished", phase, elapsedMs: build.host.clock.monotonicMs() - began })
}

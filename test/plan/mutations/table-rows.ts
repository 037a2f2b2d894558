import { METADATA_FILES } from "../../../src/package/metafiles.ts"
import { CALLBACKS, LAST_CALLBACKS } from "../../../src/plan/callbacks.ts"
import { AGGREGATE_VARIABLES, PROTECTED_VARIABLES } from "../../../src/plan/environment.ts"
import { PHASES } from "../../../src/plan/phases.ts"
import { PLAN_HELPERS } from "../../../src/plan/plan-helpers.ts"
import { PLAN_VARIABLES } from "../../../src/plan/variables.ts"
import { kind, literally, type Mutation } from "./mutation.ts"

/** `name: { … },` of a table, whole. */
const tableRow = (name: string) => new RegExp(`^  ${name}: \\{(?:[^\\n]*\\},|\\n[\\s\\S]*?^  \\},)\\n`, "m")
const initialValue = (name: string) => new RegExp(`^ +${name}=.*$`, "m")
const bashFunction = (name: string) => new RegExp(`^${name}\\(\\) \\{\\n[\\s\\S]*?^\\}\\n`, "m")
const phase = (how: "callback" | "step") => (name: string) => ({
  pattern: new RegExp(`^  ${how}\\("${literally(name)}".*\\n`, "m"),
  files: ["src/plan/phases.ts"],
})

const callbacks = Object.keys(CALLBACKS) as (keyof typeof CALLBACKS)[]
const chained = callbacks.filter((name) => CALLBACKS[name].chained)
const isNothing = (name: keyof typeof CALLBACKS) => ["nothing", "does not exist"].includes(CALLBACKS[name].byDefault)
const steps = PHASES.filter((found) => found.kind === "step").map(({ name }) => name)
const defaultOf = (name: string) => name.replace("do_", "do_default_")
const metafiles = Object.entries(METADATA_FILES).filter(([, { written }]) => !written.startsWith("never"))

/** Every row of the tables of the plan format, one mutation each. */
export const TABLE_ROWS: readonly Mutation[] = [
  ...kind(
    "variable",
    Object.keys(PLAN_VARIABLES),
    (name) => ({ pattern: tableRow(name), files: ["src/plan/variables.ts"] }),
    ...["metadata", "validate", "environment", "check", "plan-shell", "service-files", "build"],
  ),
  ...kind(
    "initial",
    Object.entries(PLAN_VARIABLES)
      .filter(([name, { set }]) => set === "program" && /^pkg_(?:svc|prefix)/.test(name))
      .map(([name]) => name)
      .concat("pkg_svc_user", "pkg_svc_group", "pkg_filename"),
    (name) => ({ pattern: initialValue(name), files: ["src/plan/plan.bash"] }),
    ...["prelude", "build"],
  ),
  ...kind(
    "given",
    "HAB_ROOT_PATH HAB_PKG_PATH HAB_CACHE_SRC_PATH HAB_CACHE_ARTIFACT_PATH INITIAL_PATH INITIAL_PWD PLAN_CONTEXT SRC_PATH pkg_release pkg_target pkg_output_path".split(
      " ",
    ),
    (name) => ({ pattern: new RegExp(`^    ${name}: .*\\n`, "m"), files: ["src/plan/load-plan.ts"] }),
    ...["build-shell", "build"],
  ),
  ...kind("callback", callbacks, phase("callback"), "build"),
  ...kind(
    "last",
    Object.keys(LAST_CALLBACKS),
    (name) => ({
      pattern: new RegExp(`\\(${name}\\) \\|\\| warn "[^"]*"`),
      files: ["src/plan/session.bash", "src/plan/build.ts"],
    }),
    ...["plan-shell", "build"],
  ),
  ...kind(
    "default",
    callbacks.filter((name) => !isNothing(name)),
    (name) => ({
      pattern: bashFunction(defaultOf(name)),
      files: ["src/plan/callbacks.bash"],
      by: `${defaultOf(name)}() {\n  return 0\n}\n`,
    }),
    ...["service-files", "strip", "build"],
  ),
  ...kind(
    "chain",
    chained,
    (name) => ({
      pattern: new RegExp(`^${name}\\(\\) \\{ ${defaultOf(name)}; \\}$`, "m"),
      files: ["src/plan/callbacks.bash"],
      by: `${name}() { return 0; }`,
    }),
    "build-shell",
  ),
  ...kind(
    "nothing",
    chained.filter(isNothing),
    (name) => ({
      pattern: new RegExp(`(?<=^${defaultOf(name)}\\(\\) \\{\\n)  return 0`, "m"),
      files: ["src/plan/callbacks.bash"],
      by: "  return 1",
    }),
    "build-shell",
  ),
  ...kind("step", steps, phase("step"), ...["build-again", "build-files", "build"]),
  ...kind(
    "helper",
    [...Object.keys(PLAN_HELPERS), "_pkg_path_for_build_deps", "_pkg_path_for_deps", "_resolve_dependency"],
    (name) => ({ pattern: bashFunction(name), files: ["src/plan/prelude.bash", "src/plan/environment.bash"] }),
    ...["prelude", "plan-shell", "build"],
  ),
  ...kind(
    "unpack",
    ["*.tar.bz2", "*.tbz2", "*.tar.gz", "*.tgz", "*.tar", "*.xz", "*.bz2", "*.rar", "*.gz", "*.zip", "*.Z", "*.7z"],
    (ending) => ({
      pattern: new RegExp(`(?<=^    (?:\\S+ \\| )?)${literally(ending)}(?=(?: \\| \\S+)?\\) )`, "m"),
      files: ["src/plan/prelude.bash"],
      by: "*.none",
    }),
    "prelude",
  ),
  ...kind(
    "aggregate",
    [...AGGREGATE_VARIABLES.keys()],
    (name) => ({ pattern: new RegExp(`^  \\["${name}", "[:;]"\\],\\n`, "m"), files: ["src/plan/environment.ts"] }),
    "environment",
  ),
  ...kind(
    "protected",
    [...PROTECTED_VARIABLES.keys()],
    (name) => ({ pattern: new RegExp(`^  \\["${name}", "pkg_.*"\\],\\n`, "m"), files: ["src/plan/environment.ts"] }),
    "prelude",
  ),
  ...kind(
    "file",
    metafiles.map(([name]) => name).filter((name) => !steps.includes(name)),
    (name) => ({ pattern: tableRow(name), files: ["src/package/metafiles.ts"] }),
    ...["metadata", "build", "build-again"],
  ),
  ...kind(
    "manifest",
    "Maintainer|Version|Release|Target|Upstream URL|License|Source|SHA|Path|Build Dependencies|Dependencies|Interpreters".split(
      "|",
    ),
    (label) => ({ pattern: new RegExp(`^    \\["${label}", .*\\],\\n`, "m"), files: ["src/plan/manifest.ts"] }),
    "metadata",
  ),
  ...kind(
    "last_build.env",
    "pkg_origin pkg_name pkg_version pkg_release pkg_target pkg_ident pkg_artifact pkg_sha256sum pkg_blake2bsum".split(
      " ",
    ),
    (name) => ({ pattern: new RegExp(`^    \\["${name}", .*\\],\\n`, "m"), files: ["src/plan/results.ts"] }),
    "build",
  ),
]

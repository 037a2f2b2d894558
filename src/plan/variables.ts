/**
 * Every variable a plan may set or read (spec package §2.2). `text` is a shell string, `list` an indexed array, `map` an
 * associative one; lists and maps are declared before the plan is read, so that it only assigns. `set: "program"` are
 * ours to set: a plan reads them.
 */
export const PLAN_VARIABLES = {
  pkg_name: { kind: "text", set: "plan", summary: "name of the package; letters, digits, - and _; required" },
  pkg_origin: { kind: "text", set: "plan", summary: "origin of the package; HAB_ORIGIN wins over it; required" },
  pkg_version: { kind: "text", set: "plan", summary: "version, or a function that prints it; required" },
  pkg_release: { kind: "text", set: "program", summary: "when the build began: YYYYMMDDhhmmss, UTC" },
  pkg_target: { kind: "text", set: "program", summary: "platform the package is for" },
  pkg_maintainer: { kind: "text", set: "plan", summary: "who maintains the plan; in MANIFEST" },
  pkg_description: { kind: "text", set: "plan", summary: "what the package is; in MANIFEST" },
  pkg_upstream_url: { kind: "text", set: "plan", summary: "home of the packaged program; in MANIFEST" },
  pkg_license: { kind: "list", set: "plan", summary: "licenses; in MANIFEST" },
  pkg_source: { kind: "text", set: "plan", summary: "URL of the source; without it SRC_PATH is the plan's folder" },
  pkg_filename: { kind: "text", set: "plan", summary: "file name of the download; default: the end of pkg_source" },
  pkg_shasum: { kind: "text", set: "plan", summary: "SHA-256 of the download, in hex" },
  pkg_dirname: { kind: "text", set: "plan", summary: "folder the source unpacks to; default: name-version" },
  pkg_prefix: { kind: "text", set: "program", summary: "where the package is installed: /hab/pkgs/origin/name/…" },
  pkg_deps: { kind: "list", set: "plan", summary: "packages needed at run time" },
  pkg_build_deps: { kind: "list", set: "plan", summary: "packages needed only to build" },
  pkg_scaffolding: { kind: "text", set: "plan", summary: "package with ready-made callbacks" },
  pkg_lib_dirs: { kind: "list", set: "plan", summary: "folders with libraries → LD_RUN_PATH, LDFLAGS" },
  pkg_bin_dirs: { kind: "list", set: "plan", summary: "folders with programs → PATH, RUNTIME_PATH" },
  pkg_include_dirs: { kind: "list", set: "plan", summary: "folders with headers → CFLAGS, CPPFLAGS, CXXFLAGS" },
  pkg_pconfig_dirs: { kind: "list", set: "plan", summary: "folders with .pc files → PKG_CONFIG_PATH" },
  pkg_interpreters: { kind: "list", set: "plan", summary: "interpreters offered, such as bin/bash → INTERPRETERS" },
  pkg_svc_run: { kind: "text", set: "plan", summary: "command of the service, when there is no hooks/run" },
  pkg_svc_user: { kind: "text", set: "plan", summary: "account the service runs as; default: hab" },
  pkg_svc_group: { kind: "text", set: "plan", summary: "group of that account; default: hab" },
  pkg_exports: { kind: "map", set: "plan", summary: "public name → dotted path in default.toml" },
  pkg_exposes: { kind: "list", set: "plan", summary: "keys of pkg_exports whose values are ports" },
  pkg_binds: { kind: "map", set: "plan", summary: "bind → export keys it needs" },
  pkg_binds_optional: { kind: "map", set: "plan", summary: "optional bind → export keys it needs" },
  pkg_shutdown_signal: { kind: "text", set: "plan", summary: "signal that stops the service; default: TERM" },
  pkg_shutdown_timeout_sec: { kind: "text", set: "plan", summary: "seconds until SIGKILL; default: 8" },
  pkg_type: { kind: "text", set: "plan", summary: "not used; the value composite is refused" },
  pkg_svc_path: { kind: "text", set: "program", summary: "the service's folder: /hab/svc/name" },
  pkg_svc_data_path: { kind: "text", set: "program", summary: "pkg_svc_path/data" },
  pkg_svc_files_path: { kind: "text", set: "program", summary: "pkg_svc_path/files" },
  pkg_svc_var_path: { kind: "text", set: "program", summary: "pkg_svc_path/var" },
  pkg_svc_config_path: { kind: "text", set: "program", summary: "pkg_svc_path/config" },
  pkg_svc_config_install_path: { kind: "text", set: "program", summary: "pkg_svc_path/config_install" },
  pkg_svc_static_path: { kind: "text", set: "program", summary: "pkg_svc_path/static" },
  pkg_artifact: { kind: "text", set: "program", summary: "the .hart in the artifact cache" },
  pkg_output_path: { kind: "text", set: "program", summary: "where results go: HAB_OUTPUT_PATH or ./results" },
} as const satisfies Record<string, { kind: "text" | "list" | "map"; set: "plan" | "program"; summary: string }>

export type PlanVariable = keyof typeof PLAN_VARIABLES

/** A shell variable's value as we hold it; unset reads as empty. */
export type KindValue = { text: string; list: readonly string[]; map: ReadonlyMap<string, string> }

/** What the variables of a loaded plan hold at one moment. */
export type PlanValues = Readonly<{ [N in PlanVariable]: KindValue[(typeof PLAN_VARIABLES)[N]["kind"]] }>

/** Names of the variables of one kind. */
export function variablesOfKind(kind: keyof KindValue): PlanVariable[] {
  return (Object.keys(PLAN_VARIABLES) as PlanVariable[]).filter((name) => PLAN_VARIABLES[name].kind === kind)
}

/** What `pkg_version` holds while only a function of that name could tell it. */
export const VERSION_UNSET = "__pkg__version__unset__"

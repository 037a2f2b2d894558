/**
 * Every function a plan may define for the build to call (spec package §2.4), in the order they run. `chained`: there is
 * a `do_default_X` which the plan may call from its own. `where: "source"` runs it in SRC_PATH and comes back.
 */
export const CALLBACKS = {
  do_begin: { where: "here", chained: true, summary: "anything needed before everything else", byDefault: "nothing" },
  do_setup_environment: {
    where: "here",
    chained: false,
    summary: "variables the package sets at build or run time",
    byDefault: "nothing",
  },
  do_before: { where: "here", chained: true, summary: "anything needed before the download", byDefault: "nothing" },
  do_download: {
    where: "here",
    chained: true,
    summary: "fetch pkg_source into HAB_CACHE_SRC_PATH",
    byDefault: "download_file, when pkg_source is set",
  },
  do_verify: {
    where: "here",
    chained: true,
    summary: "compare the download with pkg_shasum",
    byDefault: "verify_file, when there is a download",
  },
  do_clean: {
    where: "here",
    chained: true,
    summary: "remove what an earlier build unpacked",
    byDefault: "deletes CACHE_PATH",
  },
  do_unpack: {
    where: "here",
    chained: true,
    summary: "unpack the download to CACHE_PATH",
    byDefault: "unpack_file, when there is a download",
  },
  do_prepare: { where: "source", chained: true, summary: "patch and configure; in SRC_PATH", byDefault: "nothing" },
  do_build: {
    where: "source",
    chained: true,
    summary: "compile; in SRC_PATH",
    byDefault: "./configure --prefix=$pkg_prefix, then make",
  },
  do_check: {
    where: "source",
    chained: false,
    summary: "test; only when DO_CHECK is set; in SRC_PATH",
    byDefault: "does not exist",
  },
  do_install: {
    where: "source",
    chained: true,
    summary: "install into pkg_prefix; in SRC_PATH",
    byDefault: "make install",
  },
  do_build_config: {
    where: "here",
    chained: true,
    summary: "copy config/, config_install/, hooks/ and default.toml",
    byDefault: "copies them; the last ending of a hook's file name is dropped",
  },
  do_build_service: {
    where: "here",
    chained: true,
    summary: "write a run file from pkg_svc_run",
    byDefault: "writes it, when there is no hooks/run",
  },
  do_strip: {
    where: "here",
    chained: true,
    summary: "take debug symbols out of programs and libraries",
    byDefault: "strips ELF files and archives its owner may write",
  },
  do_after: {
    where: "here",
    chained: true,
    summary: "anything needed before the package is closed",
    byDefault: "nothing",
  },
  do_end: {
    where: "here",
    chained: true,
    summary: "anything needed after the package is made",
    byDefault: "nothing",
  },
} as const satisfies Record<string, { where: "here" | "source"; chained: boolean; summary: string; byDefault: string }>

export type Callback = keyof typeof CALLBACKS

/** What runs last, once, whatever they do: a failure of theirs changes nothing. */
export const LAST_CALLBACKS = {
  do_after_success: "when the package is made, in a subshell",
  do_after_failure: "when the build fails or is stopped, in a subshell",
} as const satisfies Record<string, string>

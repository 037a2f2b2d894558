/**
 * Every function a plan may call (spec package §2.10): how it is called and what it promises. They are defined in
 * prelude.bash and environment.bash; a test compares.
 */
export const PLAN_HELPERS = {
  exists: { usage: "exists PROGRAM", summary: "true when the program is on PATH" },
  build_line: { usage: "build_line TEXT", summary: "prints a line of the build on stdout" },
  warn: { usage: "warn TEXT", summary: "prints a warning on stderr" },
  debug: { usage: "debug TEXT", summary: "prints a line on stdout when DEBUG is set" },
  exit_with: { usage: "exit_with TEXT [CODE]", summary: "prints an error and ends the build; code 1 unless given" },
  attach: {
    usage: "attach",
    summary: "stops the build for a look around (help lists the commands); passed over without a terminal",
  },
  trim: { usage: "trim TEXT…", summary: "prints the text without white space around it" },
  join_by: {
    usage: "join_by SEPARATOR ITEM…",
    summary: "prints the items with the separator's first character between",
  },
  abspath: { usage: "abspath PATH", summary: "prints the absolute path of what exists; otherwise fails with 127" },
  download_file: {
    usage: "download_file URL NAME [SHA256]",
    summary: "fetches into HAB_CACHE_SRC_PATH; a file with the right checksum is kept, without one it is fetched anew",
  },
  verify_file: { usage: "verify_file NAME SHA256", summary: "compares a file of HAB_CACHE_SRC_PATH with its checksum" },
  normalize_checksum: { usage: "normalize_checksum TEXT", summary: "prints the text in lower case" },
  unpack_file: {
    usage: "unpack_file NAME",
    summary: "unpacks a file of HAB_CACHE_SRC_PATH beside itself, by the ending of its name",
  },
  pkg_path_for: {
    usage: "pkg_path_for IDENT",
    summary: "prints the path of a direct dependency, build dependencies first; IDENT is whole parts: zlib, core/zlib",
  },
  pkg_interpreter_for: {
    usage: "pkg_interpreter_for IDENT PATH",
    summary: "prints the interpreter a direct runtime dependency offers, such as bin/bash",
  },
  fix_interpreter: {
    usage: 'fix_interpreter "FILES" IDENT PATH',
    summary: "makes the #! lines of scripts name the interpreter of a runtime dependency",
  },
  update_pkg_version: {
    usage: "update_pkg_version",
    summary: "asks the plan's function pkg_version, and settles what follows from it; refused from do_prepare on",
  },
  set_runtime_env: {
    usage: "set_runtime_env [-f] NAME VALUE",
    summary: "sets a variable of the running package; one that is set already needs -f",
  },
  set_buildtime_env: {
    usage: "set_buildtime_env [-f] NAME VALUE",
    summary: "sets a variable of this build; one that is set already needs -f",
  },
  push_runtime_env: {
    usage: "push_runtime_env NAME VALUE",
    summary: "puts a value in front of a list of the running package, without repeats",
  },
  push_buildtime_env: {
    usage: "push_buildtime_env NAME VALUE",
    summary: "puts a value in front of a list of this build, without repeats",
  },
  push_to_path: {
    usage: "push_to_path ITEM PATH [SEPARATOR]",
    summary: "prints the path with the item in front, without repeats and empty items",
  },
  dedupe_path: { usage: "dedupe_path PATH [SEPARATOR]", summary: "prints the path without repeats and empty items" },
  set_env: { usage: "set_env MAP FROM_MAP [-f] NAME VALUE", summary: "what set_runtime_env and set_buildtime_env do" },
  do_push_env: {
    usage: "do_push_env MAP FROM_MAP NAME VALUE",
    summary: "what push_runtime_env and push_buildtime_env do",
  },
} as const satisfies Record<string, { usage: string; summary: string }>

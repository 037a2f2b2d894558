/**
 * Every metadata file of a package (spec package §3): what its text is, when the build writes it and who reads it.
 * Readers trim, and accept CRLF and a missing final line feed. The order is the one they are written in.
 */
export const METADATA_FILES = {
  PREFIX: { format: "path", written: "the package was built for another prefix than /hab", readBy: "install" },
  LD_RUN_PATH: { format: "colon paths", written: "pkg_lib_dirs is set", readBy: "builds of dependents" },
  LDFLAGS: { format: "flags", written: "pkg_lib_dirs is set", readBy: "builds of dependents" },
  CFLAGS: { format: "flags", written: "pkg_include_dirs is set", readBy: "builds of dependents" },
  CPPFLAGS: { format: "flags", written: "pkg_include_dirs is set", readBy: "builds of dependents" },
  CXXFLAGS: { format: "flags", written: "pkg_include_dirs is set", readBy: "builds of dependents" },
  PKG_CONFIG_PATH: {
    format: "colon paths",
    written: "pkg_pconfig_dirs is set or pkgconfig directories exist",
    readBy: "builds of dependents",
  },
  BUILDTIME_ENVIRONMENT: { format: "pairs", written: "the plan sets build variables", readBy: "nobody" },
  BUILDTIME_ENVIRONMENT_PROVENANCE: { format: "pairs", written: "the plan sets build variables", readBy: "nobody" },
  PATH: { format: "colon paths", written: "pkg_bin_dirs is set", readBy: "binlink, exec, builds of dependents" },
  EXPORTS: { format: "pairs", written: "pkg_exports is set", readBy: "supervisor" },
  BINDS: { format: "binds", written: "pkg_binds is set", readBy: "supervisor" },
  BINDS_OPTIONAL: { format: "binds", written: "pkg_binds_optional is set", readBy: "supervisor" },
  EXPOSES: { format: "words", written: "pkg_exposes is set", readBy: "supervisor, exporters" },
  INTERPRETERS: { format: "lines", written: "pkg_interpreters is set", readBy: "builds of dependents" },
  BUILD_DEPS: { format: "idents", written: "there is a build dependency", readBy: "info" },
  BUILD_TDEPS: { format: "idents", written: "there is a build dependency", readBy: "info" },
  DEPS: { format: "idents", written: "there is a runtime dependency", readBy: "install graph" },
  TDEPS: { format: "idents", written: "there is a runtime dependency", readBy: "install" },
  TARGET: { format: "target", written: "always", readBy: "store, verification" },
  IDENT: { format: "ident", written: "always", readBy: "archive reading" },
  RUNTIME_PATH: { format: "colon paths", written: "any package in reach has a PATH", readBy: "env, exec, supervisor" },
  RUNTIME_ENVIRONMENT: {
    format: "pairs",
    written: "there is a runtime variable",
    readBy: "env, exec, supervisor, builds of dependents",
  },
  RUNTIME_ENVIRONMENT_PROVENANCE: { format: "pairs", written: "there is a runtime variable", readBy: "nobody" },
  RUNTIME_ENVIRONMENT_PATHS: { format: "pairs", written: "never here: Windows builds only", readBy: "env" },
  SHUTDOWN_SIGNAL: { format: "signal", written: "pkg_shutdown_signal is set", readBy: "supervisor" },
  SHUTDOWN_TIMEOUT: { format: "seconds", written: "pkg_shutdown_timeout_sec is set", readBy: "supervisor" },
  SVC_USER: { format: "word", written: "the package is a service", readBy: "supervisor, hooks" },
  SVC_GROUP: { format: "word", written: "the package is a service", readBy: "supervisor, hooks" },
  PACKAGE_TYPE: { format: "word", written: "the build is native", readBy: "run environment" },
  BUILDINFO: { format: "JSON", written: "always; Habitat has no such file", readBy: "people, audits" },
  FILES: { format: "hart", written: "always", readBy: "audits" },
  MANIFEST: { format: "text", written: "always", readBy: "info, Builder" },
} as const satisfies Record<string, { format: string; written: string; readBy: string }>

export type MetadataFile = keyof typeof METADATA_FILES

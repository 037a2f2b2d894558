/**
 * Every expected failure, by its stable code. The code is public: scripts and searches rely on it, so it is never
 * renamed or given another meaning. `exit` is the process exit code (1 unless a document fixes another).
 */
export const ERROR_CODES = {
  USAGE: { exit: 2, summary: "the command line is not understood" },
  IO: { exit: 1, summary: "the operating system refused a file or process operation" },
  IDENT_INVALID: { exit: 2, summary: "text is not a package identifier (origin/name[/version[/release]])" },
  IDENT_NOT_FULL: { exit: 1, summary: "an identifier of one exact release is needed, with version and release" },
  TARGET_INVALID: { exit: 1, summary: "text is not a known package target" },
  PACKAGE_NOT_FOUND: { exit: 1, summary: "no installed or reachable package answers the identifier" },
  METADATA_MISSING: { exit: 1, summary: "a package lacks a metadata file it must have" },
  METADATA_INVALID: { exit: 1, summary: "a metadata file of a package cannot be understood" },
  SERVICE_GROUP_INVALID: { exit: 2, summary: "text is not a service group (service.group[@organization])" },
  BIND_INVALID: { exit: 2, summary: "text is not a bind (name:service.group)" },
  SPEC_INVALID: { exit: 1, summary: "a service spec file cannot be used" },
} as const satisfies Record<string, { exit: number; summary: string }>

export type ErrorCode = keyof typeof ERROR_CODES

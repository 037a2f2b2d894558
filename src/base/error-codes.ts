/**
 * Every expected failure, by its stable code. The code is public: scripts and searches rely on it, so it is never
 * renamed or given another meaning. `exit` is the process exit code (1 unless a document fixes another).
 */
export const ERROR_CODES = {
  USAGE: { exit: 2, summary: "the command line is not understood" },
  IO: { exit: 1, summary: "the operating system refused a file or process operation" },
  IDENT_INVALID: { exit: 2, summary: "text is not a package identifier (origin/name[/version[/release]])" },
} as const satisfies Record<string, { exit: number; summary: string }>

export type ErrorCode = keyof typeof ERROR_CODES

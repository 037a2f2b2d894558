import type { EventName, SubjectKind } from "./events.ts"
import type { EventRecord } from "./record.ts"

/** A hook written in a program: throws or rejects when it fails; `false` means no where the event asks for an answer. */
export type HookFunction = (info: EventRecord, done?: (error?: unknown) => void) => unknown

/** What a hook is (spec lifecycle §C.3): exactly one of these. Paths are as they were declared. */
export type HookAction =
  | { readonly kind: "script"; readonly path: string }
  /** A line for `/bin/sh -c`. */
  | { readonly kind: "run"; readonly line: string }
  /** An empty list does nothing and succeeds. */
  | { readonly kind: "command"; readonly argv: readonly string[] }
  /** A JavaScript file whose main export is the hook. */
  | { readonly kind: "module"; readonly path: string }
  /** From a program only; it lives no longer than the program. */
  | { readonly kind: "function"; readonly call: HookFunction }

/** Where a hook is declared (spec lifecycle §C.4), which decides its place in the list of its event. */
export type DeclaredIn = "package" | "spec" | "overlay" | "program" | "supervisor" | "set"

/**
 * How a failing hook is run again: `max` 0 means until it succeeds; the pause is multiplied by `backoff` each time, or
 * grows by `delayMs` (`linear`), up to `delayMsMax`.
 */
export type RetryPolicy = Readonly<{ max: number; delayMs: number; backoff: number | "linear"; delayMsMax: number }>

/** Every option of a hook (spec lifecycle §C.3). What is absent has the default of its event. */
export type HookOptions = Readonly<{
  user?: string
  group?: string
  workingDir?: string
  environment?: Readonly<Record<string, string>>
  /** With `?` in front the file may be missing. */
  envFile?: string
  /** Begin with the environment of the supervisor. */
  inheritEnv?: boolean
  /** 0: no deadline. */
  timeoutMs?: number
  ignoreErrors?: boolean
  retry?: RetryPolicy
  /** Skipped after its first success: for ever, or for this release. */
  once?: true | "release"
  /** Reasons, or groups of them, it runs for. */
  on?: readonly string[]
  /** Neighbouring parallel hooks run together. */
  parallel?: boolean
  /** Runs in a dry run too. */
  preview?: boolean
  /** Of post-start: runs once the service is healthy for the first time. */
  wait?: "healthy"
  /** Of the supervisor's file: the services it is about, by `origin/name` or name, `*` for any text. */
  for?: readonly string[]
  /** Placed before the other hooks of its list. */
  first?: true
  /** Of a package: only for its last installed release. */
  last?: boolean
}>

/** A hook as it was declared, checked and without doubt. */
export type HookDeclaration = Readonly<{
  /** Unique in its list; names its logs and output. */
  name: string
  event: EventName
  subject: SubjectKind
  action: HookAction
  options: HookOptions
  declaredIn: DeclaredIn
  /** The file, with a line where one is known: for messages. */
  where: string
  /** Where relative paths start. */
  folder: string
}>

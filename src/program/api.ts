/** What a program that imports "hab" sees. This file imports nothing: it is published as the types of the package. */

/** `"5s"`, `"250ms"`, `"2m"`, `"1h"`; a number is seconds. */
export type Duration = string | number

/** How a hook is run again when it fails: `max` 0 is until it succeeds, `backoff` `"linear"` or a factor. */
export type Retry = Readonly<{
  max?: number
  delay?: Duration
  backoff?: number | "linear"
  maxDelay?: Duration
}>

export type HookOptions = Readonly<{
  /** A failure is a warning, and the operation goes on. Default: false. */
  ignoreErrors?: boolean
  /** The hook's signal is aborted after so long, and that is a failure. Default: none. */
  timeout?: Duration
  retry?: Retry
  /** Also run in a dry run. Default: false. */
  onDryRun?: boolean
}>

export type Outputs = Readonly<Record<string, unknown>>

/** What services of packages and of commands have in common. */
type AnyService = Readonly<{
  healthCheckInterval?: number
  /** Short for a health-check hook, its interval in seconds and how many failures count. */
  health?: Readonly<{ interval?: number; timeout?: Duration; retries?: number }> &
    (Readonly<{ run: string }> | Readonly<{ command: readonly string[] }>)
  healthFailureThreshold?: number
  healthBackoff?: "on" | "off"
  onCritical?: "restart" | "none"
  restart?: "always" | "on-failure" | "no"
  shutdownTimeout?: number
  /** Such as `300M`: above it the service restarts. */
  maxMemoryRestart?: string | number
  limits?: Readonly<{ nofile?: number; memory?: string | number; cpu?: number }>
  /** For a package its service group, for a command the account's group. */
  group?: string
}>

type PackageService = Readonly<{
  ident: string
  channel?: string
  url?: string
  topology?: "standalone" | "leader"
  strategy?: "none" | "at-once" | "rolling"
  updateCondition?: "latest" | "track-channel"
  /** `name:service.group` each. */
  binds?: readonly string[]
  bindingMode?: "strict" | "relaxed"
  configFrom?: string
  templateMode?: "strict" | "lenient"
  command?: never
  run?: never
}>

type CommandService = Readonly<{
  ident?: never
  workingDir?: string
  environment?: Readonly<Record<string, string>> | readonly string[]
  envFile?: string
  user?: string
}> &
  (Readonly<{ command: readonly string[]; run?: never }> | Readonly<{ run: string; command?: never }>)

/** A service of a package, or one that is a command of its own. */
export type ServiceInputs = AnyService & (PackageService | CommandService)

/** `ident` of an installed or cached package, or the path of a `.hart` file. */
export type PackageInputs = Readonly<{ ident: string; hart?: never } | { hart: string; ident?: never }>

/** Configuration for a service group: declared as a table or as TOML text, kept as text. */
export type ConfigInputs = Readonly<{ group: string; toml: string }>
export type ConfigDeclaration =
  | Readonly<{ group: string; toml: string; values?: never }>
  | Readonly<{ group: string; values: Readonly<Record<string, unknown>>; toml?: never }>

/** Names of resources that belong together: `"web"`, or `"services.web"` where that names several. */
export type GroupInputs = Readonly<{ children: readonly string[] }>

export type ServiceOutputs = Readonly<{
  /** The release that runs, or would run. */
  release: string
  pid: number | null
  state: string
  health: string
}>
export type PackageOutputs = Readonly<{ release: string; path: string }>
export type ConfigOutputs = Readonly<{ version: string }>
export type GroupOutputs = Readonly<{ children: readonly string[] }>

/** What each kind of resource is declared with, and what comes of it. */
export interface Subjects {
  service: { inputs: ServiceInputs; outputs: ServiceOutputs }
  package: { inputs: PackageInputs; outputs: PackageOutputs }
  config: { inputs: ConfigInputs; outputs: ConfigOutputs }
  group: { inputs: GroupInputs; outputs: GroupOutputs }
}
export type SubjectKind = keyof Subjects

export type HookArgs = Readonly<{
  event: string
  operation: "create" | "update" | "delete"
  reason: string
  /** `hab:service:web.default`. */
  urn: string
  /** The release, version or name of what exists; empty before it is created. */
  id: string
  kind: SubjectKind
  /** The name it is declared under. */
  name: string
  dryRun: boolean
  /** Counts from 1 over the retries of the hook. */
  attempt: number
  /** Aborted when the hook's time is over, or the operation is interrupted. */
  signal: AbortSignal
  /** Prints a line that names the resource and the hook. */
  log: (text: string) => void
  oldInputs?: Outputs
  newInputs?: Outputs
  oldOutputs?: Outputs
  newOutputs?: Outputs
}>

export type ErrorHookArgs = HookArgs &
  Readonly<{
    failedOperation: "create" | "update" | "delete"
    /** Newest first: one for every attempt that failed. */
    errors: readonly string[]
  }>

type Filled<A, K extends SubjectKind, P extends string> = Omit<A, P> &
  Readonly<{ [key in P]: key extends `${string}Inputs` ? Subjects[K]["inputs"] : Subjects[K]["outputs"] }>

/** What the hooks of each event receive, by kind of resource. */
export type ArgsOf<K extends SubjectKind> = {
  beforeCreate: Filled<HookArgs, K, "newInputs">
  afterCreate: Filled<HookArgs, K, "newInputs" | "newOutputs">
  beforeUpdate: Filled<HookArgs, K, "oldInputs" | "newInputs" | "oldOutputs">
  afterUpdate: Filled<HookArgs, K, "oldInputs" | "newInputs" | "oldOutputs" | "newOutputs">
  beforeDelete: Filled<HookArgs, K, "oldInputs" | "oldOutputs">
  afterDelete: Filled<HookArgs, K, "oldInputs" | "oldOutputs">
}

export type HookFunction<A = HookArgs> = (args: A) => unknown
export type ErrorFunction = (args: ErrorHookArgs) => boolean | Promise<boolean>

/** A named function. Made by `hook`; the name is unique in a declaration, and what state remembers. */
export type Hook<A = HookArgs> = Readonly<{ name: string; run: HookFunction<A>; options: HookOptions }>

/** A named function that decides whether a failed operation is tried again. Made by `errorHook`. */
export type ErrorHook = Readonly<{ name: string; decide: ErrorFunction }>

/** A hook that is kept with the resource: it runs without any program. */
export type DeclaredHook = HookOptions &
  Readonly<{
    name?: string
    workingDir?: string
    environment?: Readonly<Record<string, string>> | readonly string[]
    envFile?: string
  }> &
  (
    | Readonly<{ run: string }>
    | Readonly<{ command: readonly string[] }>
    | Readonly<{ module: string }>
    | Readonly<{ script: string }>
  )

/** `restart`: whenever that service is restarted, this one is too. */
export type Dependency = "started" | "healthy" | Readonly<{ condition?: "started" | "healthy"; restart?: boolean }>

/** Events of a service while it runs. Their hooks are a part of the service: no functions. */
export type RuntimeEvent =
  | ("preStart" | "postStart" | "preStop" | "postStop" | "preRestart" | "postRestart" | "postExit")
  | ("healthCheck" | "postHealthy" | "postUnhealthy" | "fileUpdated" | "reconfigure" | "suitability")

export type RuntimeHook = DeclaredHook &
  Readonly<{
    user?: string
    group?: string
    once?: boolean | "release"
    /** Reasons, or `requested`, `unrequested`, `any`. */
    on?: string | readonly string[]
    parallel?: boolean
    wait?: "healthy"
  }>

/** Hooks of one resource. A function without a name may be a hook of create and update only. */
export type Hooks<K extends SubjectKind> = Readonly<
  {
    [E in "beforeCreate" | "afterCreate" | "beforeUpdate" | "afterUpdate"]?: readonly (
      | Hook<ArgsOf<K>[E]>
      | Hook
      | DeclaredHook
      | HookFunction<ArgsOf<K>[E]>
    )[]
  } & {
    [E in "beforeDelete" | "afterDelete"]?: readonly (Hook<ArgsOf<K>[E]> | Hook | DeclaredHook)[]
  } & { onError?: readonly (ErrorHook | DeclaredHook)[] } & (K extends "service"
      ? { [E in RuntimeEvent]?: readonly RuntimeHook[] }
      : unknown)
>

export type Resource<K extends SubjectKind> = (K extends "config" ? ConfigDeclaration : Subjects[K]["inputs"]) &
  Readonly<{
    /** Of services also what each start waits for, and whose restart restarts it. */
    dependsOn?: readonly string[] | Readonly<Record<string, Dependency>>
    hooks?: Hooks<K>
  }>

/** Everything a set consists of. What an earlier apply made and is not declared any more is deleted. */
export type Declaration = Readonly<{
  /** Name of the set. Default: the program's file name without its extension. */
  set?: string
  services?: Readonly<Record<string, Resource<"service">>>
  packages?: Readonly<Record<string, Resource<"package">>>
  configs?: Readonly<Record<string, Resource<"config">>>
  groups?: Readonly<Record<string, Resource<"group">>>
  /** Delete hooks of resources that are no longer declared. */
  hooks?: readonly Hook<never>[]
}>

export type ApplyOptions = Readonly<{
  /** Only say what would be done; hooks with `onDryRun` run. */
  dryRun?: boolean
  /** After a failure go on with what does not depend on it. */
  continueOnError?: boolean
  signal?: AbortSignal
}>

export type ApplyResult = Readonly<{
  /** Urns of what was done, in that order. */
  created: readonly string[]
  updated: readonly string[]
  deleted: readonly string[]
  unchanged: readonly string[]
  /** Outputs by name: `services.web`. */
  outputs: Readonly<Record<string, Outputs>>
}>

/** What functions of `onRun` and `onShutdown` receive. */
export type LifecycleContext = Readonly<{
  event: "pre-start" | "pre-stop"
  reason: "boot" | "shutdown"
  /** Aborted by a signal while starting, and when the time of a shutdown is over. */
  signal: AbortSignal
  log: (text: string) => void
}>
export type LifecycleFunction = (context: LifecycleContext) => unknown

export type SupervisorOptions = Readonly<{
  /** How long a shutdown waits for all its functions together. Default: `"5s"`. */
  exitWait?: Duration
  /** Arguments of `hab sup run`: `["acme/web", "--listen-http", "0.0.0.0:9631"]`. */
  args?: readonly string[]
  /** The root to work on, as FS_ROOT. Default: FS_ROOT, or the one `hab` chooses. */
  root?: string
}>

/** A supervisor run by this program, and what is applied to it. */
export interface Supervisor {
  /** Called in order before any port opens; the first that throws ends the start. Throws once `run` was called. */
  onRun(fn: LifecycleFunction): this
  /** Called all at once when a shutdown begins. Throws once `run` was called. */
  onShutdown(fn: LifecycleFunction): this
  /** Runs `hab sup run` until it ends; SIGINT and SIGTERM stop it. Resolves with its exit code. */
  run(): Promise<number>
  /** Shuts down what `run` runs; resolves when it has ended. Again: the same shutdown. */
  stop(): Promise<number>
  apply(declaration: Declaration, options?: ApplyOptions): Promise<ApplyResult>
  /** Deletes everything of a set; `declaration` gives the functions its delete hooks need. */
  destroy(declaration?: Declaration, options?: ApplyOptions): Promise<ApplyResult>
}

import { describeSystemError } from "../base/describe-system-error.ts"
import { isSystemError } from "../base/errors.ts"
import type { Layout } from "../base/layout.ts"
import { optional } from "../base/optional.ts"
import type { Report } from "../base/progress.ts"
import type { HookDeclaration } from "../hooks/declaration.ts"
import type { DeclaredContext } from "../hooks/plan-declared.ts"
import type { PackageStore } from "../package/store.ts"
import type { Host } from "../ports/host.ts"
import type { HttpAddress } from "../ports/http-server.ts"
import { type ConsoleStyle, formatLine, type LogKey } from "./console/line.ts"
import type { LauncherClient } from "./launcher/client.ts"
import type { RingView } from "./ring/ring-census.ts"
import type { BackoffPolicy } from "./service/restart-policy.ts"

/** What the operator said of the supervisor as a whole. */
export type SupervisorOptions = Readonly<{
  backoff: BackoffPolicy
  organization?: string
  /** Host path of the keys that uploads are opened with; the root's own key cache where it is not given. */
  keys?: string
  /** Shown as `sys.ip` in templates. */
  ip: string
  hostname: string
}>

/** What sup.toml says of hooks (spec lifecycle §C.4). */
export type SupervisorHooks = Readonly<{
  declared: readonly HookDeclaration[]
  /** Accounts that hooks of packages may name besides the service's own. */
  allowUsers: readonly string[]
  /** For hooks and gateways together, when the supervisor goes (decisions 26). */
  exitWaitMs: number
}>

/** Everything the supervisor works with. */
export type SupervisorContext = Readonly<{
  host: Pick<
    Host,
    "clock" | "files" | "users" | "watcher" | "control" | "random" | "randomBytes" | "env" | "pid" | "sendSignal"
  >
  layout: Layout
  store: PackageStore
  launcher: LauncherClient
  options: SupervisorOptions
  /** What the supervisor's file says of hooks. */
  hooks: SupervisorHooks
  /** Host paths of Node and of what hosts hook modules. */
  programs: Readonly<{ node: string; moduleHost: string }>
  /** Where the HTTP gateway listens; absent without one. */
  httpAddress?: HttpAddress
  /** Where control was asked to be taken over TCP; absent where it is not. */
  controlAddress?: HttpAddress
  /** `version/release` of this hab, as templates see it. */
  version: string
  /** How to run another `hab`. */
  habCommand: readonly [string, ...string[]]
  memberId: string
  /** The folder with our `chpst`, as services see it. */
  toolsDirectory: string
  /** The ring of supervisors this one is in; absent when it is alone. */
  ring?: RingView
  style: ConsoleStyle
  /** Writes one finished line to our standard output. */
  print: (line: string) => void
}>

/** What planning a declared hook takes of the supervisor. */
export function declaredContextOf(
  { host, layout, hooks }: Pick<SupervisorContext, "host" | "layout" | "hooks">,
  javaScript: DeclaredContext["javaScript"],
): DeclaredContext {
  const { files, users, env } = host
  return { files, users, env, layout, allowUsers: hooks.allowUsers, ...optional("javaScript", javaScript) }
}

/** Says a line in the log: `redis.default(SR): Initializing`. */
export type Say = (preamble: string, key: LogKey, text: string) => void

/** The log of a supervisor: one line to its standard output each time. */
export function speakerOf({ style, print }: Pick<SupervisorContext, "style" | "print">): Say {
  return (preamble, key, text) => print(formatLine(style, { preamble, key, program: preamble === "hab-sup" }, text))
}

/** A reporter of one speaker for the rooms that report progress: their lines become log lines. */
export function reportAs(say: Say, preamble: string, key: LogKey): Report {
  // Who runs hooks without a supervisor names speaker and key in the text itself.
  const bare = (text: string) => (text.startsWith(`${preamble}(${key}): `) ? text.slice(text.indexOf(": ") + 2) : text)
  return (progress) => {
    switch (progress.tag) {
      case "output":
        return say(progress.source.replace(/\(HK\)$/, ""), "HK", progress.line)
      case "status":
        return say(preamble, key, `${progress.verb} ${progress.subject}`)
      case "note":
      case "begin":
      case "end":
        return say(preamble, key, progress.text)
      case "warning":
        return say(
          preamble,
          key,
          bare(progress.hint === undefined ? progress.text : `${progress.text} (${progress.hint})`),
        )
      case "phase-started":
      case "phase-finished":
      case "transfer":
      case "transfer-over":
        return
    }
  }
}

/**
 * Writes what supervision can do without; a full or broken disk is said and never ends a service or us. False when it
 * was not written.
 */
export function writtenOrSaid(
  context: Pick<SupervisorContext, "style" | "print">,
  speaker: string,
  what: string,
  write: () => void,
): boolean {
  try {
    write()
    return true
  } catch (error) {
    if (!isSystemError(error)) throw error
    speakerOf(context)(speaker, "SV", `Could not write ${what}: ${describeSystemError(error)}`)
    return false
  }
}

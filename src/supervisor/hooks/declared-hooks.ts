import { posix as path } from "node:path"
import type { Problem } from "../../base/errors.ts"
import { describeFailure } from "../../base/errors.ts"
import { innerPath, servicePaths } from "../../base/layout.ts"
import { declaredScript } from "../../hooks/compile.ts"
import type { HookDeclaration } from "../../hooks/declaration.ts"
import type { EventName } from "../../hooks/events.ts"
import { type HooksFile, hooksInvalid, NO_HOOKS_FILE, readHooksFile } from "../../hooks/hooks-file.ts"
import { readDeclarations } from "../../hooks/read-declarations.ts"
import type { SupervisorContext } from "../context.ts"
import type { Release } from "../release.ts"
import type { ServiceSpec } from "../spec/spec.ts"

/** The hooks of a service that are declared outside its package (spec lifecycle §C.4). */
export type DeclaredHooks = Readonly<{
  spec: readonly HookDeclaration[]
  overlay: HooksFile
  /** Of the supervisor's file, those that are about this service. */
  supervisor: readonly HookDeclaration[]
  /** Why some of them are older than what was written, or left out. */
  problem?: string
}>

type Context = Pick<SupervisorContext, "host" | "layout" | "hooks">

/**
 * Everything that is declared for a service now. Of what cannot be understood the last good reading stays: a mistake in a
 * file takes no hook away.
 */
export function readDeclaredHooks(context: Context, spec: ServiceSpec, previous?: DeclaredHooks): DeclaredHooks {
  const { name } = spec.ident
  const file = servicePaths(context.layout, name).overlayHooks
  const folder = innerPath(context.layout, path.dirname(file))
  const problems: string[] = []
  const kept = <T>(read: () => T, before: T): T => {
    try {
      return read()
    } catch (error) {
      problems.push(describeFailure(error))
      return before
    }
  }
  const source = { declaredIn: "overlay", subject: "service", folder } as const
  const overlay = kept(() => readHooksFile(context.host, file, source), previous?.overlay ?? NO_HOOKS_FILE)
  const declared = kept(() => specHooks(spec), previous?.spec ?? [])
  const supervisor = context.hooks.declared.filter(({ options }) => isFor(options.for ?? [], spec))
  return { spec: declared, overlay, supervisor, ...(problems.length === 0 ? {} : { problem: problems.join("; ") }) }
}

function specHooks({ ident, own }: ServiceSpec): readonly HookDeclaration[] {
  const problems: Problem[] = []
  const where = own.set === undefined ? `the hooks of ${ident.name}` : `${ident.name} in the set ${own.set}`
  const source = { declaredIn: "spec", subject: "service", folder: own.folder ?? "/", placeOf: () => where } as const
  const hooks = readDeclarations(own.hooks, source, problems)
  if (problems.length > 0) throw hooksInvalid(where, problems)
  return hooks
}

/** `acme/*`, `*`, `web`: an ident's origin and name, or its name alone. */
function isFor(globs: readonly string[], { ident }: ServiceSpec): boolean {
  return globs.some((glob) => {
    const pattern = glob.split("*").map((text) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
    return new RegExp(`^${pattern.join(".*")}$`).test(glob.includes("/") ? `${ident.origin}/${ident.name}` : ident.name)
  })
}

/** The package's own hooks as declarations, with the operator's options over them (decisions 8). */
function packageHooks(context: Context, name: string, release: Release, { overlay }: DeclaredHooks): HookDeclaration[] {
  const scripts = ofService(release).map((script): HookDeclaration => {
    const hook = declaredScript(context.layout, name, script, "service")
    const operators = overlay.options.get(hook.event)
    const declaredIn = operators?.user === undefined ? "package" : "overlay"
    return { ...hook, options: { ...hook.options, ...operators }, declaredIn }
  })
  const operators = ({ event }: HookDeclaration) => overlay.options.get(event) ?? {}
  return [
    ...scripts,
    ...release.declared.map((hook) => ({ ...hook, options: { ...hook.options, ...operators(hook) } })),
  ]
}

/**
 * The hooks of one event in the order they run (spec lifecycle §C.4): the supervisor's first before something happens and
 * last after it; those placed first come first.
 */
export function hooksOfEvent(
  context: Context,
  service: Readonly<{ name: string; declared: DeclaredHooks }>,
  release: Release,
  event: EventName,
): HookDeclaration[] {
  const { declared } = service
  const within = [
    ...packageHooks(context, service.name, release, declared),
    ...declared.spec,
    ...declared.overlay.hooks,
  ]
  const list = (event.startsWith("pre-") ? [declared.supervisor, within] : [within, declared.supervisor])
    .flat()
    .filter((hook) => hook.event === event)
  return [...list.filter(({ options }) => options.first === true), ...list.filter(({ options }) => !options.first)]
}

/** `install` and `uninstall` are about the package, whatever service runs it. */
function ofService({ hooks }: Release): Release["hooks"] {
  return hooks.filter(({ file }) => file !== "install" && file !== "uninstall")
}

/** Every event that has a hook. */
export function eventsWithHooks(release: Release, declared: DeclaredHooks): ReadonlySet<EventName> {
  const hooks = [...ofService(release), ...release.declared, ...declared.spec, ...declared.overlay.hooks]
  return new Set([...hooks, ...declared.supervisor].map(({ event }) => event))
}

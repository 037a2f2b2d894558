import { basename } from "node:path/posix"
import type { Problem } from "../base/errors.ts"
import { type FieldReader, type Fields, isTable } from "../config/field-reader.ts"
import { canonicalEvent } from "../hooks/aliases.ts"
import type { HookDeclaration } from "../hooks/declaration.ts"
import { readDeclarations } from "../hooks/read-declarations.ts"
import type { HookTables } from "../supervisor/spec/spec.ts"
import type { HookOptions } from "./api.ts"
import type { DeclarationSource } from "./declaration.ts"
import { isErrorHook, isHook } from "./hook.ts"
import {
  RESOURCE_EVENTS,
  type ResourceEvent,
  type ResourceHook,
  type ResourceKind,
  type ResourceRef,
} from "./resource.ts"

/** Functions of a program by the name that state remembers. */
export type FunctionTable = ReadonlyMap<string, unknown>

type Reading = Readonly<{
  ref: ResourceRef
  kind: ResourceKind
  source: DeclarationSource
  problems: Problem[]
  functions: Map<string, unknown>
}>

/** What an option of a hook would mean for a service that runs, and not for something that is made once. */
const WITHOUT_MEANING = ["once", "on", "parallel", "wait", "last"] as const

/** The hooks of one resource. Functions are noted in `functions`; mistakes are added to `problems`. */
export function readResourceHooks(hooks: unknown, reading: Reading): readonly ResourceHook[] {
  const { ref, kind, source, problems } = reading
  const [table = "", name = ""] = [ref.slice(0, ref.indexOf(".")), ref.slice(ref.indexOf(".") + 1)]
  const placeOf = (path: readonly string[]) => source.placeOf([table, name, "hooks", ...path])
  const plain = isTable(hooks) ? withoutFunctions(hooks, reading, placeOf) : hooks
  const target = { declaredIn: source.declaredIn, subject: kind, folder: source.folder, placeOf }
  const declared = readDeclarations(plain, target, problems)
  return declared.flatMap((hook) => toResourceHook(hook, problems))
}

/** The hooks of a service while it runs, as they were declared: the supervisor runs them, we keep them as inputs. */
export function runtimeHooksOf(hooks: unknown): HookTables {
  if (!isTable(hooks)) return {}
  const entries = Object.entries(hooks).flatMap(([key, value]): [string, Fields[]][] => {
    const found = canonicalEvent(key)
    if (found.tag === "unknown" || isResourceEvent(found.event)) return []
    return [[key, (Array.isArray(value) ? (value as unknown[]) : [value]).filter(isTable)]]
  })
  return Object.fromEntries(entries)
}

/** Functions that only state asks for any more: `hooks` of a program's declaration. */
export function registerAll(root: FieldReader, functions: Map<string, unknown>): void {
  const given = root.raw("hooks")
  if (given === undefined) return
  if (!Array.isArray(given))
    return root.refuse("hooks", "'hooks' is a list of what hook() made; each resource has its own besides")
  for (const one of given) {
    if (isHook(one)) note(functions, one.name, one.run, (message) => root.refuse("hooks", message))
    else root.refuse("hooks", "only what hook() made can stand here")
  }
}

/** What `hook` and `errorHook` made, and functions, as the tables that the reader of declarations knows. */
function withoutFunctions(hooks: Fields, reading: Reading, placeOf: (path: readonly string[]) => string): Fields {
  const entries = Object.entries(hooks).map(([key, value]) => {
    const list = Array.isArray(value) ? (value as unknown[]) : [value]
    return [key, list.map((one, index) => toTable(one, { key, index, reading, where: placeOf([key, String(index)]) }))]
  })
  return Object.fromEntries(entries)
}

type Place = Readonly<{ key: string; index: number; reading: Reading; where: string }>

function toTable(one: unknown, { key, index, reading, where }: Place): unknown {
  const refuse = (message: string): undefined => void reading.problems.push({ where, message })
  const found = canonicalEvent(key)
  const event = found.tag === "event" ? found.event : undefined
  if (isErrorHook(one)) {
    if (event !== "on-error") refuse(`'${one.name}' was made by errorHook(): it belongs to onError`)
    return note(reading.functions, one.name, one.decide, refuse)
  }
  if (isHook(one)) {
    if (event === "on-error") refuse(`'${one.name}' was made by hook(): onError takes what errorHook() made`)
    return { ...note(reading.functions, one.name, one.run, refuse), ...optionsOf(one.options) }
  }
  if (typeof one !== "function") return one
  if (event === "on-error" || event === "pre-delete" || event === "post-delete") {
    refuse(
      `a function in ${key} needs a name that state can remember: ${event === "on-error" ? "errorHook" : "hook"}("name", fn)`,
    )
  }
  return note(reading.functions, `${reading.ref.replaceAll(".", "-")}-${event ?? key}-${index + 1}`, one, refuse)
}

function note(functions: Map<string, unknown>, name: string, run: unknown, refuse: (message: string) => void): Fields {
  const known = functions.get(name)
  if (known !== undefined && known !== run) refuse(`two different hooks are named '${name}'`)
  functions.set(name, run)
  return { name, function: run }
}

function optionsOf({ onDryRun, ...options }: HookOptions): Fields {
  return onDryRun === undefined ? options : { ...options, preview: onDryRun }
}

function toResourceHook(hook: HookDeclaration, problems: Problem[]): ResourceHook[] {
  const { event, action, ...rest } = hook
  const refuse = (message: string): [] => {
    problems.push({ where: hook.where, message })
    return []
  }
  if (!isResourceEvent(event)) {
    if (action.kind !== "function") return []
    return refuse(`a function lives no longer than its program, the service does: give ${event} a 'module' or a 'run'`)
  }
  const idle = WITHOUT_MEANING.find((option) => hook.options[option] !== undefined)
  if (idle !== undefined) return refuse(`'${idle}' has no meaning for ${event}`)
  if (event === "on-error" && hook.options.preview) return refuse("'preview' has no meaning for on-error")
  if (action.kind !== "function") return [{ ...rest, event, action, name: nameOf(hook) }]
  return [{ ...rest, event, action: { kind: "function" } }]
}

/** Names made from the place in the file say nothing; what is run does. */
function nameOf({ name, action, event, declaredIn }: HookDeclaration): string {
  if (!name.startsWith(`${event}-${declaredIn}`)) return name
  if (action.kind === "module" || action.kind === "script") return basename(action.path)
  return name
}

function isResourceEvent(event: string): event is ResourceEvent {
  return (RESOURCE_EVENTS as readonly string[]).includes(event)
}

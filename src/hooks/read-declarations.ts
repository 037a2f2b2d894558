import type { Problem } from "../base/errors.ts"
import { nearest } from "../base/nearest.ts"
import { type FieldReader, type Fields, isTable, type PlaceOf, readFields } from "../config/field-reader.ts"
import { canonicalEvent, type EventLookup, type HookPreset } from "./aliases.ts"
import type { DeclaredIn, HookAction, HookDeclaration, HookFunction, HookOptions } from "./declaration.ts"
import { EVENTS, type EventName, type SubjectKind } from "./events.ts"
import { OPTION_KEYS, readHookOptions } from "./hook-options.ts"

const KINDS = ["script", "run", "command", "module", "function"] as const
const KEYS: readonly string[] = ["name", ...KINDS, ...OPTION_KEYS]

/** Whose hooks they are, and where they stand. */
export type DeclarationSource = Readonly<{
  declaredIn: DeclaredIn
  /** Whom they are about. Hooks of the supervisor's file that say `for` are about services. */
  subject: SubjectKind
  /** Where relative paths start. */
  folder: string
  /** Names a place for people, with a line where one is known: `linesOf` makes one for TOML. */
  placeOf: PlaceOf
}>

/**
 * Reads hooks from plain values, as TOML, YAML or JavaScript wrote them (spec lifecycle §C.3): an event or alias in any
 * spelling to a table, or a list of tables; options in kebab-case, snake_case or camelCase. Everything that is wrong is
 * added to `problems`, and what is wrong is left out. Hooks placed first come first, others as they were written.
 */
export function readDeclarations(
  tables: unknown,
  source: DeclarationSource,
  problems: Problem[],
): readonly HookDeclaration[] {
  const root = readFields(isTable(tables) ? tables : {}, source.placeOf, problems)
  if (tables !== undefined && !isTable(tables)) {
    problems.push({ where: source.placeOf([]), message: "'hooks' must be a table of events" })
  }
  const found = root.keys.flatMap((name) => readEvent(root, name, source, problems))
  return named([...found.filter(({ options }) => options.first), ...found.filter(({ options }) => !options.first)])
}

/** `called`: the name of its event as it was declared, an alias or not. */
type Unnamed = Omit<HookDeclaration, "name"> & Readonly<{ name: string | undefined; called: string }>

function readEvent(root: FieldReader, name: string, source: DeclarationSource, problems: Problem[]): Unnamed[] {
  const found = canonicalEvent(name)
  if (found.tag === "unknown") {
    const near = found.nearest === undefined ? "" : `; did you mean '${found.nearest}'?`
    root.refuse(name, `there is no hook '${name}'${near}`)
    return []
  }
  const value = root.raw(name)
  const list = Array.isArray(value) ? value : [value]
  return list.flatMap((one: unknown, index) => {
    const path = Array.isArray(value) ? [name, String(index)] : [name]
    const fields = fieldsOf(one, found.preset)
    if (fields === undefined) {
      problems.push({ where: source.placeOf(path), message: `'${name}' must be a table with a ${oneOf(KINDS)}` })
      return []
    }
    const hook = readFields(fields, source.placeOf, problems, path)
    return readHook(hook, { name, found, source, problems })
  })
}

/** Keys in snake_case. A bare text is the path of a module where the alias says so, a function is a hook. */
function fieldsOf(value: unknown, preset: HookPreset): Fields | undefined {
  if (typeof value === "function") return { function: value }
  if (typeof value === "string" && preset.kind === "module") return { module: value }
  if (!isTable(value)) return undefined
  const { retry, ...fields } = inSnakeCase(value)
  return { ...fields, ...(retry === undefined ? {} : { retry: isTable(retry) ? inSnakeCase(retry) : retry }) }
}

function inSnakeCase(fields: Fields): Fields {
  const spelled = (key: string) => key.replaceAll("-", "_").replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return Object.fromEntries(Object.entries(fields).map(([key, one]) => [spelled(key), one]))
}

type FoundEvent = Extract<EventLookup, { tag: "event" }>

function readHook(
  hook: FieldReader,
  what: Readonly<{ name: string; found: FoundEvent; source: DeclarationSource; problems: Problem[] }>,
): Unnamed[] {
  const { source, problems } = what
  const { event, name: called } = what.found
  const before = problems.length
  for (const key of hook.keys.filter((one) => !KEYS.includes(one))) {
    const near = nearest(key, KEYS)
    hook.refuse(key, `unknown option '${key}'${near === undefined ? "" : `; did you mean '${near}'?`}`)
  }
  const { kind: _kind, ...preset } = what.found.preset
  const options: HookOptions = { ...preset, ...readHookOptions(hook) }
  const subject = source.declaredIn === "supervisor" && options.for !== undefined ? "service" : source.subject
  const action = readAction(hook, source.placeOf, problems)
  const name = hook.text("name")
  if (name !== undefined && !/^\w[\w-]*$/.test(name)) {
    hook.refuse("name", `'${name}' cannot name a hook: letters, digits, - and _ only`)
  }
  checkFit(hook, what.name, { event, subject, options, source })
  if (action === undefined || problems.length > before) return []
  const where = source.placeOf(hook.path)
  const { declaredIn, folder } = source
  return [{ name, called, event, subject, action, options, declaredIn, where, folder }]
}

/** A hook that could never run, or an option without meaning, is a mistake (spec lifecycle §C.9, 14). */
function checkFit(
  hook: FieldReader,
  name: string,
  fit: Readonly<{ event: EventName; subject: SubjectKind; options: HookOptions; source: DeclarationSource }>,
): void {
  const { event, subject, options, source } = fit
  const subjects: readonly SubjectKind[] = EVENTS[event].subjects
  if (!subjects.includes(subject)) {
    const forHint = subject === "supervisor" && source.declaredIn === "supervisor" ? "; `for` names the services" : ""
    hook.refuse("", `'${name}' is not an event of a ${subject}, but of a ${subjects.join(", ")}${forHint}`)
  }
  if (event === "run") hook.refuse("", "'run' is the service's process and cannot be declared as a hook")
  if (options.for !== undefined && source.declaredIn !== "supervisor") {
    hook.refuse("for", "'for' has a meaning in sup.toml only: here the service is known")
  }
  if (options.wait !== undefined && event !== "post-start") {
    hook.refuse("wait", `'wait' has a meaning for post-start only, not for ${event}`)
  }
}

function readAction(hook: FieldReader, placeOf: PlaceOf, problems: Problem[]): HookAction | undefined {
  const given = KINDS.filter((kind) => hook.has(kind))
  const [kind] = given
  if (kind === undefined || given.length > 1) {
    const how = given.length === 0 ? "names nothing to run" : `names ${given.join(" and ")}`
    problems.push({ where: placeOf(hook.path), message: `the hook ${how}: give exactly one ${oneOf(KINDS)}` })
    return undefined
  }
  const text = kind === "command" || kind === "function" ? undefined : hook.text(kind)
  switch (kind) {
    case "run":
      return text === undefined ? undefined : { kind, line: text }
    case "command": {
      const argv = hook.words(kind)
      return argv === undefined ? undefined : { kind, argv }
    }
    case "function": {
      const call = hook.raw(kind)
      if (typeof call === "function") return { kind, call: call as HookFunction }
      return hook.refuse(kind, "'function' must be a function")
    }
    default:
      return text === undefined ? undefined : { kind, path: text }
  }
}

function oneOf(kinds: readonly string[]): string {
  const written = kinds.filter((kind) => kind !== "function").map((kind) => `'${kind}'`)
  return `${written.slice(0, -1).join(", ")} or ${written.at(-1)}`
}

/** Names that stay the same while the file does: event or alias, place and, from the second on, a number. */
function named(hooks: readonly Unnamed[]): HookDeclaration[] {
  const taken = new Set(hooks.flatMap(({ name }) => (name === undefined ? [] : [name])))
  return hooks.map(({ called, ...hook }) => {
    if (hook.name !== undefined) return { ...hook, name: hook.name }
    const base = `${called}-${hook.declaredIn}`
    let name = base
    for (let count = 2; taken.has(name); count += 1) name = `${base}-${count}`
    taken.add(name)
    return { ...hook, name }
  })
}

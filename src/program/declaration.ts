import { HabError, type Problem } from "../base/errors.ts"
import { type Fields, isTable, type PlaceOf, readFields } from "../config/field-reader.ts"
import { type FunctionTable, readResourceHooks, registerAll, runtimeHooksOf } from "./declared-hooks.ts"
import { inputKeys, readInputs, urnOf } from "./inputs.ts"
import { KINDS, type Resource, type ResourceRef, type TableName } from "./resource.ts"
import { serviceNameOf } from "./service-inputs.ts"
import { snakeCase } from "./spelling.ts"

/** Where a declaration stands. */
export type DeclarationSource = Readonly<{
  declaredIn: "set" | "program"
  /** Where relative paths start. */
  folder: string
  placeOf: PlaceOf
  /** The file, for messages. */
  file: string
}>

/** What is wanted, and the functions its hooks and those of earlier applies may need. */
export type Wanted = Readonly<{ resources: readonly Resource[]; functions: FunctionTable; set?: string }>

const TABLES = Object.keys(KINDS) as readonly TableName[]
const COMMON = ["depends_on", "hooks"]

/**
 * Reads a declaration from plain values, as TOML or a program gives it (decisions 27): four tables of resources, each
 * with its inputs, `depends_on` and `hooks`. Throws APPLY_INVALID with every mistake at once.
 */
export function readDeclaration(given: unknown, source: DeclarationSource): Wanted {
  const problems: Problem[] = []
  const functions = new Map<string, unknown>()
  const root = readFields(isTable(given) ? given : {}, source.placeOf, problems)
  if (!isTable(given))
    problems.push({ where: source.file, message: "a declaration is a table of services, packages, …" })
  root.onlyKnown(["set", "hooks", ...TABLES])
  const set = root.text("set")
  if (set !== undefined && !isSetName(set))
    root.refuse("set", `'${set}' cannot name a set: letters, digits, - _ and . only`)
  if (source.declaredIn === "program") registerAll(root, functions)
  else if (root.has("hooks"))
    root.refuse(
      "hooks",
      "hooks of the set as a whole belong to `hab svc apply`; give each resource, or a group of them, its own",
    )
  const names = namesIn(root.raw)
  const nameOf = (ref: ResourceRef) => {
    const name = ref.slice("services.".length)
    const declared = (root.raw("services") as Fields)[name]
    return serviceNameOf({ name, inputs: isTable(declared) ? declared : {} })
  }
  const resources = TABLES.flatMap((table) =>
    root.tables(table).map(([name]) => {
      const raw = (root.raw(table) as Fields)[name]
      return readResource(
        { table, name, fields: isTable(raw) ? raw : {} },
        { source, problems, functions, names, nameOf },
      )
    }),
  )
  refuseTwins(resources, problems)
  if (problems.length > 0) throw invalid(source, problems)
  return { resources, functions, ...(set === undefined ? {} : { set }) }
}

/** True for names that make good file names. */
export function isSetName(name: string): boolean {
  return /^[A-Za-z0-9_][\w.-]*$/.test(name)
}

type Found = Readonly<{ table: TableName; name: string; fields: Fields }>
type Reading = Readonly<{
  source: DeclarationSource
  problems: Problem[]
  functions: Map<string, unknown>
  names: readonly ResourceRef[]
  /** What a declared service is loaded as. */
  nameOf: (ref: ResourceRef) => string
}>

function readResource({ table, name, fields: given }: Found, reading: Reading): Resource {
  const { source, problems, names } = reading
  const kind = KINDS[table]
  const ref: ResourceRef = `${table}.${name}`
  const { hooks, ...rest } = given
  const inSnakeCase = Object.fromEntries(Object.entries(rest).map(([key, value]) => [snakeCase(key), value]))
  const fields = readFields(inSnakeCase, source.placeOf, problems, [table, name])
  if (!isSetName(name)) fields.refuse("", `'${name}' cannot name a ${kind}: letters, digits, - _ and . only`)
  fields.onlyKnown([...inputKeys(kind), ...COMMON])
  const refer = (key: string, words = fields.words(key) ?? []) =>
    words.flatMap((word) => {
      const found = resolve(word, names)
      if (typeof found === "string") return [found]
      fields.refuse(key, `'${word}' ${found.length === 0 ? "is not declared" : `may be ${found.join(" or ")}`}`)
      return []
    })
  const conditions = fields.raw("depends_on")
  const dependsOn = refer("depends_on", isTable(conditions) ? Object.keys(conditions) : undefined)
  const runtime = kind === "service" ? runtimeOf(hooks, conditions, dependsOn, reading) : { hooks: {}, dependsOn: {} }
  const inputs = readInputs(kind, fields, { ...source, name, problems, runtime })
  return {
    ref,
    kind,
    name,
    urn: urnOf(kind, name, inputs),
    inputs: kind === "group" ? { children: refer("children") } : inputs,
    dependsOn,
    hooks: readResourceHooks(hooks, { ref, kind, ...reading }),
  }
}

/** What the supervisor has to know of a service: hooks while it runs, and the services it waits for at each start. */
function runtimeOf(hooks: unknown, conditions: unknown, dependsOn: readonly ResourceRef[], { nameOf }: Reading) {
  const awaited = dependsOn.flatMap((ref, index) => {
    const condition: unknown = isTable(conditions) ? Object.values(conditions)[index] : "started"
    return ref.startsWith("services.") ? [[nameOf(ref), condition] as const] : []
  })
  return { hooks: runtimeHooksOf(hooks), dependsOn: Object.fromEntries(awaited) }
}

function namesIn(raw: (key: string) => unknown): readonly ResourceRef[] {
  return TABLES.flatMap((table) => {
    const value = raw(table)
    return isTable(value) ? Object.keys(value).map((name): ResourceRef => `${table}.${name}`) : []
  })
}

/** `web`, `services.web` or `service.web`; every one it may be where that is not exactly one. */
function resolve(word: string, names: readonly ResourceRef[]): ResourceRef | readonly ResourceRef[] {
  const found = names.filter((ref) => [ref, ref.replace(/s\./, "."), ref.slice(ref.indexOf(".") + 1)].includes(word))
  return found.length === 1 && found[0] !== undefined ? found[0] : found
}

/** Two declarations of one thing would undo each other. */
function refuseTwins(resources: readonly Resource[], problems: Problem[]): void {
  const seen = new Map<string, ResourceRef>()
  for (const { urn, ref } of resources) {
    const other = seen.get(urn)
    if (other !== undefined) problems.push({ where: ref, message: `it is the same ${urn} as ${other}` })
    seen.set(urn, ref)
  }
}

function invalid({ file }: DeclarationSource, problems: readonly Problem[]): HabError {
  const count = problems.length === 1 ? "one mistake" : `${problems.length} mistakes`
  return new HabError("APPLY_INVALID", `${file} cannot be applied: ${count}; nothing was done`, { problems })
}

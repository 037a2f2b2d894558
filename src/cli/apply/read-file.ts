import path from "node:path/posix"
import { HabError, messageOf } from "../../base/errors.ts"
import { readConfigFile } from "../../config/read-config-file.ts"
import { type ConfigTable, parseToml, stringifyToml, toPlain } from "../../config/toml.ts"
import { isConfigTable } from "../../config/value.ts"
import { type DeclarationSource, readDeclaration, type Wanted } from "../../program/declaration.ts"
import type { CommandContext } from "../command.ts"

const TYPESCRIPT = /\.[mc]?ts$/
const PROGRAM = /\.[mc]?[jt]s$/

/** True for a file that is run instead of read. */
export function isProgram(file: string): boolean {
  return PROGRAM.test(file)
}

/** The set a file stands for when nobody names another: its name without the extension. */
export function setOfFile(file: string): string {
  return path.basename(file).replace(/\.[^.]+$/, "")
}

/** What a TOML file or a program declares. Throws APPLY_INVALID, TOML_INVALID, PROGRAM_INVALID and PROGRAM_UNSUPPORTED. */
export async function readAppliedFile(context: CommandContext, given: string): Promise<Wanted> {
  const file = path.resolve(context.host.cwd, given)
  if (context.host.files.stat(file)?.kind !== "file") {
    throw new HabError("USAGE", `there is no file ${file}`, {
      hint: "give a .toml file, or a .js, .mjs or .ts program",
    })
  }
  return isProgram(file) ? readProgram(context, file) : readToml(context, file)
}

/** Reads what a program declares by its default export: a table, or a function that gives one. */
async function readProgram(context: CommandContext, file: string): Promise<Wanted> {
  const main = (await loadProgram(context, file))["default"]
  const declared: unknown = typeof main === "function" ? await call(main as () => unknown, file) : main
  if (typeof declared === "object" && declared !== null) return readDeclared(declared, file)
  throw new HabError("PROGRAM_INVALID", `${file} declares nothing`, {
    hint: "its default export is { services: { web: { ident: … } } }, or a function that gives such a table",
  })
}

/** What a program hands over itself. */
export function readDeclared(declared: unknown, file: string): Wanted {
  return readDeclaration(declared, sourceOf(file, "program"))
}

/** The exports of a program. Throws PROGRAM_INVALID and PROGRAM_UNSUPPORTED. */
async function loadProgram(context: CommandContext, file: string): Promise<Readonly<Record<string, unknown>>> {
  const { host, programDirectory } = context
  try {
    return await host.modules.load(file, `${programDirectory}/program.cjs`)
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined
    if (code === "ERR_UNKNOWN_FILE_EXTENSION" && TYPESCRIPT.test(file)) throw unsupported(file)
    throw new HabError("PROGRAM_INVALID", `${file} cannot be loaded: ${messageOf(error)}`, {
      hint: `node ${file} shows where`,
      cause: error,
    })
  }
}

function readToml({ host }: CommandContext, file: string): Wanted {
  const text = readConfigFile(host, file) ?? ""
  return readDeclaration(toPlain(withConfigsAsText(parseToml(text, file))), sourceOf(file, "set"))
}

/** Config values as TOML text, before plain values lose what TOML can say. */
function withConfigsAsText(document: ConfigTable): ConfigTable {
  const configs = document.get("configs")
  if (!isConfigTable(configs)) return document
  const kept = [...configs].map(([name, config]) => {
    const values = isConfigTable(config) ? config.get("values") : undefined
    if (!isConfigTable(config) || !isConfigTable(values)) return [name, config] as const
    return [name, new Map([...config, ["values", stringifyToml(values)]])] as const
  })
  return new Map([...document, ["configs", new Map(kept)]])
}

function sourceOf(file: string, declaredIn: DeclarationSource["declaredIn"]): DeclarationSource {
  const placeOf = (at: readonly string[]) =>
    [path.basename(file), at.join(".")].filter((part) => part !== "").join(": ")
  return { declaredIn, folder: path.dirname(file), file, placeOf }
}

async function call(main: () => unknown, file: string): Promise<unknown> {
  try {
    return await main()
  } catch (error) {
    throw new HabError("PROGRAM_INVALID", `${file} failed: ${messageOf(error)}`, {
      hint: "with HAB_DEBUG=1 it is told where",
      cause: error,
    })
  }
}

function unsupported(file: string): HabError {
  return new HabError("PROGRAM_UNSUPPORTED", `${file} is TypeScript, which this Node does not run`, {
    hint: "Node 22.18 and later run it as it is; for an older one compile it first (tsc, esbuild) and apply the .mjs file",
  })
}

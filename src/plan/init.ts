import { HabError } from "../base/errors.ts"
import { isValidPackageName, stringifyIdent, tryParseIdent } from "../package/ident.ts"
import type { FileSystem } from "../ports/file-system.ts"
import {
  MINIMAL_PLAN,
  PLAN_HEAD,
  PLAN_TEMPLATES,
  type PlanTemplate,
  README,
  SCAFFOLDED_PLAN,
  type TemplateFile,
  type TemplateName,
} from "./init-templates.ts"

/** Short names of scaffolding packages (spec package §7.3). */
export const SCAFFOLDINGS: Readonly<Record<string, string>> = {
  go: "core/scaffolding-go",
  gradle: "core/scaffolding-gradle",
  node: "core/scaffolding-node",
  ruby: "core/scaffolding-ruby",
}

export type InitRequest = Readonly<{
  cwd: string
  /** The package's name and folder; without it the folder is `habitat` and the name that of the working directory. */
  name?: string
  origin: string
  template: TemplateName
  /** Habitat's minimal plan.sh alone. */
  minimal?: boolean
  /** A short name or an identifier. */
  scaffolding?: string
  /** Variables named `pkg_…` replace the values of the plan. */
  env: Readonly<Record<string, string>>
}>

export type InitResult = Readonly<{ directory: string; created: readonly string[]; kept: readonly string[] }>

const DEFAULTS = {
  version: "0.1.0",
  maintainer: "The Habitat Maintainers",
  shasum: "",
  license: '"Apache-2.0"',
  description: "Some description.",
  upstream_url: "http://example.com/project-name",
}

/**
 * `hab plan init` (spec package §7.3): writes a plan with its usual surroundings. What is there already stays as it is.
 * Throws USAGE for a name that no package can have, and IDENT_INVALID for a scaffolding.
 */
export function initPlan({ files }: Readonly<{ files: FileSystem }>, request: InitRequest): InitResult {
  const name = request.name ?? request.cwd.slice(request.cwd.lastIndexOf("/") + 1)
  if (!isValidPackageName(name)) {
    throw new HabError("USAGE", `'${name}' cannot be the name of a package: only letters, digits, '-' and '_'`, {
      hint: "give a name: hab plan init my-service",
    })
  }
  const directory = `${request.cwd}/${request.name ?? "habitat"}`
  const values = valuesOf(request, name)
  const created: string[] = []
  const kept: string[] = []
  for (const { path, text, executable } of planFiles(request)) {
    const place = fill(path, values)
    if (files.lstat(`${directory}/${place}`) !== undefined) {
      kept.push(place)
      continue
    }
    files.makeDirectories(`${directory}/${place}`.slice(0, `${directory}/${place}`.lastIndexOf("/")))
    files.writeFile(`${directory}/${place}`, fill(text, values), { mode: executable ? 0o755 : 0o644 })
    created.push(place)
  }
  for (const folder of ["config", "hooks"]) files.makeDirectories(`${directory}/${folder}`)
  ignoreResults(files, request.cwd)
  return { directory, created, kept }
}

function planFiles(request: InitRequest): readonly TemplateFile[] {
  const template: PlanTemplate = PLAN_TEMPLATES[request.template]
  const withoutService = request.minimal || request.scaffolding !== undefined
  const plan = request.minimal
    ? MINIMAL_PLAN
    : request.scaffolding === undefined
      ? PLAN_HEAD + template.plan
      : SCAFFOLDED_PLAN
  const always = [
    { path: "plan.sh", text: plan },
    {
      path: "default.toml",
      text: withoutService ? "# Values for templates in config/ and hooks/.\n" : template.defaultToml,
    },
    { path: "README.md", text: README },
  ]
  return withoutService ? always : [...always, ...template.hooks, ...template.config]
}

function valuesOf({ env, origin, scaffolding, minimal }: InitRequest, name: string): Readonly<Record<string, string>> {
  const given = Object.entries(env).flatMap(([key, value]) =>
    key.startsWith("pkg_") ? [[key.slice("pkg_".length), value] as const] : [],
  )
  return {
    ...DEFAULTS,
    name,
    origin,
    scaffolding: scaffoldingLine(scaffolding, minimal ?? false),
    ...Object.fromEntries(given),
  }
}

function scaffoldingLine(given: string | undefined, minimal: boolean): string {
  if (given === undefined) return minimal ? '# pkg_scaffolding="some/scaffolding"' : ""
  const text = SCAFFOLDINGS[given.toLowerCase()] ?? given
  const ident = tryParseIdent(text)
  if (ident !== undefined) return `pkg_scaffolding="${stringifyIdent(ident)}"`
  throw new HabError("IDENT_INVALID", `'${given}' is no scaffolding`, {
    hint: `short names are ${Object.keys(SCAFFOLDINGS).join(", ")}; otherwise give a package identifier`,
  })
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/@([a-z_]+)@/g, (whole, name: string) => values[name] ?? whole)
}

/** Build results do not belong into a repository. */
function ignoreResults(files: FileSystem, cwd: string): void {
  const folders = cwd.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/") || "/")
  if (!folders.some((folder) => files.lstat(`${folder === "/" ? "" : folder}/.git`) !== undefined)) return
  const file = `${cwd}/.gitignore`
  const text = files.readTextIfPresent(file) ?? ""
  if (text.split("\n").some((line) => /^\/?results\/?$/.test(line.trim()))) return
  files.writeFile(file, `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}results/\n`)
}

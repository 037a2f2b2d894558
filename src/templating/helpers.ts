import { printJson } from "../config/json.ts"
import { printTomlDocument, printTomlValue } from "../config/print-toml.ts"
import { type ConfigValue, isConfigTable } from "../config/value.ts"
import { type PackageIdent, satisfies, stringifyIdent, tryParseIdent } from "../package/ident.ts"
import { type HelperEntry, HelperProblem } from "./helper-call.ts"
import { printYaml } from "./print-yaml.ts"
import {
  describeValue,
  fieldOf,
  isList,
  isTable,
  type TemplateContext,
  type TemplateValue,
  toJsonValue,
} from "./values.ts"

/** Habitat's own helpers (spec supervisor §5.3); `eachAlive`, which is a block, is beside `each`. */
export const HABITAT_HELPERS = {
  pkgPathFor: {
    usage: '{{pkgPathFor "origin/name"}}',
    summary: "The directory of the first run-time dependency the identifier asks for; nothing when there is none.",
    parameters: 1,
    run: ({ params: [ident], root, packagesRoot }) => packagePathFor(root, ident, packagesRoot),
  },
  strConcat: {
    usage: "{{strConcat a b …}}",
    summary: "All of them joined, as JSON without its double quotes; tables are left out, nothing is `null`.",
    parameters: 0,
    run: ({ params }) => params.map(bareJson).join(""),
  },
  strJoin: {
    usage: "{{strJoin list separator}}",
    summary: "The items of a list, each as strConcat writes it, with the separator between them.",
    parameters: 2,
    run({ params: [list, separator] }) {
      if (!isList(list)) return refuse("a list to join", list)
      return list
        .filter((item) => !isTable(item))
        .map(bareJson)
        .join(text("a separator", separator))
    },
  },
  strReplace: {
    usage: "{{strReplace text old new}}",
    summary: "The text with every occurrence of old replaced; old is no pattern.",
    parameters: 3,
    run: ({ params: [given, old, replacement] }) =>
      text("a text", given).replaceAll(text("the text to replace", old), () => text("a replacement", replacement)),
  },
  toLowercase: {
    usage: "{{toLowercase text}}",
    summary: "The text in small letters.",
    parameters: 1,
    run: ({ params: [given] }) => text("a text", given).toLowerCase(),
  },
  toUppercase: {
    usage: "{{toUppercase text}}",
    summary: "The text in capitals.",
    parameters: 1,
    run: ({ params: [given] }) => text("a text", given).toUpperCase(),
  },
  toJson: {
    usage: "{{toJson value}}",
    summary: "The value as JSON, indented by two spaces, without a final newline.",
    parameters: 1,
    run: ({ params: [value] }) => printJson(toJsonValue(value), 2),
  },
  toToml: {
    usage: "{{toToml value}}",
    summary: "A table as a TOML document with a final newline; anything else as a TOML value on its own.",
    parameters: 1,
    run({ params: [value] }) {
      const json = withoutNull(toJsonValue(value))
      return isConfigTable(json) ? printTomlDocument(json) : printTomlValue(json)
    },
  },
  toYaml: {
    usage: "{{toYaml value}}",
    summary: "The value as YAML, without a `---` header, with a final newline.",
    parameters: 1,
    run: ({ params: [value] }) => printYaml(toJsonValue(value)),
  },
} as const satisfies Record<string, HelperEntry>

function text(wanted: string, value: TemplateValue): string {
  return typeof value === "string" ? value : refuse(wanted, value)
}

function refuse(wanted: string, value: TemplateValue): never {
  throw new HelperProblem(`needs ${wanted}, not ${describeValue(value)}`)
}

/** JSON text without its double quotes, as the reference has it: escapes stay visible. */
function bareJson(value: TemplateValue): string {
  return isTable(value) ? "" : printJson(toJsonValue(value)).replaceAll('"', "")
}

function withoutNull(value: ReturnType<typeof toJsonValue>): ConfigValue {
  if (value === null) throw new HelperProblem("cannot say 'nothing' in TOML")
  if (Array.isArray(value)) value.forEach(withoutNull)
  if (isConfigTable(value)) [...value.values()].forEach(withoutNull)
  return value as ConfigValue
}

function packagePathFor(root: TemplateContext, ident: TemplateValue, packagesRoot: string | undefined): string {
  const wish = tryParseIdent(text("an identifier such as core/redis", ident))
  if (wish === undefined) throw new HelperProblem(`needs an identifier such as core/redis, not '${ident}'`)
  const pkg = root["pkg"]
  const deps = isTable(pkg) ? fieldOf(pkg, "deps") : undefined
  const found = (isList(deps) ? deps : []).map(identOf).find((dep) => dep !== undefined && satisfies(dep, wish))
  return found === undefined ? "" : `${packagesRoot ?? packagesRootOf(pkg)}/${stringifyIdent(found)}`
}

function identOf(value: TemplateValue): PackageIdent | undefined {
  if (!isTable(value)) return undefined
  const parts = ["origin", "name", "version", "release"].map((part) => fieldOf(value, part))
  return tryParseIdent(parts.filter((part) => typeof part === "string").join("/"))
}

/** Where packages are, as the package sees it: its own path without its identifier. */
function packagesRootOf(pkg: TemplateValue): string {
  const [path, ident] = isTable(pkg) ? [fieldOf(pkg, "path"), fieldOf(pkg, "ident")] : []
  const isUsual = typeof path === "string" && typeof ident === "string" && path.endsWith(`/${ident}`)
  return isUsual ? path.slice(0, -ident.length - 1) : "/hab/pkgs"
}

import { isCollection, isNode, LineCounter, parseDocument, visit } from "yaml"
import type { Problem } from "../../base/errors.ts"
import { messageOf } from "../../base/errors.ts"
import type { Fields, PlaceOf } from "../../config/field-reader.ts"

/** A YAML text as plain values, with the line of each. */
export type YamlFields = Readonly<{ fields: Fields; placeOf: PlaceOf }>

const ALIASES_MAX = 100

/**
 * Reads one YAML document whose top is a mapping. What the text does that is no YAML, or needs more than YAML (tags such
 * as `!lua`), is in `problems` with its line; the fields are then empty.
 */
export function readYaml(text: string, file: string, problems: Problem[]): YamlFields {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "silent" })
  const lineAt = (offset: number) => `${file}:${Math.max(1, lines.linePos(offset).line)}`
  for (const { pos, message } of document.errors) problems.push({ where: lineAt(pos[0]), message })
  visit(document, {
    Node(_, node) {
      if (node.tag === undefined || node.tag.startsWith("tag:yaml.org,2002:")) return
      problems.push({
        where: lineAt(node.range?.[0] ?? 0),
        message: `${node.tag} needs a language that is not run here; write the value itself`,
      })
    },
  })
  const placeOf: PlaceOf = (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range != null) return lineAt(node.range[0])
    }
    return `${file}:1`
  }
  if (problems.length > 0) return { fields: {}, placeOf }
  try {
    const value: unknown = isCollection(document.contents) ? document.toJS({ maxAliasCount: ALIASES_MAX }) : undefined
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return { fields: value as Fields, placeOf }
    problems.push({ where: `${file}:1`, message: "the file must be a mapping of keys to values" })
  } catch (error) {
    problems.push({ where: file, message: messageOf(error) })
  }
  return { fields: {}, placeOf }
}

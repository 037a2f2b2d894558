import { HabError } from "../../base/errors.ts"
import { generateSchema } from "../../config/schema.ts"
import { parseToml } from "../../config/toml.ts"
import { parseSchema, printSchema, SCHEMA_FILE } from "../../config/validate.ts"
import { parseIdent, stringifyIdent } from "../../package/ident.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { openStore } from "../installed.ts"

/** `hab config schema`: what operators may write, for editors and as a start for a package's own schema. */
export const configSchemaCommand = defineCommand({
  name: "schema",
  summary: "Print a JSON Schema of a package's configuration: its own, or one made from default.toml",
  arguments: "<ident-or-folder>",
  examples: ["hab config schema acme/web", `hab config schema . > ${SCHEMA_FILE}`],
  options: { generate: { kind: "flag", summary: "Make one from default.toml although the package has its own" } },
  async run({ args: [text = ""], options: { generate } }, context) {
    const { files } = context.host
    const { directory, title } = placeOf(context, text)
    const file = `${directory}/${SCHEMA_FILE}`
    const own = generate ? undefined : files.readTextIfPresent(file)
    if (own !== undefined) return { text: printSchema(parseSchema(own, file)) }
    const defaults = `${directory}/default.toml`
    return { text: printSchema(generateSchema(parseToml(files.readTextIfPresent(defaults) ?? "", defaults), title)) }
  },
})

/** A folder with a default.toml, or an installed package. */
function placeOf(context: CommandContext, text: string): Readonly<{ directory: string; title: string }> {
  const { files, cwd } = context.host
  const directory = text.startsWith("/") ? text : `${cwd}/${text}`
  const isFolder = files.stat(directory)?.kind === "directory"
  if (isFolder && files.stat(`${directory}/default.toml`) !== undefined) {
    return { directory, title: `Configuration of ${files.realPath(directory).replace(/^.*\//, "")}` }
  }
  if (isFolder && !/^[^/.]+\/[^/]+/.test(text)) {
    throw new HabError("USAGE", `${directory} holds no default.toml`, {
      hint: "name a folder with one, or an installed package",
    })
  }
  const pkg = openStore(context).load(parseIdent(text))
  return { directory: pkg.path, title: `Configuration of ${stringifyIdent(pkg.ident)}` }
}

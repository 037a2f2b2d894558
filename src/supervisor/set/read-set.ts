import { posix as path } from "node:path"
import { HabError, messageOf, type Problem } from "../../base/errors.ts"
import { explainIo } from "../../base/explain-io.ts"
import type { FileSystem } from "../../ports/file-system.ts"
import { orderServices } from "./dependency-order.ts"
import { readEcosystemSet } from "./ecosystem-set.ts"
import { type EvaluationContext, evaluateModule } from "./evaluate-module.ts"
import { readKeplerSet } from "./kepler-set.ts"
import { isPlainName, type ServiceSet, setNameOf } from "./service-set.ts"
import { readTomlSet, type SetSource } from "./toml-set.ts"
import { readYaml } from "./yaml-document.ts"

export type ReadSetContext = EvaluationContext & Readonly<{ files: Pick<FileSystem, "readTextIfPresent"> }>

type Format = (context: ReadSetContext, source: SetSource, problems: Problem[]) => ServiceSet | Promise<ServiceSet>

const FORMATS: Readonly<Record<string, Format>> = {
  ".toml": (_, source, problems) => readTomlSet(source, problems),
  ".yaml": readYamlSet,
  ".yml": readYamlSet,
  ".json": (context, source, problems) => readEcosystemSet({ ...source, ...context }, parseJson(source), problems),
  ".js": readModuleSet,
  ".cjs": readModuleSet,
  ".mjs": readModuleSet,
}

/**
 * Reads a file of services by its kind: our own TOML, `kepler.yaml`, or PM2's `ecosystem.config.{js,cjs,mjs,json,yaml}`
 * (decisions 27, 30). `name` wins over what the file calls its set. Throws SET_FILE_INVALID with every problem found and
 * the line of each where the format has one; TOML_INVALID; IO.
 */
export async function readServiceSet(
  context: ReadSetContext,
  file: string,
  name: string | undefined,
): Promise<ServiceSet> {
  const format = FORMATS[path.extname(file)]
  if (format === undefined) {
    throw new HabError("SET_FILE_INVALID", `${file} is no file of services`, {
      hint: `give a file that ends in ${Object.keys(FORMATS).join(", ")}`,
    })
  }
  const text = explainIo(`${file} cannot be read`, () => context.files.readTextIfPresent(file))
  if (text === undefined)
    throw new HabError("SET_FILE_INVALID", `there is no ${file}`, {
      hint: "give the path of a file of services: hab svc apply shop.toml",
    })
  const problems: Problem[] = []
  const folder = path.dirname(file)
  const { env } = context
  const set = await format(context, { file, text, name, defaultName: setNameOf(file), folder, env }, problems)
  if (!isPlainName(set.name)) {
    problems.push({ where: file, message: `'${set.name}' cannot name a set: letters, digits, - and _ only` })
  }
  orderServices(set.services, (message) => problems.push({ where: file, message }))
  if (problems.length === 0) return set
  throw new HabError("SET_FILE_INVALID", `${file} cannot be applied`, { problems })
}

/** PM2's has `apps`; Kepler's has not. */
function readYamlSet(context: ReadSetContext, source: SetSource, problems: Problem[]): ServiceSet {
  const found: Problem[] = []
  const { fields } = readYaml(source.text, source.file, found)
  const isEcosystem = found.length === 0 && "apps" in fields
  if (isEcosystem) return readEcosystemSet({ ...source, ...context }, fields, problems)
  return readKeplerSet(source, problems)
}

async function readModuleSet(context: ReadSetContext, source: SetSource, problems: Problem[]): Promise<ServiceSet> {
  const exported = await evaluateModule(context, source.file, source.folder)
  return readEcosystemSet({ ...source, ...context }, exported, problems)
}

function parseJson({ text, file }: SetSource): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new HabError("SET_FILE_INVALID", `${file} is not JSON: ${messageOf(error)}`)
  }
}

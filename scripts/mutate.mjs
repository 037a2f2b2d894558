// npm run mutate -- ROW...: takes one thing of the plan format out of the source, runs the tests that should notice, and puts
// it back. Rows: variable:pkg_deps, callback:do_clean, helper:trim, file:RUNTIME_PATH, rule:one-shell; `helper:` is all of them,
// `all` is everything, `2/4` behind it every fourth from the second on, and no argument lists the rows. Exits with 1 when
// something could go without a test failing. The rows are in test/plan/mutations.
import { readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { createVitest } from "vitest/node"

const project = fileURLToPath(new URL("..", import.meta.url))
const read = (file) => readFileSync(path.join(project, file), "utf8")
const mutations = await load("test/plan/mutations/mutations.ts", "MUTATIONS")

const words = process.argv.slice(2)
const [, first = "1", every = "1"] = /^(\d+)\/(\d+)$/.exec(words.at(-1) ?? "") ?? []
const asked = words.filter((word) => !/^\d+\/\d+$/.test(word))
const means = (word, row) => word === "all" || row === word || (word.endsWith(":") && row.startsWith(word))
const unknown = asked.filter((word) => !mutations.some(({ row }) => means(word, row)))
if (unknown.length > 0) {
  console.error(`there is no row ${unknown.join(", ")}; without arguments the rows are listed`)
  process.exit(2)
}
if (asked.length === 0) {
  console.log(mutations.map(({ row }) => row).join("\n"))
  process.exit(0)
}
const chosen = mutations
  .filter(({ row }) => asked.some((word) => means(word, row)))
  .filter((_, index) => index % Number(every) === Number(first) - 1)

let restore = () => undefined
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130))
process.on("exit", () => restore())

const vitest = await createVitest("test", { root: project, watch: false, bail: 1, reporters: [{}] })
const specifications = await vitest.globTestSpecifications([])
const survivors = []
for (const mutation of chosen) if (!(await isNoticed(mutation))) survivors.push(mutation.row)
await vitest.close()
console.log(
  survivors.length === 0 ? `${chosen.length} rows, each held by a test` : `no test holds ${survivors.join(", ")}`,
)
process.exit(survivors.length === 0 ? 0 : 1)

async function isNoticed({ row, tests, apply }) {
  const mutated = apply(read)
  const before = mutated === undefined ? undefined : read(mutated.file)
  if (mutated === undefined || mutated.text === before) {
    console.log(`${row}\tcannot be found in the source`)
    return false
  }
  const file = path.join(project, mutated.file)
  restore = () => {
    writeFileSync(file, before)
    vitest.invalidateFile(file)
  }
  writeFileSync(file, mutated.text)
  vitest.invalidateFile(file)
  const by = await firstFailure(tests)
  restore()
  restore = () => undefined
  console.log(`${row}\t${mutated.file}\t${by ?? "NOT NOTICED"}`)
  return by !== undefined
}

/** The title of the first test that fails; undefined when all pass. */
async function firstFailure(tests) {
  for (const test of tests) {
    const file = path.join(project, test)
    const found = specifications.filter(({ moduleId }) => moduleId === file)
    if (found.length === 0) throw new Error(`${test} is not there`)
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(found)
    // What earlier runs found is among the results.
    for (const module of testModules.filter(({ moduleId }) => moduleId === file)) {
      for (const failed of module.children.allTests("failed")) return failed.fullName
      if (module.state() === "failed") return `${test} (does not load)`
    }
    if (unhandledErrors.length > 0) return `${test}: ${unhandledErrors[0].message}`
  }
  return undefined
}

/** An export of a TypeScript module with what it imports: this Node may not read TypeScript. */
async function load(file, name) {
  const { outputFiles } = await build({
    entryPoints: [path.join(project, file)],
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    logLevel: "warning",
  })
  const module = { exports: {} }
  new Function("module", "exports", "require", outputFiles[0].text)(
    module,
    module.exports,
    createRequire(import.meta.url),
  )
  return module.exports[name]
}

// npm run mutate -- ROW...: takes one row of the plan format out of the source, runs the tests that should notice, and puts
// it back. Rows: variable:pkg_deps, initial:pkg_svc_group, callback:do_clean, default:do_strip, step:libtool, helper:trim, file:RUNTIME_PATH; `helper:` is all of
// them, `all` is everything, and no argument lists the rows. Exits with 1 when a row could go without a test failing.
import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const project = fileURLToPath(new URL("..", import.meta.url))
const { METADATA_FILES, CALLBACKS, LAST_CALLBACKS, PHASES, PLAN_HELPERS, PLAN_VARIABLES } = await tables()
const read = (file) => readFileSync(path.join(project, file), "utf8")

/** `name: { … },` or `  name() { … }` of a table or a bash file, whole. */
const tableRow = (name) => new RegExp(`^  ${name}: \\{(?:[^\\n]*\\},|\\n[\\s\\S]*?^  \\},)\\n`, "m")
const initialValue = (name) => new RegExp(`^ +${name}=.*$`, "m")
const bashFunction = (name) => new RegExp(`^${name}\\(\\) \\{\\n[\\s\\S]*?^\\}\\n`, "m")

/** The first of these files in which the pattern is, and the file's text without it. */
function without(pattern, ...files) {
  const replacement = pattern.source.endsWith("\\n") ? "" : ":"
  const file = files.find((candidate) => pattern.test(read(candidate)))
  return file === undefined ? undefined : { file, text: read(file).replace(pattern, replacement) }
}

const UNIT = ["metadata", "validate", "environment", "plan-shell", "check", "service-files"]
const tests = (...names) => names.map((name) => `test/plan/${name}.test.ts`)

/** What each kind of row is, how it is taken out, and the tests that hold it. */
const KINDS = {
  variable: {
    names: Object.keys(PLAN_VARIABLES),
    tests: tests(...UNIT, "build"),
    mutate: (name) =>
      (PLAN_VARIABLES[name].set === "program" && without(initialValue(name), "src/plan/plan.bash")) ||
      without(tableRow(name), "src/plan/variables.ts"),
  },
  initial: {
    names: ["pkg_svc_user", "pkg_svc_group", "pkg_filename", "pkg_prefix"],
    tests: tests("build", "prelude"),
    mutate: (name) => without(initialValue(name), "src/plan/plan.bash"),
  },
  callback: {
    names: Object.keys(CALLBACKS),
    tests: tests("build"),
    mutate: (name) => without(new RegExp(`^  callback\\("${name}".*\\n`, "m"), "src/plan/phases.ts"),
  },
  last: {
    names: Object.keys(LAST_CALLBACKS),
    tests: tests("build", "plan-shell"),
    mutate: (name) =>
      without(new RegExp(`\\(${name}\\) \\|\\| warn "[^"]*"`), "src/plan/session.bash", "src/plan/build.ts"),
  },
  default: {
    names: Object.keys(CALLBACKS).filter((name) => !["nothing", "does not exist"].includes(CALLBACKS[name].byDefault)),
    tests: tests("build", "service-files", "strip"),
    mutate(name) {
      const file = "src/plan/callbacks.bash"
      const pattern = bashFunction(name.replace("do_", "do_default_"))
      return { file, text: read(file).replace(pattern, `${name.replace("do_", "do_default_")}() {\n  return 0\n}\n`) }
    },
  },
  step: {
    names: PHASES.filter(({ kind }) => kind === "step").map(({ name }) => name),
    tests: tests("build", "build-again"),
    mutate: (name) => without(new RegExp(`^  step\\("${name}".*\\n`, "m"), "src/plan/phases.ts"),
  },
  helper: {
    names: Object.keys(PLAN_HELPERS),
    tests: tests("prelude", "build"),
    mutate: (name) => without(bashFunction(name), "src/plan/prelude.bash", "src/plan/environment.bash"),
  },
  file: {
    names: Object.keys(METADATA_FILES).filter((name) => !METADATA_FILES[name].written.startsWith("never")),
    tests: tests("metadata", "build", "build-again"),
    mutate(name) {
      const step = PHASES.find((phase) => phase.name === name)
      if (step !== undefined) return KINDS.step.mutate(name)
      return without(tableRow(name), "src/package/metafiles.ts")
    },
  },
}

const rows = Object.entries(KINDS).flatMap(([kind, { names }]) => names.map((name) => `${kind}:${name}`))
const asked = process.argv.slice(2)
const chosen = rows.filter((row) =>
  asked.some((word) => word === "all" || row === word || (word.endsWith(":") && row.startsWith(word))),
)
const unknown = asked.filter(
  (word) => word !== "all" && !rows.some((row) => row === word || (word.endsWith(":") && row.startsWith(word))),
)
if (unknown.length > 0) {
  console.error(`there is no row ${unknown.join(", ")}; without arguments the rows are listed`)
  process.exit(2)
}
if (asked.length === 0) {
  console.log(rows.join("\n"))
  process.exit(0)
}

let restore = () => undefined
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130))
process.on("exit", () => restore())

const survivors = chosen.filter((row) => !isNoticed(row))
console.log(
  survivors.length === 0 ? `${chosen.length} rows, each held by a test` : `no test holds ${survivors.join(", ")}`,
)
process.exit(survivors.length === 0 ? 0 : 1)

function isNoticed(row) {
  const [kind, ...rest] = row.split(":")
  const { mutate, tests: files } = KINDS[kind]
  const mutation = mutate(rest.join(":"))
  const before = mutation === undefined ? undefined : read(mutation.file)
  if (mutation === undefined || mutation.text === before) {
    console.log(`${row}\tcannot be found in the source`)
    return false
  }
  const file = path.join(project, mutation.file)
  restore = () => writeFileSync(file, before)
  writeFileSync(file, mutation.text)
  const { stdout } = spawnSync("npx", ["vitest", "run", "--bail=1", "--reporter=json", ...files], {
    cwd: project,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "ignore"],
  })
  restore()
  restore = () => undefined
  if (!stdout.includes("{")) throw new Error(`vitest gave no result for ${row}`)
  const results = JSON.parse(stdout.slice(stdout.indexOf("{")))
  const failed = results.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === "failed")
  const whole = results.testResults.find(({ status }) => status === "failed")
  const by =
    failed?.fullName ?? (whole === undefined ? undefined : `${path.relative(project, whole.name)} (does not load)`)
  console.log(`${row}\t${mutation.file}\t${by ?? "NOT NOTICED"}`)
  return by !== undefined
}

/** The tables of the source, as a module of their own: this Node may not read TypeScript. */
async function tables() {
  const names = ["package/metafiles", "plan/callbacks", "plan/phases", "plan/plan-helpers", "plan/variables"]
  const { outputFiles } = await build({
    stdin: { contents: names.map((name) => `export * from "./src/${name}.ts"`).join("\n"), resolveDir: project },
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
  return module.exports
}

import fs from "node:fs"
import path from "node:path"
import vm from "node:vm"
import { VERSION } from "../../base/version.ts"

/**
 * The command `hab`: runs the one bundle its first words need, so that a trivial command reads little code: a kilobyte of
 * it takes 4 µs, before any of it runs. The bundles lie beside this file.
 */
const BUNDLES: ReadonlyMap<string, string> = new Map([
  ["config", "config.cjs"],
  ["origin", "origin.cjs"],
  ["pkg", "pkg.cjs"],
  ["pkg env", "pkg-look.cjs"],
  ["pkg exec", "pkg-look.cjs"],
  ["pkg install", "pkg-install.cjs"],
  ["pkg list", "pkg-look.cjs"],
  ["pkg path", "pkg-look.cjs"],
  ["plan", "plan.cjs"],
  ["sup", "sup.cjs"],
  ["svc", "svc.cjs"],
  ["svc status", "svc-status.cjs"],
])

const LIBRARIES = "lib/"

type Main = (exports: object, require: NodeJS.Require, module: object, file: string, directory: string) => void

/**
 * Does what `require` would, from the code that V8 compiled when we were built: 5 to 10 ms for a bundle, 40 ms for
 * libsodium. Another Node than that of the build refuses that code and compiles. Bundles are ASCII, which is read twice as
 * fast by saying so.
 */
function run(bundle: string): object {
  const file = path.join(__dirname, bundle)
  const source = fs.readFileSync(file, "latin1")
  const script = new vm.Script(bundle.startsWith(LIBRARIES) ? asFunction(source) : source, {
    filename: file,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...compiledCode(file),
  })
  const main = script.runInThisContext() as Main
  const module = { exports: {} }
  main(module.exports, requireOf(bundle), module, file, __dirname)
  return module.exports
}

/** Other bundles are built as one: copying them takes a millisecond. */
function asFunction(source: string): string {
  return `(function (exports, require, module, __filename, __dirname) {${source}\n})`
}

const libraries = new Map<string, object>()

/** What a bundle calls `require`: libraries, which lie in a folder beside the bundles, are run as bundles are. */
function requireOf(bundle: string): NodeJS.Require {
  if (bundle.startsWith(LIBRARIES)) return require
  const load = (name: string) => {
    if (!name.startsWith(`./${LIBRARIES}`)) return require(name)
    const library = libraries.get(name) ?? run(name.slice("./".length))
    libraries.set(name, library)
    return library
  }
  return Object.assign(load, require)
}

function compiledCode(file: string): { cachedData?: Buffer } {
  try {
    return { cachedData: fs.readFileSync(`${file}.compiled`) }
  } catch {
    return {}
  }
}

const [word = "", second = ""] = process.argv.slice(2)
if (word === "--version" || word === "-V") fs.writeSync(1, `hab ${VERSION}\n`)
else run(BUNDLES.get(`${word} ${second}`) ?? BUNDLES.get(word) ?? "all.cjs")

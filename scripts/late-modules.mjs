// esbuild plugins with which a bundle loads late what a run may never need: commands start sooner, and the launcher and
// the supervisor stay small.
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"
import { build } from "esbuild"

const require = createRequire(import.meta.url)

/** Modules of Node that it has not loaded before our first line, and whose functions do not ask for `this`. */
const LATE_BUILTINS = [
  "child_process",
  "crypto",
  "http",
  "https",
  "module",
  "net",
  "os",
  "readline",
  "stream",
  "stream/promises",
  "tls",
  "tty",
  "zlib",
]

/** Modules of Node that it has loaded before our first line. */
const PRESENT_BUILTINS = ["buffer", "fs", "path", "path/posix", "timers", "url", "util"]

/** Packages that few runs need: one looks at the terminal when it is loaded, the others are large. */
const LATE_PACKAGES = ["handlebars/dist/cjs/handlebars/compiler/base.js", "picocolors", "semver", "yaml"]

/** These modules become objects whose properties load them at first use. */
export function lateImports(options) {
  const libraries = createLibraries(options)
  return {
    name: "late-imports",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^[a-z]/ }, ({ path: wanted, kind, namespace }) => {
        const name = wanted.replace(/^node:/, "")
        if (namespace === "late" || kind === "dynamic-import") return
        if (LATE_BUILTINS.includes(name)) return { path: `node:${name}`, namespace: "late" }
        if (LATE_PACKAGES.includes(name)) return { path: name, namespace: "late" }
      })
      onLoad({ filter: /./, namespace: "late" }, async ({ path: name }) => {
        const source = name.startsWith("node:") ? name : await libraries.fileOf(name)
        return { contents: lateObject(Object.keys(require(name)), source) }
      })
      onResolve({ filter: /./, namespace: "late" }, ({ path: source }) => ({ path: source, external: true }))
    },
  }
}

/** These modules are looked into once for the whole bundle; else each importing file gets a copy of all their names. */
export function sharedBuiltins() {
  return {
    name: "shared-builtins",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^node:/ }, ({ path: name, kind }) => {
        if (kind === "import-statement" && PRESENT_BUILTINS.includes(name.slice("node:".length)))
          return { path: name, namespace: "shared-builtin" }
      })
      onLoad({ filter: /./, namespace: "shared-builtin" }, ({ path: name }) => {
        const exported = Object.keys(require(name)).map((key) => `export const ${key} = /* @__PURE__ */ of("${key}")`)
        const source = [`const whole = require("${name}")`, "const of = (key) => whole[key]", "export default whole"]
        return { contents: [...source, ...exported].join("\n") }
      })
      onResolve({ filter: /./, namespace: "shared-builtin" }, ({ path: name }) => ({ path: name, external: true }))
    },
  }
}

/** What the command line has of other rooms is loaded at first use, but for the small ones that everything uses. */
const ROOM_OF_COMMANDS = "src/cli/"
const SMALL_ROOMS = ["src/cli/", "src/base/", "src/ports/"]

/** Imports of the command line from other rooms become objects whose properties load them at first use. */
export function lateRooms({ absWorkingDir }) {
  const within = (file, folders) => folders.some((folder) => file.startsWith(path.join(absWorkingDir, folder)))
  return {
    name: "late-rooms",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\.?\// }, ({ path: wanted, kind, namespace, importer, resolveDir }) => {
        const file = path.join(resolveDir, wanted)
        const isLate = kind === "import-statement" && namespace === "file" && within(importer, [ROOM_OF_COMMANDS])
        if (isLate && within(file, ["src/"]) && !within(file, SMALL_ROOMS))
          return { path: file, namespace: "late-room" }
      })
      onLoad({ filter: /./, namespace: "late-room" }, ({ path: file }) => {
        return { contents: lateObject(exportedNames(readFileSync(file, "utf8")), file), resolveDir: path.dirname(file) }
      })
    },
  }
}

/**
 * A module whose properties are another's, loaded when the first is asked for. They are its prototype's: esbuild copies an
 * object's own properties for each file that imports it, which takes a millisecond in all.
 */
function lateObject(names, source) {
  const getters = names.map((name) => `get ${name}() { return load().${name} },`)
  return [
    "let loaded",
    `const load = () => (loaded ??= require(${JSON.stringify(source)}))`,
    `module.exports = Object.create({ ${getters.join(" ")} })`,
  ].join("\n")
}

/** Names of the values that a module of ours exports: those of types do not exist when it runs. */
function exportedNames(text) {
  const declarations = text.matchAll(/^export (?:async )?(?:function\*?|const|let|class) (\w+)/gm)
  const declared = [...declarations].map(([, name]) => name)
  const lists = [...text.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, list]) => list.split(","))
  const listed = lists.map((one) => one.trim()).filter((one) => one !== "" && !one.startsWith("type "))
  return [...new Set([...declared, ...listed.map((one) => one.split(" as ").at(-1))])]
}

/** Packages that the code loads by `import()` become files of their own, shared by all bundles. */
export function latePackages(options) {
  const libraries = createLibraries(options)
  return {
    name: "late-packages",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^[a-z@]/ }, ({ path: name, kind }) => {
        if (kind === "dynamic-import" && !name.startsWith("node:")) return { path: name, namespace: "late-package" }
      })
      onLoad({ filter: /./, namespace: "late-package" }, async ({ path: name }) => ({
        contents: `module.exports = require("${await libraries.fileOf(name)}")`,
      }))
      onResolve({ filter: /./, namespace: "late-package" }, ({ path: file }) => ({ path: file, external: true }))
    },
  }
}

function createLibraries(options) {
  const built = new Map()
  return {
    /** Bundles the package once; its file as the bundles require it. */
    async fileOf(name) {
      const file = `lib/${name.replace(/\W+/g, "-").replace(/^-/, "")}.cjs`
      const { outdir, outExtension, ...common } = options
      // Through require, because a package may have another entry for that; its whole namespace comes out.
      const stdin = { contents: `module.exports = require("${name}")`, resolveDir: options.absWorkingDir }
      if (!built.has(name)) built.set(name, build({ ...common, stdin, outfile: `${outdir}/${file}` }))
      await built.get(name)
      return `./${file}`
    },
  }
}

// esbuild plugins with which a bundle loads late what a run may never need: commands start sooner, and the launcher and
// the supervisor stay small.
import { createRequire } from "node:module"
import { build } from "esbuild"

const require = createRequire(import.meta.url)

/** Modules of Node that it has not loaded before our first line, and whose functions do not ask for `this`. */
const LATE_BUILTINS = ["child_process", "crypto", "http", "net", "os", "perf_hooks", "stream", "stream/promises", "tty"]

/** Small packages that do something costly when they are loaded: this one looks at the terminal. */
const LATE_PACKAGES = ["picocolors"]

/** These modules become objects whose properties load them at first use. */
export function lateImports(options) {
  const libraries = createLibraries(options)
  return {
    name: "late-imports",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^[a-z]/ }, ({ path, kind, namespace }) => {
        const name = path.replace(/^node:/, "")
        if (namespace === "late" || kind === "dynamic-import") return
        if (LATE_BUILTINS.includes(name)) return { path: `node:${name}`, namespace: "late" }
        if (LATE_PACKAGES.includes(name)) return { path: name, namespace: "late" }
      })
      onLoad({ filter: /./, namespace: "late" }, async ({ path }) => {
        const source = path.startsWith("node:") ? path : await libraries.fileOf(path)
        const getters = Object.keys(require(path)).map((key) => `get ${key}() { return require("${source}").${key} },`)
        return { contents: `module.exports = {\n${getters.join("\n")}\n}` }
      })
      onResolve({ filter: /./, namespace: "late" }, ({ path }) => ({ path, external: true }))
    },
  }
}

/** Packages that the code loads by `import()` become files of their own, shared by all bundles. */
export function latePackages(options) {
  const libraries = createLibraries(options)
  return {
    name: "late-packages",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^[a-z@]/ }, ({ path, kind }) => {
        if (kind === "dynamic-import" && !path.startsWith("node:")) return { path, namespace: "late-package" }
      })
      onLoad({ filter: /./, namespace: "late-package" }, async ({ path }) => ({
        contents: `module.exports = require("${await libraries.fileOf(path)}")`,
      }))
      onResolve({ filter: /./, namespace: "late-package" }, ({ path }) => ({ path, external: true }))
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

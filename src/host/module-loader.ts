import { createRequire, register } from "node:module"
import { pathToFileURL } from "node:url"
import type { ModuleLoader } from "../ports/module-loader.ts"

let isRegistered = false

/** Node's own loader, in which "hab" is known everywhere. Its two helpers lie beside the file that stands for "hab". */
export const systemModules: ModuleLoader = {
  async load(path, hab) {
    if (!isRegistered) {
      const self = pathToFileURL(hab).href
      register("./resolve-hab.mjs", { parentURL: self, data: self })
      isRegistered = true
    }
    const load = createRequire(hab)("./import.cjs") as (url: string) => Promise<Record<string, unknown>>
    return load(pathToFileURL(path).href)
  },
}

import { createLayout } from "../../src/base/layout.ts"
import { createStore } from "../../src/package/store.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

export const layout = createLayout({ root: "/r", enclosed: true })

/** Installed packages in memory: identifier to its metadata files; IDENT and TARGET are added. */
export function installed(packages: Readonly<Record<string, Readonly<Record<string, string>>>>) {
  const content = Object.entries(packages).flatMap(([ident, metadata]) =>
    Object.entries({ IDENT: ident, TARGET: "x86_64-linux", ...metadata }).map(
      ([name, text]) => [`/r/hab/pkgs/${ident}/${name}`, `${text}\n`] as const,
    ),
  )
  const files = memoryFileSystem(Object.fromEntries(content))
  const store = createStore({ files, layout, target: "x86_64-linux" })
  return { files, store, packagesPath: `${layout.hab}/pkgs` }
}

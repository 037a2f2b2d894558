import { nearest } from "../base/nearest.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { ALIASES, type HookPreset } from "./aliases.ts"
import { type EventName, eventOfFile, HOOK_FILES, type HookFile } from "./events.ts"

/** A script of a package, before it is rendered. */
export type DiscoveredHook = Readonly<{
  /** Its name without extension: also the name of its rendered script and of its logs. */
  file: HookFile
  event: EventName
  preset: HookPreset
  /** Host path of the template. */
  template: string
}>

/** What is in a `hooks/` directory that is no hook; all of it is warned of, none of it is an error (decisions 1, 2). */
export type StrayHookFile =
  /** No event has this name. */
  | { readonly tag: "unknown"; readonly fileName: string; readonly nearest?: string }
  /** Another file is the script of this hook already. */
  | { readonly tag: "doubled"; readonly fileName: string; readonly hook: HookFile }
  /** PowerShell: Windows only. */
  | { readonly tag: "unsupported"; readonly fileName: string }

export type DiscoveredHooks = Readonly<{
  /** In the order of the event table; within an event in the order they run. */
  hooks: readonly DiscoveredHook[]
  strays: readonly StrayHookFile[]
}>

/** Options of package hooks; not a hook itself. */
export const OPTIONS_FILE = "hooks.toml"

/** The hooks in `<directory>/hooks`: of an installed package, a plan, or the folder given by `config_from`. */
export function discoverHooks(
  { files }: Readonly<{ files: Pick<FileSystem, "readDirectory" | "stat"> }>,
  directory: string,
): DiscoveredHooks {
  const folder = `${directory}/hooks`
  if (files.stat(folder)?.kind !== "directory") return { hooks: [], strays: [] }
  const names = files
    .readDirectory(folder)
    .map((entry) => entry.name)
    .filter((name) => files.stat(`${folder}/${name}`)?.kind === "file")
  const { scripts, strays } = classifyHookFiles(names)
  const hooks = HOOK_FILES.flatMap((file): DiscoveredHook[] => {
    const fileName = scripts.get(file)
    if (fileName === undefined) return []
    return [{ file, event: eventOfFile(file), preset: presetOf(file), template: `${folder}/${fileName}` }]
  })
  return { hooks, strays }
}

/**
 * Which file is the script of which hook: names match exactly once the last extension is removed. Of two files for one
 * hook the one without extension wins, then the first in byte order.
 */
export function classifyHookFiles(fileNames: readonly string[]): Readonly<{
  scripts: ReadonlyMap<HookFile, string>
  strays: readonly StrayHookFile[]
}> {
  const scripts = new Map<HookFile, string>()
  const strays: StrayHookFile[] = []
  const plainFirst = [...fileNames].sort((a, b) => Number(a.includes(".")) - Number(b.includes(".")))
  for (const fileName of plainFirst) {
    const hook = hookNamed(fileName.replace(/\.[^.]*$/, ""))
    if (fileName.startsWith(".") || fileName === OPTIONS_FILE) continue
    if (fileName.endsWith(".ps1")) strays.push({ tag: "unsupported", fileName })
    else if (hook === undefined) strays.push(unknown(fileName))
    else if (scripts.has(hook)) strays.push({ tag: "doubled", fileName, hook })
    else scripts.set(hook, fileName)
  }
  return { scripts, strays }
}

/** One line about a file that is no hook. */
export function describeStray(stray: StrayHookFile): string {
  switch (stray.tag) {
    case "unknown": {
      const meant = stray.nearest === undefined ? "" : `; did you mean '${stray.nearest}'?`
      return `hooks/${stray.fileName} is not a lifecycle hook and never runs${meant}`
    }
    case "doubled":
      return `hooks/${stray.fileName} is left out: another file is the hook '${stray.hook}' already`
    case "unsupported":
      return `hooks/${stray.fileName} is left out: PowerShell hooks run on Windows only`
  }
}

function hookNamed(name: string): HookFile | undefined {
  return HOOK_FILES.find((file) => file === name)
}

function unknown(fileName: string): StrayHookFile {
  const close = nearest(fileName.replace(/\.[^.]*$/, ""), HOOK_FILES)
  return close === undefined ? { tag: "unknown", fileName } : { tag: "unknown", fileName, nearest: close }
}

/** A file whose name is an alias brings the alias's options. */
function presetOf(file: HookFile): HookPreset {
  return Object.entries(ALIASES).find(([name]) => name === file)?.[1].preset ?? {}
}

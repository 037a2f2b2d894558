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

/** Options of package hooks; not a hook itself. */
export const OPTIONS_FILE = "hooks.toml"

/**
 * The hooks in `<directory>/hooks`: of an installed package, a plan, or the folder given by `config_from`; in the order of
 * the event table, within an event in the order they run. Other files are passed over: `hab plan check` warns of them.
 */
export function discoverHooks(
  { files }: Readonly<{ files: Pick<FileSystem, "readDirectory" | "stat"> }>,
  directory: string,
): readonly DiscoveredHook[] {
  const folder = `${directory}/hooks`
  if (files.stat(folder)?.kind !== "directory") return []
  const names = files
    .readDirectory(folder)
    .map((entry) => entry.name)
    .filter((name) => files.stat(`${folder}/${name}`)?.kind === "file")
  const scripts = hookScripts(names)
  return HOOK_FILES.flatMap((file): DiscoveredHook[] => {
    const fileName = scripts.get(file)
    if (fileName === undefined) return []
    return [{ file, event: eventOfFile(file), preset: presetOf(file), template: `${folder}/${fileName}` }]
  })
}

/**
 * Which file is the script of which hook: names match exactly once the last extension is removed. Of two files for one
 * hook the one without extension wins, then the first in byte order. PowerShell is for Windows only (decisions 1, 2).
 */
function hookScripts(fileNames: readonly string[]): ReadonlyMap<HookFile, string> {
  const scripts = new Map<HookFile, string>()
  const plainFirst = [...fileNames].sort((a, b) => Number(a.includes(".")) - Number(b.includes(".")))
  for (const fileName of plainFirst) {
    if (fileName.startsWith(".") || fileName.endsWith(".ps1") || fileName === OPTIONS_FILE) continue
    const hook = hookNamed(fileName.replace(/\.[^.]*$/, ""))
    if (hook !== undefined && !scripts.has(hook)) scripts.set(hook, fileName)
  }
  return scripts
}

function hookNamed(name: string): HookFile | undefined {
  return HOOK_FILES.find((file) => file === name)
}

/** A file whose name is an alias brings the alias's options. */
function presetOf(file: HookFile): HookPreset {
  return Object.entries(ALIASES).find(([name]) => name === file)?.[1].preset ?? {}
}

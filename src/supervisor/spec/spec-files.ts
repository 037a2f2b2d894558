import { describeFailure, HabError } from "../../base/errors.ts"
import { type Layout, supervisorPaths } from "../../base/layout.ts"
import type { FileSystem } from "../../ports/file-system.ts"
import { REPAIR, type ServiceSpec } from "./spec.ts"
import { specFromTexts, specTexts } from "./spec-texts.ts"

export type SpecContext = Readonly<{
  files: FileSystem
  layout: Layout
  env: Readonly<Record<string, string>>
}>

export type SpecFiles = Readonly<{
  specs: ReadonlyMap<string, ServiceSpec>
  /** Files that could not be used; the rest is loaded all the same (spec supervisor §1.1). */
  skipped: readonly SkippedSpec[]
}>

/** `name`: of the service the file is named after. */
export type SkippedSpec = Readonly<{ name: string; path: string; reason: string }>

/** Every spec on disk by service name. A broken file is reported and skipped, never fatal. */
export function readSpecs(context: SpecContext): SpecFiles {
  const directory = supervisorPaths(context.layout).specs
  const specs = new Map<string, ServiceSpec>()
  const skipped: SkippedSpec[] = []
  if (context.files.stat(directory) === undefined) return { specs, skipped }
  for (const { name } of context.files.readDirectory(directory)) {
    if (!name.endsWith(".spec")) continue
    const stem = name.slice(0, -".spec".length)
    try {
      specs.set(stem, readSpec(context, stem))
    } catch (error) {
      skipped.push({ name: stem, path: `${directory}/${name}`, reason: describeFailure(error) })
    }
  }
  return { specs, skipped }
}

/** The spec of one service, or undefined when it is not loaded. Throws SPEC_INVALID for a broken file. */
export function findSpec(context: SpecContext, name: string): ServiceSpec | undefined {
  return hasSpec(context, name) ? readSpec(context, name) : undefined
}

/** Whether a service is loaded, be its spec one that can be understood or not. */
export function hasSpec({ files, layout }: Pick<SpecContext, "files" | "layout">, name: string): boolean {
  return files.stat(`${supervisorPaths(layout).specs}/${name}.spec`) !== undefined
}

/** Writes the spec, and our own keys beside it when they differ from their defaults. Each file whole or not at all. */
export function writeSpec(context: SpecContext, spec: ServiceSpec): void {
  const directory = supervisorPaths(context.layout).specs
  const own = `${directory}/${spec.ident.name}.hab.toml`
  const texts = specTexts(spec)
  context.files.makeDirectories(directory)
  if (texts.own !== undefined) context.files.writeAtomically(own, texts.own)
  else if (context.files.lstat(own) !== undefined) context.files.removeFile(own)
  context.files.writeAtomically(`${directory}/${spec.ident.name}.spec`, texts.spec)
}

/**
 * Returns how to bring the spec of a service back to what it is now, but for whether it is wanted up or down, and unless it
 * was unloaded meanwhile. Throws SPEC_INVALID for a broken file.
 */
export function keepingSpec(context: SpecContext, name: string): () => void {
  const old = findSpec(context, name)
  if (old === undefined) return () => void removeSpec(context, name)
  return () => {
    const now = findSpec(context, name)
    if (now !== undefined) writeSpec(context, { ...old, desiredState: now.desiredState })
  }
}

/** Removes a service's spec: it is then unloaded. False when there was none. */
export function removeSpec({ files, layout }: Pick<SpecContext, "files" | "layout">, name: string): boolean {
  const directory = supervisorPaths(layout).specs
  const present = [`${directory}/${name}.spec`, `${directory}/${name}.hab.toml`].filter((path) => files.lstat(path))
  for (const path of present) files.removeFile(path)
  return present.length > 0
}

function readSpec({ files, layout, env }: SpecContext, name: string): ServiceSpec {
  const directory = supervisorPaths(layout).specs
  const path = `${directory}/${name}.spec`
  const ownPath = `${directory}/${name}.hab.toml`
  const ownText = files.readTextIfPresent(ownPath)
  const texts = { spec: files.readText(path), ...(ownText === undefined ? {} : { own: ownText }) }
  const spec = specFromTexts(texts, { where: path, ownWhere: ownPath, env })
  if (spec.ident.name !== name) {
    throw new HabError(
      "SPEC_INVALID",
      `${path} is about ${spec.ident.name}; it must be named ${spec.ident.name}.spec`,
      {
        hint: REPAIR,
      },
    )
  }
  return spec
}

import { HabError, type Problem } from "../base/errors.ts"
import { explainIo } from "../base/explain-io.ts"
import { readFields } from "../config/field-reader.ts"
import { readLimits, type ServiceLimits } from "../config/limits.ts"
import { parseToml, toPlain } from "../config/toml.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { canonicalEvent } from "./aliases.ts"
import type { DeclaredIn, HookDeclaration, HookOptions } from "./declaration.ts"
import { linesOf } from "./declared-lines.ts"
import type { EventName, SubjectKind } from "./events.ts"
import { OPTION_KEYS, readHookOptions } from "./hook-options.ts"
import { readDeclarations } from "./read-declarations.ts"

/** What a hooks.toml says: hooks, and other options for the scripts of a package's events. */
export type HooksFile = Readonly<{
  hooks: readonly HookDeclaration[]
  options: ReadonlyMap<EventName, HookOptions>
  /** What the operator allows the process of the service; in an overlay only. */
  limits: ServiceLimits
}>

export const NO_HOOKS_FILE: HooksFile = { hooks: [], options: new Map(), limits: {} }

/**
 * Reads a hooks.toml: `[[hooks.<event>]]`, `[hook_options.<event>]` and, in the operator's overlay, `[limits]`. Nothing
 * where there is no file. `folder` is where relative paths start. Throws TOML_INVALID, IO, and HOOKS_INVALID with everything that is wrong.
 */
export function readHooksFile(
  { files }: Readonly<{ files: Pick<FileSystem, "readTextIfPresent"> }>,
  file: string,
  source: Readonly<{ declaredIn: DeclaredIn; subject: SubjectKind; folder: string }>,
): HooksFile {
  const text = explainIo(`${file} cannot be read`, () => files.readTextIfPresent(file))
  if (text === undefined) return NO_HOOKS_FILE
  const problems: Problem[] = []
  const placeOf = linesOf(text, file)
  const root = readFields(toPlain(parseToml(text, file)) as Record<string, unknown>, placeOf, problems)
  const isOverlay = source.declaredIn === "overlay"
  root.onlyKnown(["hooks", "hook_options", ...(isOverlay ? ["limits"] : [])])
  const hooks = readDeclarations(root.raw("hooks"), { ...source, placeOf }, problems)
  const options = new Map<EventName, HookOptions>()
  for (const [name, table] of root.tables("hook_options")) {
    const found = canonicalEvent(name)
    table.onlyKnown(OPTION_KEYS)
    if (found.tag === "event") options.set(found.event, readHookOptions(table))
    else problems.push({ where: placeOf([name]), message: `hook_options: there is no hook '${name}'` })
  }
  const limits = isOverlay ? readLimits(root) : {}
  if (problems.length > 0) throw hooksInvalid(file, problems)
  return { hooks, options, limits }
}

/** One failure for everything that is wrong with declared hooks. */
export function hooksInvalid(where: string, problems: readonly Problem[]): HabError {
  return new HabError("HOOKS_INVALID", `the hooks in ${where} cannot be used`, {
    problems,
    hint: "docs/reference/hooks.md lists events and options",
  })
}

import { HabError } from "../base/errors.ts"
import { OPTIONS_FILE } from "../hooks/discover.ts"
import { HOOK_FILES } from "../hooks/events.ts"
import { satisfies, tryParseIdent } from "../package/ident.ts"
import type { Checked, Mistake } from "./check.ts"
import { hookSources, meantHook } from "./hook-files.ts"
import { EXCLUDED_BY_DEFAULT, excluding } from "./service-files.ts"

/** What is looked for in hooks/. */
export const HOOK_CHECKS: readonly ((checked: Checked) => readonly Mistake[])[] = [hookMistakes]

type Hook = Readonly<{ file: string; hook: string; text: string }>

function hookMistakes(checked: Checked): Mistake[] {
  const { files, directory } = checked
  try {
    const { hooks } = hookSources({ files }, directory, excluding(EXCLUDED_BY_DEFAULT))
    const scripts = hooks.filter(({ hook }) => hook !== OPTIONS_FILE)
    const read = scripts.map((source) => ({ ...source, text: files.readText(`${directory}/hooks/${source.file}`) }))
    return [...read.flatMap((hook) => mistakesOf(checked, hook)), ...runTwice(checked, read)]
  } catch (error) {
    if (!(error instanceof HabError) || error.code !== "PLAN_HOOKS_INVALID") throw error
    return error.problems.map(({ message }) => ({
      severity: "error",
      path: "hooks",
      line: 1,
      column: 1,
      message,
      ...hintOf(error.hint),
    }))
  }
}

function mistakesOf(checked: Checked, hook: Hook): Mistake[] {
  return [unknownName(hook), carriageReturn(hook), shebang(checked, hook)].filter((found) => found !== undefined)
}

function at({ file }: Hook, line: number, column: number) {
  return { path: `hooks/${file}`, line, column }
}

function hintOf(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint }
}

function unknownName(hook: Hook): Mistake | undefined {
  if (HOOK_FILES.some((known) => known === hook.hook)) return undefined
  const message = `'${hook.hook}' is not the name of a hook: it will never run`
  return { severity: "warning", ...at(hook, 1, 1), message, hint: meantHook(hook.hook) }
}

function carriageReturn(hook: Hook): Mistake | undefined {
  const index = hook.text.split("\n").findIndex((line) => line.includes("\r"))
  if (index < 0) return undefined
  const hint = `convert it: sed -i 's/\\r$//' hooks/${hook.file}`
  return { severity: "error", ...at(hook, index + 1, 1), message: "has Windows line endings", hint }
}

/** The kernel runs a hook by its first line. */
function shebang(checked: Checked, hook: Hook): Mistake | undefined {
  const [line = ""] = hook.text.split(/\r?\n/)
  const found = /^#!\s*(.*)$/.exec(line)?.[1]
  if (found === undefined) {
    const message = "has no '#!' line: which program runs it is left to chance"
    return { severity: "warning", ...at(hook, 1, 1), message, hint: "begin it with: #!/bin/sh" }
  }
  const package_ = interpreterPackage(found)
  if (package_ !== undefined) return interpreterDependency(checked, hook, package_)
  if (found.startsWith("/") || found.startsWith("{{")) return undefined
  const message = `'${found}' is not the path of a program`
  return { severity: "warning", ...at(hook, 1, 3), message, hint: "the path must be absolute: #!/bin/sh" }
}

/** The package a first line names: by the helper pkgPathFor, or by a path below /hab/pkgs. */
function interpreterPackage(line: string): string | undefined {
  const helper = /^\{\{~?\s*pkgPathFor\s+["']([^"']*)["']\s*~?\}\}/.exec(line)?.[1]
  return helper ?? /^\/hab\/pkgs\/([^/]+\/[^/]+)\//.exec(line)?.[1]
}

function interpreterDependency({ plan }: Checked, hook: Hook, wanted: string): Mistake | undefined {
  const ident = tryParseIdent(wanted)
  const dependencies = plan.values.pkg_deps.flatMap((text) => tryParseIdent(text) ?? [])
  const declared = dependencies.some((dependency) => ident !== undefined && satisfies(dependency, ident))
  if (declared || ident === undefined) return undefined
  const own = ident.origin === plan.values.pkg_origin && ident.name === plan.values.pkg_name
  if (own) return undefined
  const message = `its '#!' line needs ${wanted}, which is not in pkg_deps`
  return { severity: "warning", ...at(hook, 1, 3), message, hint: `add ${wanted} to pkg_deps` }
}

function runTwice({ plan }: Checked, hooks: readonly Hook[]): Mistake[] {
  const run = hooks.find(({ hook }) => hook === "run")
  if (run === undefined || plan.values.pkg_svc_run === "") return []
  const message = "pkg_svc_run is not used: this hook runs the service"
  return [{ severity: "warning", ...at(run, 1, 1), message, hint: "remove one of the two" }]
}

import { chmodSync } from "node:fs"
import type { Hab } from "./hab.ts"

export type TestPlan = Readonly<{
  name: string
  origin?: string
  version?: string
  /** Hooks by file name. A body without a shebang is a bash script. */
  hooks?: Readonly<Record<string, string>>
  config?: Readonly<Record<string, string>>
  configInstall?: Readonly<Record<string, string>>
  /** default.toml */
  toml?: string
  deps?: readonly string[]
  /** More lines of plan.sh. */
  more?: string
}>

/** A service that runs until it is told to end. `exec`: the pid of the hook is the pid of the service. */
export const RUNS_ON = 'exec 2>&1\necho "{{pkg.name}} runs as $$"\nexec sleep 1000'

/** A line in the journal of the service: which hooks ran, in which order. */
export function noteHook(name: string): string {
  return `echo ${name} >>{{pkg.svc_data_path}}/journal`
}

/** The lines of that journal. */
export function journalOf(hab: Hab, name: string): string[] {
  const text = hab.readIfPresent(`hab/svc/${name}/data/journal`) ?? ""
  return text.split("\n").filter((line) => line !== "")
}

/** Writes a plan folder and returns its path. */
export function writePlan(hab: Hab, plan: TestPlan): string {
  const { name, origin = "acme", version = "1.0.0", hooks = {}, config = {}, configInstall = {}, deps = [] } = plan
  const folder = `plans/${name}-${version}`
  const lines = [
    `pkg_origin=${origin}`,
    `pkg_name=${name}`,
    `pkg_version=${version}`,
    `pkg_deps=(${deps.join(" ")})`,
    "do_build() { return 0; }",
    "do_install() { return 0; }",
    plan.more ?? "",
  ]
  hab.write(`${folder}/plan.sh`, `${lines.join("\n")}\n`)
  for (const [file, body] of Object.entries(hooks)) {
    hab.write(`${folder}/hooks/${file}`, body.startsWith("#!") ? body : `#!/bin/bash\n${body}\n`)
    chmodSync(hab.path(`${folder}/hooks/${file}`), 0o755)
  }
  for (const [file, text] of Object.entries(config)) hab.write(`${folder}/config/${file}`, text)
  for (const [file, text] of Object.entries(configInstall)) hab.write(`${folder}/config_install/${file}`, text)
  if (plan.toml !== undefined) hab.write(`${folder}/default.toml`, plan.toml)
  return hab.path(folder)
}

/** Builds the plan; returns the path of the artifact. Makes the origin's key when there is none. */
export function buildPlan(hab: Hab, plan: TestPlan): string {
  const { origin = "acme" } = plan
  const keys = hab.list("hab/cache/keys")
  if (!keys.some((key) => key.startsWith(`${origin}-`))) hab.does("origin", "key", "generate", origin)
  return hab.does("pkg", "build", writePlan(hab, plan))
}

/** Builds and installs the plan; returns the exact release. */
export function installPlan(hab: Hab, plan: TestPlan, ...options: string[]): string {
  const said = hab.does("pkg", "install", buildPlan(hab, plan), ...options)
  const ident = /Install of (\S+) complete/.exec(said)?.[1]
  if (ident === undefined) throw new Error(`hab pkg install did not name what it installed: ${said}`)
  return ident
}

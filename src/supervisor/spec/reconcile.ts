import { stringifyIdent } from "../../package/ident.ts"
import { printSpec } from "./print.ts"
import { printOwnSpec } from "./print-own.ts"
import type { OwnSpec, ServiceSpec } from "./spec.ts"

/** What has to be done so that what runs is what the spec files want (spec supervisor §1.2). */
export type Operation =
  | { readonly tag: "stop"; readonly name: string; readonly because: "unloaded" | "stopped" | "replaced" }
  | { readonly tag: "start"; readonly name: string; readonly spec: ServiceSpec }
  | { readonly tag: "restart"; readonly name: string; readonly spec: ServiceSpec }
  /** Takes the new values without touching the process. */
  | { readonly tag: "update"; readonly name: string; readonly spec: ServiceSpec }
  /** Loaded and wanted down: listed, not started. */
  | { readonly tag: "hold"; readonly name: string; readonly spec: ServiceSpec }

/**
 * Compares the specs that are in force with those on disk, both by service name. Pure; a stop comes before the start
 * that replaces it.
 */
export function reconcile(
  running: ReadonlyMap<string, ServiceSpec>,
  wanted: ReadonlyMap<string, ServiceSpec>,
): Operation[] {
  const gone = [...running.keys()]
    .filter((name) => !wanted.has(name))
    .map((name): Operation => ({ tag: "stop", name, because: "unloaded" }))
  const others = [...wanted].flatMap(([name, spec]) => compare(name, running.get(name), spec))
  return [...gone, ...others]
}

function compare(name: string, old: ServiceSpec | undefined, spec: ServiceSpec): Operation[] {
  if (old === undefined) return [{ tag: spec.desiredState === "up" ? "start" : "hold", name, spec }]
  if (sameSpec(old, spec)) return []
  if (spec.desiredState === "down") {
    return old.desiredState === "up" ? [{ tag: "stop", name, because: "stopped" }] : [{ tag: "hold", name, spec }]
  }
  if (old.desiredState === "down") return [{ tag: "start", name, spec }]
  if (stringifyIdent(old.ident) !== stringifyIdent(spec.ident)) {
    return [
      { tag: "stop", name, because: "replaced" },
      { tag: "start", name, spec },
    ]
  }
  return [{ tag: needsRestart(old, spec) ? "restart" : "update", name, spec }]
}

/** True when two specs want the same in every field. */
export function sameSpec(a: ServiceSpec, b: ServiceSpec): boolean {
  return printSpec(a) === printSpec(b) && printOwnSpec(a.own) === printOwnSpec(b.own)
}

/**
 * Fields the running process does not depend on are compared away; a new field restarts unless it is named here. Hooks,
 * policies and what it depends on are in force from the next moment on (decisions 32).
 */
function needsRestart(old: ServiceSpec, spec: ServiceSpec): boolean {
  const { bldrUrl, channel, updateStrategy, updateCondition, own } = spec
  const ignored = { bldrUrl, channel, updateStrategy, updateCondition, own }
  const processOf = ({ limits, command, folder }: OwnSpec) =>
    JSON.stringify(command === undefined ? [limits] : [limits, command, folder])
  return !sameSpec({ ...old, ...ignored }, spec) || processOf(old.own) !== processOf(spec.own)
}

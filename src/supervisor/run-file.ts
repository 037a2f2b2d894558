import { Buffer } from "node:buffer"
import { HabError } from "../base/errors.ts"
import { type Layout, servicePaths } from "../base/layout.ts"
import { HOOK_MODE, renderedHook } from "../hooks/compile.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { compareFile, type Owner, replaceFile } from "../templating/replace-file.ts"

/**
 * Copies what the service executes to `svc/<name>/run`: the rendered run hook, or without one the package's `run` file,
 * whose host path is `packageRun`. Throws RUN_FILE_MISSING.
 */
export function refreshRunFile(
  { files, layout }: Readonly<{ files: FileSystem; layout: Layout }>,
  request: Readonly<{ service: string; hasRunHook: boolean; packageRun: string; owner?: Owner }>,
): "changed" | "unchanged" {
  const { service, owner } = request
  const from = request.hasRunHook ? renderedHook(layout, service, "run").host : request.packageRun
  const text = files.readTextIfPresent(from)
  if (text === undefined) {
    throw new HabError("RUN_FILE_MISSING", `Error finding run file of ${service}: there is no ${from}`, {
      hint: "a service needs a hooks/run file that renders, or pkg_svc_run in its plan",
    })
  }
  const to = servicePaths(layout, service).run
  const bytes = Buffer.from(text)
  const change = compareFile({ files }, to, { bytes, mode: HOOK_MODE })
  if (change === "unchanged") return change
  replaceFile({ files }, to, { bytes, mode: HOOK_MODE, owner })
  return change === "too-open" ? "unchanged" : "changed"
}

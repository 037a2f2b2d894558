import { innerPath, type Layout, servicePaths } from "../base/layout.ts"
import type { GroupCommand } from "../ports/process-group.ts"
import type { Credentials } from "./credentials.ts"
import type { HookFile } from "./events.ts"
import { type EventRecord, recordEnvironment } from "./record.ts"

/** Where a rendered hook is: as we open it, and as its process sees it (decisions J). */
export function renderedHook(
  layout: Layout,
  service: string,
  file: HookFile,
): Readonly<{ host: string; inner: string }> {
  const host = `${servicePaths(layout, service).hooks}/${file}`
  return { host, inner: innerPath(layout, host) }
}

/**
 * The command of a rendered hook: the script itself, in its package's environment and what this event adds. Its label is
 * `<speaker>.<hook>`; whoever prints what it says reads both from it.
 */
export function scriptCommand(
  layout: Layout,
  script: Readonly<{
    service: string
    file: HookFile
    /** Who is printed in front of its output: `redis.default`, or the package's name. */
    speaker: string
    /** Of this attempt alone: `<run>/<n>`. */
    runId: string
    env: Readonly<Record<string, string>>
    record: EventRecord
    credentials: Pick<Credentials, "runAs">
    cwd?: string
  }>,
): GroupCommand {
  return {
    label: `${script.speaker}.${script.file}`,
    runId: script.runId,
    argv: [renderedHook(layout, script.service, script.file).inner],
    env: { ...script.env, ...recordEnvironment(script.record) },
    ...(script.credentials.runAs === undefined ? {} : { user: script.credentials.runAs }),
    ...(script.cwd === undefined ? {} : { cwd: script.cwd }),
  }
}

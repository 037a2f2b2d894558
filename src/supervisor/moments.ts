import type { Layout } from "../base/layout.ts"
import type { DiscoveredHook } from "../hooks/discover.ts"
import { eventRow } from "../hooks/events.ts"
import type { Reason as HookReason } from "../hooks/reasons.ts"
import type { EventRecord } from "../hooks/record.ts"
import type { PlannedHook } from "../hooks/runner.ts"
import { renderedHook, scriptCommand } from "../hooks/script-command.ts"
import { stringifyIdent } from "../package/ident.ts"
import type { Release } from "./release.ts"
import type { Moment } from "./service/settings.ts"
import type { Supervised } from "./supervised.ts"

/** The package's scripts of a moment, ready to run in their order. */
export function plannedHooks(
  layout: Layout,
  held: Supervised,
  release: Release,
  { moment, reason }: Readonly<{ moment: Exclude<Moment, "install"> | "health-check"; reason: HookReason }>,
): PlannedHook[] {
  return release.hooks
    .filter((hook) => hook.event === moment)
    .map((hook) => plan(layout, held, release, { hook, reason }))
}

function plan(
  layout: Layout,
  held: Supervised,
  release: Release,
  { hook, reason }: Readonly<{ hook: DiscoveredHook; reason: HookReason }>,
): PlannedHook {
  const row = eventRow(hook.event)
  const identity = { event: hook.event, name: hook.file, path: renderedHook(layout, held.name, hook.file).inner }
  return {
    hook: identity,
    command: (attempt) =>
      scriptCommand(layout, {
        service: held.name,
        file: hook.file,
        speaker: held.group,
        runId: `${held.runId}/${++held.commands}`,
        env: release.env,
        record: recordOf(held, release, { event: hook.event, reason, attempt }),
        credentials: release.credentials,
      }),
    timeoutMs: row.timeoutMs,
    ignoreErrors: row.ignoreErrors ?? false,
    ...(hook.preset.retry === undefined ? {} : { retry: hook.preset.retry }),
  }
}

function recordOf(
  { name, group, service }: Supervised,
  release: Release,
  what: Readonly<{ event: EventRecord["event"]; reason: HookReason; attempt: number }>,
): EventRecord {
  const { lastExit, life, restarts } = service
  return {
    ...what,
    subject: { kind: "service", name, ident: stringifyIdent(release.ident), group },
    ...(life.pid === undefined ? {} : { pid: life.pid }),
    ...(lastExit?.tag === "exited" ? { exit: { code: lastExit.code } } : {}),
    ...(lastExit?.tag === "signaled" ? { exit: { signal: lastExit.signal } } : {}),
    restarts,
  }
}

import { messageOf } from "../../base/errors.ts"
import { splitLines } from "../../base/lines.ts"
import { operatorEnvironment } from "../../base/operator-environment.ts"
import type { Report } from "../../base/progress.ts"
import type { FromModuleHost, StartModule } from "../../hooks/modules.ts"
import type { OwnedGroup, RunGroups } from "../../ports/process-group.ts"

type Context = Readonly<{
  groups: () => Promise<RunGroups>
  newRunId: () => string
  /** Node, and the program that hosts a module. */
  argv: readonly [string, string]
  env: Readonly<Record<string, string>>
  report: Report
}>

/** Starts hosts of modules as processes of this command. No service is ours: there are no streams to hand over. */
export function moduleStarter({ groups, newRunId, argv, env, report }: Context): StartModule {
  return (file, on) => {
    const print = (stream: "stdout" | "stderr") =>
      splitLines((line) => report({ tag: "output", source: `module ${file}`, stream, line }))
    const lines = { stdout: print("stdout"), stderr: print("stderr") }
    const start = async (): Promise<OwnedGroup> => {
      const runId = newRunId()
      const command = { label: `module-${runId}`, runId, argv: [...argv, file] as const, env: operatorEnvironment(env) }
      return (await groups()).start({ ...command, channel: true, enclosed: false }, (stream, bytes) =>
        lines[stream].push(bytes),
      )
    }
    const starting = start()
    const started = starting.then(
      (group) => {
        group.channel?.onMessage((message) => on.message(message as FromModuleHost))
        void group.exited.then(on.ended)
      },
      (error: unknown) => on.ended({ tag: "not-started", cause: messageOf(error) }),
    )
    const tell = (act: (group: OwnedGroup) => void) => void starting.then(act, () => undefined)
    return {
      started,
      send: (message) => tell((group) => group.channel?.send(message)),
      kill: () => tell((group) => group.signal("SIGKILL")),
      follow: () => undefined,
      write: () => undefined,
    }
  }
}

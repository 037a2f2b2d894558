import { HabError } from "../../base/errors.ts"
import { exitCodeOf } from "../../base/exit-status.ts"
import { innerPath, supervisorPaths } from "../../base/layout.ts"
import { loadedSpec } from "../../supervisor/control/loaded-specs.ts"
import type { ServiceSurroundings } from "../../supervisor/gateway/service-surroundings.ts"
import { SHIM_DIRECTORY } from "../../supervisor/launcher/chpst.ts"
import { openRelease } from "../../supervisor/release.ts"
import { surroundingsIn } from "../../supervisor/surroundings.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { askIfRunning, operationContext } from "../operations.ts"

/** `hab svc exec`: a command as the service itself would run it. Exits with its code; 128 + n for a signal. */
export const execCommand = defineCommand({
  name: "exec",
  summary: "Run a command in the environment of a service, as its user, seeing /hab as it does",
  arguments: "<service> <command...>",
  examples: ["hab svc exec acme/web -- env", "hab svc exec web -- sh -c 'ls -l /hab/svc/web/data'"],
  options: {},
  passesThrough: true,
  async run({ args: [text = "", ...words] }, context) {
    const [program = "", ...others] = words
    const { ident, env, user } = await surroundings(context, text)
    const term = context.host.env["TERM"]
    const { enclosure, layout } = context.workplace()
    const status = await context.host.foreground.run(
      { root: enclosure.enclosed ? layout.root : "/", hab: layout.hab },
      {
        argv: [program, ...others],
        env: term === undefined ? env : { TERM: term, ...env },
        ...(user === undefined ? {} : { user }),
      },
    )
    if (status.tag !== "not-started") return { exitCode: exitCodeOf(status) }
    throw new HabError("COMMAND_NOT_STARTED", `${program} cannot be started for ${ident}: ${status.cause}`, {
      hint: "`hab svc exec SERVICE -- env` shows the PATH of the service",
      exitCode: exitCodeOf(status),
    })
  },
})

/** As the supervisor runs it; without one, as the next one would. */
async function surroundings(context: CommandContext, text: string): Promise<ServiceSurroundings> {
  const path = `/services/${encodeURIComponent(text)}/surroundings`
  const told = await askIfRunning<ServiceSurroundings>(context, { method: "GET", path })
  if (told !== undefined) return told
  const operations = operationContext(context)
  const { layout } = context.workplace()
  const { users } = context.host
  const toolsDirectory = innerPath(layout, `${supervisorPaths(layout).state}/${SHIM_DIRECTORY}`)
  return surroundingsIn(openRelease({ ...operations, layout, users, toolsDirectory }, loadedSpec(operations, text)))
}

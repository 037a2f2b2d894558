import { HabError } from "../../base/errors.ts"
import { exitCodeOf } from "../../base/exit-status.ts"
import { operatorEnvironment } from "../../base/operator-environment.ts"
import { interpreterPath } from "../../package/service-environment.ts"
import { type Command, type CommandContext, defineCommand } from "../command.ts"
import { openStore } from "../installed.ts"

/** `hab sup bash` (spec supervisor §1.8). */
export const bashCommand = shellCommand("bash", "bashlike")

/** `hab sup sh` (spec supervisor §1.8). */
export const shCommand = shellCommand("sh", "bourne")

function shellCommand(program: string, kind: string): Command {
  return defineCommand({
    name: program,
    summary: `Start ${program} as hooks see the machine: /hab in its place, the interpreter package on PATH`,
    examples: [`hab sup ${program}`],
    options: {},
    async run(_, context) {
      context.report({ tag: "note", text: `Starting your ${kind} shell; enjoy!` })
      return { exitCode: await runShell(context, program) }
    },
  })
}

async function runShell(context: CommandContext, program: string): Promise<number> {
  const { host } = context
  const { enclosure, layout } = context.workplace()
  const store = openStore({ host, layout })
  const env = operatorEnvironment(host.env)
  const path = [...interpreterPath({ files: host.files, store, env }), env["PATH"] ?? ""].join(":")
  const status = await host.foreground.run(
    { root: enclosure.enclosed ? layout.root : "/", hab: layout.hab },
    { argv: [program], env: { ...env, PATH: path } },
  )
  if (status.tag !== "not-started") return exitCodeOf(status)
  throw new HabError("COMMAND_NOT_STARTED", `${program} cannot be started: ${status.cause}`, {
    hint: `install ${program}, or put it on PATH`,
  })
}

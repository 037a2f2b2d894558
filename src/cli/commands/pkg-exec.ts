import { HabError } from "../../base/errors.ts"
import { exitCodeOf } from "../../base/exit-status.ts"
import { packageEnvironment } from "../../package/environment.ts"
import { parseIdent, stringifyIdent } from "../../package/ident.ts"
import { findProgram, statInner } from "../../package/programs.ts"
import { type CommandContext, defineCommand, type Workplace } from "../command.ts"
import { openStore } from "../installed.ts"

/** `hab pkg exec`: a command in the environment of a package. Exits with its code; 128 + n for a signal. */
export const execCommand = defineCommand({
  name: "exec",
  summary: "Run a command in the environment of an installed package, seeing /hab as packages do",
  arguments: "<ident> <command...>",
  examples: ["hab pkg exec acme/web nginx -V", "hab pkg exec core/openssl -- sh -c 'openssl version'"],
  options: {},
  passesThrough: true,
  async run({ args: [text = "", program = "", ...others] }, context) {
    const { host } = context
    const workplace = context.workplace()
    const { layout, enclosure } = workplace
    const store = openStore({ host, layout })
    const pkg = store.load(parseIdent(text))
    const env = environment(host.env, packageEnvironment(host, store, pkg, host.env))
    const command = locate(context, workplace, program, env["PATH"] ?? "")
    if (command === undefined) {
      throw new HabError("PROGRAM_NOT_FOUND", `'${program}' is neither in ${stringifyIdent(pkg.ident)} nor on PATH`, {
        hint: `hab pkg env ${stringifyIdent(pkg.ident)} shows where the package looks`,
      })
    }
    const place = { root: enclosure.enclosed ? layout.root || "/" : "/", hab: layout.hab }
    const status = await host.foreground.run(place, { argv: [command, ...others], env })
    if (status.tag !== "not-started") return { exitCode: exitCodeOf(status) }
    throw new HabError("PROGRAM_NOT_FOUND", `${command} cannot be started: ${status.cause}`, {
      hint: `hab pkg env ${text} shows the PATH it is looked for on`,
    })
  },
})

type Environment = Readonly<Record<string, string>>

/** Ours, without what `bin/hab` noted there, and over it the package's; its PATH comes before ours. */
function environment({ HAB_SOFT_OPEN_FILES: _, ...own }: Environment, packages: Environment): Environment {
  const merged = { ...own, ...packages }
  const path = [packages["PATH"], own["PATH"]].filter((part) => part !== undefined && part !== "")
  return path.length === 0 ? merged : { ...merged, PATH: path.join(":") }
}

/** The program's path as the command will see it: a word with a slash is one already. */
function locate({ host }: CommandContext, { layout }: Workplace, program: string, path: string): string | undefined {
  if (!program.includes("/")) return findProgram({ files: host.files, layout }, program, path.split(":"))
  const inner = program.startsWith("/") ? program : `${host.cwd}/${program}`
  return statInner({ files: host.files, layout }, inner)?.kind === "file" ? inner : undefined
}

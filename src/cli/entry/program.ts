import fs from "node:fs"
import path from "node:path"
import { NEVER } from "../../base/never.ts"
import { VERSION } from "../../base/version.ts"
import { systemCompanions } from "../../host/companion.ts"
import { systemEnclosure } from "../../host/enclosure.ts"
import { systemHost } from "../../host/host.ts"
import { systemSignals } from "../../host/signals.ts"
import type { ApplyResult, Supervisor as PublicSupervisor, SupervisorOptions } from "../../program/api.ts"
import { type ApplyTask, type ProgramMachine, ProgramSupervisor } from "../../program/supervisor.ts"
import { applyHere } from "../apply/apply-here.ts"
import { readDeclared, setOfFile } from "../apply/read-file.ts"
import type { CommandContext } from "../command.ts"
import { createContext } from "../main.ts"
import { createReporter, wantsColour } from "../reporter.ts"
import { systemTerminal } from "./terminal.ts"

/** What `new Supervisor()` gives. */
export type Supervisor = PublicSupervisor
export type * from "../../program/api.ts"
export { errorHook, hook } from "../../program/hook.ts"

type SupervisorClass = new (options?: SupervisorOptions) => PublicSupervisor

/** A supervisor run by this program, and what is applied to it. */
export const Supervisor: SupervisorClass = class extends ProgramSupervisor {
  constructor(options?: SupervisorOptions) {
    super(machine(), options)
  }
}

function machine(): ProgramMachine {
  const { clock } = systemHost()
  return {
    clock,
    signals: systemSignals,
    companions: systemCompanions,
    print: (line) => fs.writeSync(1, `${line}\n`),
    hab: path.join(__dirname, "../bin/hab"),
    envFor,
    apply,
  }
}

function envFor(root: string | undefined): Record<string, string> {
  const { env } = systemHost()
  return root === undefined ? { ...env } : { ...env, FS_ROOT: path.resolve(root) }
}

async function apply({ root, declaration, destroys, options }: ApplyTask): Promise<ApplyResult> {
  const file = process.argv[1] ?? path.join(process.cwd(), "program")
  const wanted = readDeclared(declaration, file)
  const { dryRun = false, continueOnError = false, signal = NEVER } = options
  return applyHere(
    contextFor(root),
    {
      set: wanted.set ?? setOfFile(file),
      wanted: destroys ? undefined : wanted,
      functions: wanted.functions,
      dryRun,
      continueOnError,
    },
    { signal },
  )
}

/** As of a command that nobody interrupts: signals are the program's. */
function contextFor(root: string | undefined): CommandContext {
  const host = { ...systemHost(), env: envFor(root) }
  const terminal = { ...systemTerminal(), onInterrupt: () => undefined }
  const colour = wantsColour(host.env, terminal.stderrIsTerminal)
  const invocation = {
    groups: [],
    words: [],
    host,
    terminal,
    enclosureOf: (at: string, hab: string) => systemEnclosure(at, hab, host.users.current),
    becomeLauncher() {
      throw new Error("a program has no launcher")
    },
    programDirectory: __dirname,
    nodeProgram: process.execPath,
    version: VERSION,
  }
  const report = createReporter({ write: (text) => void terminal.writeError(text), colour })
  const interrupted = new AbortController()
  return createContext(invocation, report, { interrupted: () => interrupted, remoteSup: undefined })
}

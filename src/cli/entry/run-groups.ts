import { VERSION } from "../../base/version.ts"
import { systemEnclosure } from "../../host/enclosure.ts"
import { systemHost } from "../../host/host.ts"
import type { CommandContext, CommandGroup } from "../command.ts"
import { main } from "../main.ts"
import { systemTerminal } from "./terminal.ts"

/** Runs one command line over the real machine and ends the process with its exit code. */
export function runGroups(
  groups: readonly CommandGroup[],
  words: readonly string[],
  becomeLauncher: CommandContext["becomeLauncher"] = noLauncher,
): void {
  const host = systemHost()
  main({
    groups,
    words,
    host,
    terminal: systemTerminal(),
    enclosureOf: (root, hab) => systemEnclosure(root, hab, host.users.current),
    becomeLauncher,
    programDirectory: __dirname,
    nodeProgram: process.execPath,
    version: VERSION,
  }).then((code) => process.exit(code))
}

/** Only the bundle of `hab sup` holds the launcher; every `hab sup` runs through that one. */
function noLauncher(): never {
  throw new Error("this bundle has no launcher")
}

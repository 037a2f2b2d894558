import { systemEnclosure } from "../../host/enclosure.ts"
import { systemHost } from "../../host/host.ts"
import type { CommandGroup } from "../command.ts"
import { main } from "../main.ts"
import { VERSION } from "../version.ts"
import { systemTerminal } from "./terminal.ts"

/** Runs one command line over the real machine and ends the process with its exit code. */
export function runGroups(groups: readonly CommandGroup[], words: readonly string[]): void {
  const host = systemHost()
  main({
    groups,
    words,
    host,
    terminal: systemTerminal(),
    enclosureOf: (root, hab) => systemEnclosure(root, hab, host.users.current),
    programDirectory: __dirname,
    version: VERSION,
  }).then((code) => process.exit(code))
}

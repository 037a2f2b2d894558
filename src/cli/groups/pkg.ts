import type { CommandGroup } from "../command.ts"
import { buildPackageCommand } from "../commands/pkg-build.ts"
import { hashCommand, headerCommand, infoCommand, verifyCommand } from "../commands/pkg-hart.ts"
import { installPackageCommand } from "../commands/pkg-install.ts"
import { listCommand, pathCommand } from "../commands/pkg-installed.ts"
import { uninstallPackageCommand } from "../commands/pkg-uninstall.ts"

/** `hab pkg …` (spec package §7.2). */
export const pkgCommands: CommandGroup = {
  name: "pkg",
  summary: "Build, install and look at packages",
  commands: [
    buildPackageCommand,
    installPackageCommand,
    uninstallPackageCommand,
    listCommand,
    pathCommand,
    infoCommand,
    headerCommand,
    hashCommand,
    verifyCommand,
  ],
}

import { type CommandGroup, inSection } from "../command.ts"
import { binlinkCommand } from "../commands/pkg-binlink.ts"
import { buildPackageCommand } from "../commands/pkg-build.ts"
import { bundleCommand } from "../commands/pkg-bundle.ts"
import { channelsCommand, deleteCommand, demoteCommand, promoteCommand, searchCommand } from "../commands/pkg-depot.ts"
import { downloadCommand } from "../commands/pkg-download.ts"
import { envCommand } from "../commands/pkg-environment.ts"
import { execCommand } from "../commands/pkg-exec.ts"
import { exportTarCommand } from "../commands/pkg-export.ts"
import { exportContainerCommand } from "../commands/pkg-export-container.ts"
import { exportKubernetesCommand } from "../commands/pkg-export-kubernetes.ts"
import { exportSystemdCommand } from "../commands/pkg-export-systemd.ts"
import { hashCommand, headerCommand } from "../commands/pkg-hart.ts"
import { infoCommand } from "../commands/pkg-info.ts"
import { installPackageCommand } from "../commands/pkg-install.ts"
import { listCommand, pathCommand } from "../commands/pkg-installed.ts"
import { bindsCommand, configCommand, dependenciesCommand, providesCommand } from "../commands/pkg-look.ts"
import { pruneCommand } from "../commands/pkg-prune.ts"
import { repairCommand } from "../commands/pkg-repair.ts"
import { rollbackCommand } from "../commands/pkg-rollback.ts"
import { sbomCommand } from "../commands/pkg-sbom.ts"
import { signCommand } from "../commands/pkg-sign.ts"
import { uninstallPackageCommand } from "../commands/pkg-uninstall.ts"
import { bulkUploadCommand, uploadCommand } from "../commands/pkg-upload.ts"
import { verifyCommand } from "../commands/pkg-verify.ts"

/** `hab pkg …` (spec package §7.2). */
export const pkgCommands: CommandGroup = {
  name: "pkg",
  summary: "Build, install and look at packages",
  section: "Build and share packages",
  nouns: {
    export: "Make images, archives and units of packages",
  },
  commands: [
    ...inSection("Build", [buildPackageCommand, signCommand, headerCommand, hashCommand]),
    ...inSection("Install and remove", [
      installPackageCommand,
      uninstallPackageCommand,
      rollbackCommand,
      pruneCommand,
      verifyCommand,
      repairCommand,
      binlinkCommand,
    ]),
    ...inSection("Look at what is installed, and run it", [
      listCommand,
      infoCommand,
      pathCommand,
      envCommand,
      execCommand,
      configCommand,
      bindsCommand,
      dependenciesCommand,
      providesCommand,
      sbomCommand,
    ]),
    ...inSection("Share through a depot", [
      searchCommand,
      uploadCommand,
      downloadCommand,
      channelsCommand,
      promoteCommand,
      demoteCommand,
      deleteCommand,
      bulkUploadCommand,
    ]),
    ...inSection("Take to other machines", [
      bundleCommand,
      exportTarCommand,
      exportContainerCommand,
      exportSystemdCommand,
      exportKubernetesCommand,
    ]),
  ],
}

import type { CommandGroup } from "./command.ts"
import { applyCommands, destroyCommands } from "./groups/apply.ts"
import { bldrCommands } from "./groups/bldr.ts"
import { cliCommands } from "./groups/cli.ts"
import { configCommands } from "./groups/config.ts"
import { depotCommands } from "./groups/depot.ts"
import { fileCommands } from "./groups/file.ts"
import { licenseCommands } from "./groups/license.ts"
import { originCommands } from "./groups/origin.ts"
import { pkgCommands } from "./groups/pkg.ts"
import { planCommands } from "./groups/plan.ts"
import { ringCommands } from "./groups/ring.ts"
import { studioCommands } from "./groups/studio.ts"
import { supCommands } from "./groups/sup.ts"
import { supportBundleCommands } from "./groups/supportbundle.ts"
import { svcCommands } from "./groups/svc.ts"
import { userCommands } from "./groups/user.ts"

/** Every command, in the order of help. Help, completion and docs/reference/cli.md are printed from this. */
export const GROUPS: readonly CommandGroup[] = [
  planCommands,
  originCommands,
  pkgCommands,
  depotCommands,
  bldrCommands,
  supCommands,
  svcCommands,
  configCommands,
  fileCommands,
  applyCommands,
  destroyCommands,
  ringCommands,
  cliCommands,
  userCommands,
  supportBundleCommands,
  licenseCommands,
  studioCommands,
]

import type { CommandGroup } from "./command.ts"
import { originCommands } from "./groups/origin.ts"
import { pkgCommands } from "./groups/pkg.ts"
import { planCommands } from "./groups/plan.ts"
import { supCommands } from "./groups/sup.ts"
import { svcCommands } from "./groups/svc.ts"

/** Every command. Help, completion and docs/reference/cli.md are printed from this. */
export const GROUPS: readonly CommandGroup[] = [originCommands, pkgCommands, planCommands, supCommands, svcCommands]

import type { CommandGroup } from "../command.ts"
import { generateServiceKeyCommand } from "../commands/box-keys.ts"
import { applyCommand } from "../commands/svc-apply.ts"
import { execCommand } from "../commands/svc-exec.ts"
import { loadCommand, unloadCommand, updateCommand } from "../commands/svc-load.ts"
import { serviceLogsCommand } from "../commands/svc-logs.ts"
import { restartCommand, startCommand, stopCommand } from "../commands/svc-start.ts"
import { explainCommand, hooksCommand, statusCommand } from "../commands/svc-status.ts"
import { waitCommand } from "../commands/svc-wait.ts"

/** `hab svc …` (spec supervisor §1.3 to §1.5). */
export const svcCommands: CommandGroup = {
  name: "svc",
  summary: "Load, start, stop and look at services",
  section: "Run services",
  nouns: {
    key: "Keys with which others encrypt for a service group",
  },
  commands: [
    loadCommand,
    applyCommand,
    updateCommand,
    unloadCommand,
    startCommand,
    stopCommand,
    restartCommand,
    statusCommand,
    waitCommand,
    serviceLogsCommand,
    explainCommand,
    hooksCommand,
    execCommand,
    generateServiceKeyCommand,
  ],
}

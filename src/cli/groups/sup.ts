import type { CommandGroup } from "../command.ts"
import { departCommand } from "../commands/sup-depart.ts"
import { runSupervisorCommand } from "../commands/sup-run.ts"
import { generateSecretCommand, generateTlsCommand } from "../commands/sup-secret.ts"
import { bashCommand, shCommand } from "../commands/sup-shell.ts"
import { restartSupervisorCommand, supervisorStatusCommand } from "../commands/sup-status.ts"
import { terminateSupervisorCommand } from "../commands/sup-term.ts"
import { supervisorLogsCommand } from "../commands/svc-logs.ts"

/** `hab sup …` (spec supervisor §1.7, §1.8). */
export const supCommands: CommandGroup = {
  name: "sup",
  summary: "Run and stop the supervisor",
  section: "Run services",
  nouns: {
    secret: "The secret and the certificates of control from elsewhere",
  },
  commands: [
    runSupervisorCommand,
    supervisorStatusCommand,
    supervisorLogsCommand,
    restartSupervisorCommand,
    terminateSupervisorCommand,
    departCommand,
    generateSecretCommand,
    generateTlsCommand,
    bashCommand,
    shCommand,
  ],
}

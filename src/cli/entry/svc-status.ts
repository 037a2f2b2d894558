import { statusCommand } from "../commands/svc-status.ts"
import { runGroups } from "./run-groups.ts"

runGroups([{ name: "svc", summary: "Look at services", commands: [statusCommand] }], process.argv.slice(2))

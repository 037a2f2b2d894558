import { envCommand } from "../commands/pkg-environment.ts"
import { execCommand } from "../commands/pkg-exec.ts"
import { listCommand, pathCommand } from "../commands/pkg-installed.ts"
import { runGroups } from "./run-groups.ts"

const commands = [listCommand, pathCommand, envCommand, execCommand]
runGroups([{ name: "pkg", summary: "Look at what is installed", commands }], process.argv.slice(2))

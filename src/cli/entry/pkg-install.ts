import { installPackageCommand } from "../commands/pkg-install.ts"
import { runGroups } from "./run-groups.ts"

runGroups([{ name: "pkg", summary: "Install packages", commands: [installPackageCommand] }], process.argv.slice(2))

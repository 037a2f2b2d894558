import type { CommandGroup } from "../command.ts"
import { uploadFileCommand } from "../commands/file-upload.ts"

/** `hab file …` (spec supervisor §1.6). */
export const fileCommands: CommandGroup = {
  name: "file",
  summary: "Give files to service groups",
  section: "Run services",
  commands: [uploadFileCommand],
}

import { HabError } from "../../base/errors.ts"
import { defineCommand } from "../command.ts"

/** What Habitat's subcommands are for, and what does it here. */
const INSTEAD: Readonly<Record<string, string>> = {
  build: "hab pkg build PLAN-CONTEXT builds right here; --sandbox hides this machine from it",
  enter: "hab pkg build PLAN-CONTEXT builds right here; `attach` in a callback of the plan opens a shell in the build",
  new: "hab pkg build PLAN-CONTEXT needs nothing made first",
  rm: "builds leave nothing to remove",
  run: "hab pkg exec IDENT COMMAND runs a command in the environment of a package",
  version: "hab --version",
}

/** `hab studio`: builds need none, so that it only says what to type instead. */
export const studioCommand = defineCommand({
  name: "",
  summary: "Say what to use instead of a subcommand of Habitat's studio",
  arguments: "[subcommand] [words...]",
  examples: ["hab studio build"],
  options: {},
  passesThrough: true,
  async run({ args: [subcommand = "build"] }) {
    const instead = Object.entries(INSTEAD).find(([name]) => name.startsWith(subcommand))?.[1]
    throw new HabError("STUDIO_NONE", "there is no studio: packages are built where you are", {
      hint: instead ?? INSTEAD["build"] ?? "",
    })
  },
})

import { HabError } from "../base/errors.ts"
import { readCliConfig } from "./cli-config.ts"
import type { CommandContext } from "./command.ts"

/** The origin a command is about: its argument, HAB_ORIGIN, or that of cli.toml. Throws USAGE when neither is there. */
export function originOf(given: string | undefined, context: CommandContext): string {
  const origin = given ?? (context.host.env["HAB_ORIGIN"] || undefined) ?? readCliConfig(context).origin
  if (origin !== undefined) return origin
  throw new HabError("USAGE", "no origin was named", {
    hint: "give it as the argument, set HAB_ORIGIN, or save one: hab cli setup --origin ORIGIN",
  })
}

import { HabError } from "../base/errors.ts"
import type { CommandContext } from "./command.ts"

/** The origin a command is about: its argument, or HAB_ORIGIN. Throws USAGE when neither is there. */
export function originOf(given: string | undefined, { host }: CommandContext): string {
  const origin = given ?? (host.env["HAB_ORIGIN"] || undefined)
  if (origin !== undefined) return origin
  throw new HabError("USAGE", "no origin was named", { hint: "give it as the argument, or set HAB_ORIGIN" })
}

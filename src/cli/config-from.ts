import path from "node:path/posix"
import type { CommandContext } from "./command.ts"

/**
 * `--config-from` as the supervisor can use it, whatever directory that runs in; and the word of warning Habitat gives.
 * A supervisor elsewhere knows its own folders only.
 */
export async function withTemplates<O extends Readonly<{ configFrom?: string | undefined }>>(
  context: CommandContext,
  options: O,
): Promise<O> {
  const { configFrom } = options
  if (configFrom === undefined) return options
  context.report({
    tag: "warning",
    text: `The templates in ${configFrom} take the place of the package's: --config-from is for development`,
  })
  if ((await context.remote()) !== undefined) return options
  return { ...options, configFrom: path.resolve(context.host.cwd, configFrom) }
}

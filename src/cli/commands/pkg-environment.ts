import { packageEnvironment } from "../../package/environment.ts"
import { parseIdent } from "../../package/ident.ts"
import { defineCommand } from "../command.ts"
import { JSON_OUTPUT, openStore } from "../installed.ts"

/** Between double quotes a shell takes these for more than themselves. */
function quoted(value: string): string {
  return `"${value.replace(/[\\"$`]/g, "\\$&")}"`
}

/** `hab pkg env`: lines for a shell to evaluate. */
export const envCommand = defineCommand({
  name: "env",
  summary: "Print the variables an installed package runs with",
  arguments: "<ident>",
  examples: ["hab pkg env acme/web", 'eval "$(hab pkg env acme/web)"'],
  options: { json: JSON_OUTPUT },
  async run({ args: [text = ""], options }, context) {
    const store = openStore(context)
    const env = packageEnvironment(context.host, store, store.load(parseIdent(text)), context.host.env)
    if (options.json) return { text: JSON.stringify(env) }
    const lines = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}`)
    return { text: lines.join("\n") }
  },
})

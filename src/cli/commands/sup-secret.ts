import { newSecret } from "../../supervisor/state-files.ts"
import { defineCommand } from "../command.ts"

/** `hab sup secret generate` (spec supervisor §1.8). */
export const generateSecretCommand = defineCommand({
  name: "secret generate",
  summary: "Print a new secret for the control gateway: what CTL_SECRET of each supervisor and client holds",
  examples: ["hab sup secret generate"],
  options: {},
  async run(_, { host }) {
    return { text: newSecret(host.randomBytes) }
  },
})

import { defineCommand } from "../command.ts"
import { signalLauncher } from "../supervisor-lock.ts"

/** `hab sup term` (spec supervisor §1.8). */
export const terminateSupervisorCommand = defineCommand({
  name: "term",
  summary: "Stop the supervisor of this root, and every service it runs",
  examples: ["hab sup term"],
  options: {},
  async run(_, { host, layout }) {
    if (await signalLauncher(host, layout, "SIGTERM")) return {}
    return { text: `Supervisor not terminated: none runs on ${layout.hab}` }
  },
})

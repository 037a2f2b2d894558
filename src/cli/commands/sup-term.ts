import { defineCommand } from "../command.ts"
import { launcherPid } from "../supervisor-lock.ts"

/** `hab sup term` (spec supervisor §1.8). */
export const terminateSupervisorCommand = defineCommand({
  name: "term",
  summary: "Stop the supervisor of this root, and every service it runs",
  examples: ["hab sup term"],
  options: {},
  async run(_, { host, layout }) {
    const holder = await launcherPid(host, layout)
    if (holder === undefined) return { text: `Supervisor not terminated: none runs on ${layout.hab}` }
    host.sendSignal(holder, "SIGTERM")
    return {}
  },
})

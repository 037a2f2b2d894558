import { defineCommand } from "../command.ts"
import { ask } from "../operations.ts"
import { REMOTE_OPTION } from "../options/remote-option.ts"

/** `hab sup depart` (spec supervisor §1.8, §6.2). */
export const departCommand = defineCommand({
  name: "depart",
  summary: "Tell a member of the ring to leave it for good; if it is alive, it stops",
  arguments: "<member-id>",
  examples: ["hab sup depart 3d8b6a1c9f0e4d57a2b1c0d9e8f7a6b5"],
  options: { ...REMOTE_OPTION },
  async run({ args: [member = ""] }, context) {
    context.report({ tag: "begin", text: `Permanently marking ${member} as departed` })
    await ask(context, { method: "POST", path: `/ring/members/${encodeURIComponent(member)}/depart` })
    context.report({ tag: "end", text: "Departure recorded" })
    return {}
  },
})

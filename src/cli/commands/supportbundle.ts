import path from "node:path/posix"
import { writeSupportBundle } from "../../supervisor/control/support-bundle.ts"
import { defineCommand } from "../command.ts"

/** `hab supportbundle` (spec package §7.5). */
export const supportBundleCommand = defineCommand({
  name: "",
  summary: "Write what the supervisor keeps, without its secrets, into an archive for somebody who helps",
  examples: ["hab supportbundle"],
  options: {},
  async run(_, { host, layout }) {
    const stamp = localStamp(new Date(host.clock.now()))
    const destination = path.join(host.cwd, `support-bundle-${host.network.hostname()}-${stamp}.tar.gz`)
    writeSupportBundle(host.files, layout, destination)
    return { text: destination }
  },
})

/** `20260131093000`, by the clock on the wall. */
function localStamp(at: Date): string {
  const parts = [at.getFullYear(), at.getMonth() + 1, at.getDate(), at.getHours(), at.getMinutes(), at.getSeconds()]
  return parts.map((part) => String(part).padStart(2, "0")).join("")
}

import { HabError } from "../../base/errors.ts"
import { defineCommand } from "../command.ts"
import { REMOTE_OPTION } from "../options/remote-option.ts"
import { WAIT_SEC_DEFAULT } from "../options/wait-options.ts"
import { nameOfService } from "../service-name.ts"
import { refuseEndlessWait, waitFor } from "../waiting/wait-for.ts"

/** `hab svc wait`: for scripts, which go on when a service is ready. */
export const waitCommand = defineCommand({
  name: "wait",
  summary: "Wait until services are up, healthy or down",
  arguments: "<service...>",
  examples: ["hab svc wait acme/web --healthy --timeout 30", "hab svc wait web db --up"],
  options: {
    up: { kind: "flag", summary: "Until the process runs" },
    healthy: { kind: "flag", summary: "Until it runs and its health check says so; without a check, until it runs" },
    down: { kind: "flag", summary: "Until nothing of it is alive and nothing starts it again" },
    timeout: {
      kind: "number",
      value: "SECONDS",
      summary: `Give up after so long, with exit code 1 (default: ${WAIT_SEC_DEFAULT})`,
    },
    ...REMOTE_OPTION,
  },
  async run({ args, options: { timeout, ...goals } }, context) {
    const chosen = (["up", "healthy", "down"] as const).filter((goal) => goals[goal])
    const [goal] = chosen
    if (goal === undefined || chosen.length > 1) {
      throw new HabError("USAGE", "say what to wait for: one of --up, --healthy and --down", {
        hint: `hab svc wait ${args.join(" ")} --healthy`,
      })
    }
    const names = args.map(nameOfService)
    refuseEndlessWait(context.host.env, { names, goal })
    return { text: await waitFor(context, { names, goal, timeoutSec: timeout }) }
  },
})

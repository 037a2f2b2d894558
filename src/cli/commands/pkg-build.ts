import { HabError } from "../../base/errors.ts"
import { createStore } from "../../package/store.ts"
import { buildPackage } from "../../plan/build.ts"
import { momentOfRelease } from "../../plan/build-moment.ts"
import { buildAndCompare } from "../../plan/build-twice.ts"
import { buildEvents } from "../build-events.ts"
import { defineCommand } from "../command.ts"
import { VERSION } from "../version.ts"

/** `hab pkg build`: prints the artifact's path alone on stdout (decisions K). */
export const buildPackageCommand = defineCommand({
  name: "build",
  summary: "Build a plan into a signed .hart file",
  arguments: "[plan-context]",
  examples: ["hab pkg build .", "hab pkg build plans/hello", "artifact=$(hab pkg build .)"],
  options: {
    origin: {
      kind: "text",
      value: "ORIGIN",
      summary: "Build under this origin instead of the plan's (also HAB_ORIGIN)",
    },
    force: { kind: "flag", summary: "Build although nothing changed since the last build" },
    check: { kind: "flag", summary: "Build twice and compare; name the first file that differs" },
    release: { kind: "text", value: "RELEASE", summary: "Release to build (YYYYMMDDhhmmss, UTC) instead of now" },
    locked: { kind: "flag", summary: "Fail when the dependencies are not those of plan.lock" },
    updateLock: { kind: "flag", summary: "Write plan.lock with the newest dependencies" },
    sandbox: { kind: "flag", summary: "Show the build only its plan, sources and dependencies, and no network" },
    json: { kind: "flag", summary: "Print what happens as JSON, one event per line" },
    noCheck: { kind: "flag", summary: "Do not look for mistakes in the plan first" },
  },
  async run({ args: [planContext = "."], options }, context) {
    const { layout, enclosure } = context.workplace()
    const { host } = context
    if (options.locked && options.updateLock) {
      throw new HabError("USAGE", "--locked and --update-lock exclude each other")
    }
    const build = options.check ? buildAndCompare : buildPackage
    const events = options.json ? buildEvents((text) => void context.print(text)) : undefined
    const result = await build(host, {
      planContext,
      layout,
      store: createStore({ files: host.files, layout, target: host.target }),
      enclosure,
      report: events?.report ?? context.report,
      bashDirectory: `${context.programDirectory}/plan`,
      target: host.target,
      signal: context.signal,
      askLine: context.askLine,
      check: !options.noCheck,
      version: VERSION,
      force: options.force,
      sandbox: options.sandbox,
      ...(options.release === undefined ? {} : { epochSeconds: momentOfRelease(options.release) }),
      ...(options.locked ? { lock: "keep" } : options.updateLock ? { lock: "renew" } : {}),
      ...(options.origin === undefined ? {} : { origin: options.origin }),
    }).catch((error: unknown) => {
      events?.failed(error)
      throw error
    })
    return { text: events?.built(result) ?? result.artifact }
  },
})

import { createStore } from "../../package/store.ts"
import { buildPackage } from "../../plan/build.ts"
import { defineCommand } from "../command.ts"

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
    noCheck: { kind: "flag", summary: "Do not look for mistakes in the plan first" },
  },
  async run({ args: [planContext = "."], options }, context) {
    const { layout, enclosure } = context.workplace()
    const { host } = context
    const result = await buildPackage(host, {
      planContext,
      layout,
      store: createStore({ files: host.files, layout, target: host.target }),
      enclosure,
      report: context.report,
      bashDirectory: `${context.programDirectory}/plan`,
      target: host.target,
      signal: context.signal,
      check: !options.noCheck,
      ...(options.origin === undefined ? {} : { origin: options.origin }),
    })
    return { text: result.artifact }
  },
})

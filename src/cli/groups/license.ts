import path from "node:path/posix"
import { VERSION } from "../../base/version.ts"
import { type CommandGroup, defineCommand } from "../command.ts"

/** Nothing here asks for the marker: it is written so that Habitat's own hab, on the same host, does not ask either. */
const accept = defineCommand({
  name: "accept",
  summary: "Write the marker with which Habitat remembers that its license was accepted; hab itself needs none",
  examples: ["hab license accept"],
  options: {},
  async run(_, { host, layout, report }) {
    const marker = path.join(layout.cliConfig, "../../accepted-licenses/habitat")
    const { files, clock, users } = host
    const text = [
      "---",
      `date_accepted: ${new Date(clock.now()).toISOString()}`,
      "accepting_product: habitat",
      `accepting_product_version: ${VERSION}`,
      `user: ${users.current.name}`,
      'file_format: "1.0"',
    ]
    files.makeDirectories(path.dirname(marker))
    files.writeAtomically(marker, `${text.join("\n")}\n`)
    report({ tag: "end", text: `License acceptance noted in ${marker}` })
    return {}
  },
})

/** `hab license …` (spec package §7.1). */
export const licenseCommands: CommandGroup = {
  name: "license",
  summary: "The mark that Habitat leaves of its license",
  section: "This machine",
  commands: [accept],
}

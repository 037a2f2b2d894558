import { BINLINK_DIRECTORY } from "../../base/layout.ts"
import { binlinkAll, binlinkProgram } from "../../package/binlink.ts"
import { parseIdent, stringifyIdent } from "../../package/ident.ts"
import { defineCommand } from "../command.ts"
import { openStore } from "../installed.ts"

/** `hab pkg binlink` (spec package §5.7). */
export const binlinkCommand = defineCommand({
  name: "binlink",
  summary: "Make the programs of an installed package runnable from one folder",
  arguments: "<ident> [binary]",
  examples: ["hab pkg binlink acme/web", "hab pkg binlink acme/web webctl --dest /usr/local/bin"],
  options: {
    dest: {
      kind: "text",
      short: "d",
      value: "DIR",
      env: "HAB_BINLINK_DIR",
      default: BINLINK_DIRECTORY,
      summary: "Folder of the links, below the root",
    },
    force: { kind: "flag", short: "f", summary: "Replace links to something else" },
  },
  async run({ args: [text = "", binary], options }, context) {
    const { host, layout, report } = context
    const pkg = openStore(context).load(parseIdent(text))
    const request = { directory: options.dest || BINLINK_DIRECTORY, force: options.force }
    report({ tag: "begin", text: `Binlinking ${binary ?? "everything"} from ${stringifyIdent(pkg.ident)}` })
    const linking = { files: host.files, layout, report }
    if (binary === undefined) binlinkAll(linking, pkg, request)
    else binlinkProgram(linking, pkg, binary, request)
    return {}
  },
})

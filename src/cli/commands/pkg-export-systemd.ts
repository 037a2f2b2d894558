import path from "node:path/posix"
import { systemdUnit } from "../../depot/export/systemd-unit.ts"
import { parseIdent, stringifyIdent } from "../../package/ident.ts"
import { defineCommand } from "../command.ts"
import { openStore } from "../installed.ts"

const SYSTEM_PATH = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

/** `hab pkg export systemd`: a unit for this hab, this Node and this root. */
export const exportSystemdCommand = defineCommand({
  name: "export systemd",
  summary: "Print a systemd unit that runs the supervisor, and a service in it",
  arguments: "[ident]",
  examples: [
    "hab pkg export systemd > /etc/systemd/system/hab.service",
    "hab pkg export systemd acme/web --user > ~/.config/systemd/user/hab.service",
  ],
  options: {
    user: { kind: "flag", summary: "For the systemd of an ordinary user" },
  },
  async run({ args: [text], options }, context) {
    const { env, cwd } = context.host
    const node = path.dirname(context.nodeProgram)
    const root = env["FS_ROOT"] ?? ""
    if (text !== undefined) openStore(context).load(parseIdent(text))
    const unit = systemdUnit({
      program: path.join(path.dirname(context.programDirectory), "bin/hab"),
      path: SYSTEM_PATH.includes(node) ? SYSTEM_PATH : [node, ...SYSTEM_PATH],
      scope: options.user ? "user" : "system",
      ...(root === "" || root === "/" ? {} : { root: path.resolve(cwd, root) }),
      ...(text === undefined ? {} : { ident: stringifyIdent(parseIdent(text)) }),
    })
    return { text: unit, exact: true }
  },
})

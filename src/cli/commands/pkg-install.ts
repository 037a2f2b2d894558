import { BINLINK_DIRECTORY } from "../../base/layout.ts"
import { binlinkAll, checkBinlinkDirectory } from "../../package/binlink.ts"
import { type InstallOptions, installPackages } from "../../package/install.ts"
import { parseInstallSource } from "../../package/install-source.ts"
import { defineCommand } from "../command.ts"
import { openStore } from "../installed.ts"
import { CHANNEL_OPTION, DEPOT_OPTIONS, sourceOf } from "../options/depot-options.ts"
import { packageHooks } from "../package-hooks.ts"

/** `hab pkg install`: the last stdout line is the summary, which build programs read (decisions K). */
export const installPackageCommand = defineCommand({
  name: "install",
  summary: "Install packages with everything they need, and run their install hooks",
  arguments: "<ident-or-hart...>",
  examples: [
    "hab pkg install results/acme-web-1.0.0-20260102030405-x86_64-linux.hart",
    "hab pkg install acme/web --ignore-install-hook",
    "hab pkg install 'acme/web@^2.1' --channel stable --url https://bldr.example.com",
    "hab pkg install acme/web --url file:///media/usb/bundle",
  ],
  options: {
    ...DEPOT_OPTIONS,
    channel: CHANNEL_OPTION,
    offline: { kind: "flag", summary: "Ask no depot: what is installed or cached must do" },
    ignoreLocal: { kind: "flag", summary: "Take the channel's release even if a later one is installed" },
    binlink: { kind: "flag", short: "b", summary: "Make the programs of what was named runnable from one folder" },
    binlinkDir: {
      kind: "text",
      value: "DIR",
      summary: `Folder of those links, below the root; implies --binlink (default ${BINLINK_DIRECTORY}, or HAB_BINLINK_DIR)`,
    },
    force: { kind: "flag", short: "f", summary: "Replace links to something else" },
    ignoreInstallHook: { kind: "flag", summary: "Do not run install hooks; a later install or load runs them" },
  },
  async run({ args, options }, context) {
    const { host } = context
    const sources = args.map((text) => parseInstallSource(host, text))
    const links = options.binlinkDir || host.env["HAB_BINLINK_DIR"] || BINLINK_DIRECTORY
    const isLinking = options.binlink || options.binlinkDir !== undefined
    if (isLinking) checkBinlinkDirectory(links)
    const workplace = context.workplace()
    const { layout } = workplace
    const store = openStore({ host, layout })
    const hooks = packageHooks(context, workplace, store)
    const source = sourceOf(context, options)
    const { offline, ignoreLocal } = options
    const from = source === undefined ? { offline } : { source, ignoreLocal }
    const common: InstallOptions = { signal: context.signal, ...from }
    try {
      const { requested, summaries } = await installPackages(
        { ...host, layout, report: context.report },
        sources,
        options.ignoreInstallHook ? common : { ...common, runInstallHook: hooks.install },
      )
      if (isLinking) {
        const linking = { files: host.files, layout, report: context.report }
        for (const pkg of requested) binlinkAll(linking, pkg, { directory: links, force: options.force })
      }
      return { text: summaries.join("\n") }
    } finally {
      await hooks.close()
    }
  },
})

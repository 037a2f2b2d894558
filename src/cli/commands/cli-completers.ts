import { HabError } from "../../base/errors.ts"
import { defineCommand } from "../command.ts"
import { completionNodes } from "../completion/nodes.ts"
import { COMPLETION_SHELLS, completionScript } from "../completion/scripts.ts"

/** `hab cli completers`: the script on stdout (spec package §7.5). */
export const completersCommand = defineCommand({
  name: "completers",
  summary: "Print the script with which a shell completes hab's commands and flags",
  examples: [
    "source <(hab cli completers --shell bash)",
    "hab cli completers --shell zsh > ~/.zfunc/_hab",
    "hab cli completers --shell fish > ~/.config/fish/completions/hab.fish",
  ],
  options: {
    shell: { kind: "text", short: "s", value: "SHELL", choices: COMPLETION_SHELLS, summary: "Which shell" },
  },
  async run({ options }, { groups }) {
    const shell = COMPLETION_SHELLS.find((one) => one === options.shell)
    if (shell === undefined) throw new HabError("USAGE", "say for which shell: --shell bash, fish or zsh")
    return { text: completionScript(shell, completionNodes(groups)), exact: true }
  },
})

import type { CompletionFlag, CompletionNode } from "./nodes.ts"

/** Shells a completion script can be printed for. */
export const COMPLETION_SHELLS = ["bash", "fish", "zsh"] as const

export type CompletionShell = (typeof COMPLETION_SHELLS)[number]

/** The script with which a shell completes `hab`; it runs nothing and knows what the table of commands knows. */
export function completionScript(shell: CompletionShell, nodes: readonly CompletionNode[]): string {
  return { bash, fish, zsh }[shell](nodes)
}

const namesOf = ({ long, short }: CompletionFlag) => (short === undefined ? [long] : [long, short])
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
const inner = (nodes: readonly CompletionNode[]) => nodes.filter(({ path }) => path !== "").map(({ path }) => path)

function bash(nodes: readonly CompletionNode[]): string {
  const offers = nodes.map(({ path, words, flags }) => {
    const names = [...words.map(({ name }) => name), ...flags.flatMap(namesOf)]
    return `    ${quoted(path)}) words=${quoted(names.join(" "))} ;;`
  })
  const values = nodes.flatMap(({ path, flags }) =>
    flags
      .filter(({ takesValue }) => takesValue)
      .map((flag) => {
        const cases = namesOf(flag).map((name) => quoted(`${path} ${name}`))
        return `    ${cases.join(" | ")}) words=${quoted(flag.choices.join(" "))} isValue=1 ;;`
      }),
  )
  return `# Completion of hab for bash. In ~/.bashrc: source <(hab cli completers --shell bash)
_hab() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} at= word words= isValue=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $at/$word in
    ${inner(nodes).map(quoted).join(" | ")}) at=$at/$word ;;
    esac
  done
  case $at in
${offers.join("\n")}
  esac
  case "$at $previous" in
${values.join("\n")}
  esac
  COMPREPLY=()
  # Where a file or package may be meant, bash completes names of files, unless a flag was begun.
  if [[ -n $isValue || $current == -* || $words != -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -o bashdefault -o default -F _hab hab
`
}

function zsh(nodes: readonly CompletionNode[]): string {
  const described = (name: string, summary: string) => quoted(`${name}:${summary.replaceAll(":", "\\:")}`)
  const offers = nodes.map(({ path, words, flags }) => {
    const named = flags.flatMap((flag) => namesOf(flag).map((name) => described(name, flag.summary)))
    const given = words.map(({ name, summary }) => described(name, summary))
    return `    ${quoted(path)}) flags=(${named.join(" ")}) subcommands=(${given.join(" ")}) ;;`
  })
  const values = nodes.flatMap(({ path, flags }) =>
    flags
      .filter(({ choices }) => choices.length > 0)
      .map((flag) => {
        const cases = namesOf(flag).map((name) => quoted(`${path} ${name}`))
        return `    ${cases.join(" | ")}) choices=(${flag.choices.map(quoted).join(" ")}) ;;`
      }),
  )
  return `#compdef hab
# Completion of hab for zsh. In a folder of $fpath: hab cli completers --shell zsh > _hab
_hab() {
  local at= word
  local -a flags subcommands choices
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case $at/$word in
    ${inner(nodes).map(quoted).join(" | ")}) at=$at/$word ;;
    esac
  done
  case $at in
${offers.join("\n")}
  esac
  case "$at $words[CURRENT-1]" in
${values.join("\n")}
  esac
  if (( $#choices )); then compadd -a choices
  elif [[ $PREFIX == -* ]]; then _describe -o option flags
  elif (( $#subcommands )); then _describe command subcommands
  else _files
  fi
}
if [[ $funcstack[1] == _hab ]]; then _hab "$@"; else compdef _hab hab; fi
`
}

function fish(nodes: readonly CompletionNode[]): string {
  const at = (path: string) => `complete -c hab -n ${quoted(`__hab_at '${path}'`)}`
  const lines = nodes.flatMap(({ path, words, flags }) => [
    ...words.map(({ name, summary }) => `${at(path)} -f -a ${name} -d ${fishQuoted(summary)}`),
    ...flags.map(({ long, short, summary, takesValue, choices }) => {
      const letter = short === undefined ? "" : ` -s ${short.slice(1)}`
      const value = choices.length > 0 ? ` -x -a ${quoted(choices.join(" "))}` : takesValue ? " -r" : ""
      return `${at(path)} -l ${long.slice(2)}${letter}${value} -d ${fishQuoted(summary)}`
    }),
  ])
  return `# Completion of hab for fish. Save as ~/.config/fish/completions/hab.fish
function __hab_at
    set -l at
    for word in (commandline -opc)[2..-1]
        if contains -- "$at/$word" ${inner(nodes).join(" ")}
            set at "$at/$word"
        end
    end
    test "$at" = "$argv[1]"
end
${lines.join("\n")}
`
}

/** fish knows two escapes between single quotes. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`
}

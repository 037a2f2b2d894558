import type { CommandGroup } from "../command.ts"
import { longFlag } from "../parse.ts"

type Row = readonly [name: string, meaning: string]

const EVERYWHERE: readonly Row[] = [
  ["FS_ROOT", "the folder whose `hab` directory is seen as `/hab`; without it `/` for root, the user's own otherwise"],
  ["XDG_DATA_HOME", "an ordinary user's root is `hab-root` below it (`~/.local/share`)"],
  ["NO_COLOR, HAB_NOCOLORING", "no colours; `FORCE_COLOR` has them where no terminal is"],
  ["HAB_GLYPH_STYLE", "`limited` or `ascii`: plain characters in place of symbols"],
  ["HAB_NONINTERACTIVE", "`1`: no line that shows what is going on, on a terminal either"],
  ["HAB_DEBUG", "errors come with the place they come from: in hab, and in a program of yours"],
]

const DEPOTS: readonly Row[] = [
  ["HAB_DEPOT_URL", "the depot, where nothing else names one"],
  ["http_proxy, https_proxy, no_proxy", "the proxies to go through, and the hosts to reach without one"],
  [
    "HAB_CLIENT_SOCKET_TIMEOUT",
    "seconds a server may be silent, or as good as that: fewer bytes move than ten a second (60)",
  ],
  ["SSL_CERT_FILE", "certificates of authorities (PEM) that are trusted beside those Node knows"],
  ["HAB_SSL_CERT_VERIFY_NONE", "certificates of servers are not checked; for a test alone"],
  ["HAB_PACKAGE_TARGET", "the platform a depot is asked for, such as `x86_64-linux`"],
]

const BUILDS: readonly Row[] = [
  ["SOURCE_DATE_EPOCH", "the moment of the build, in seconds since 1970: the release, and the time of every file"],
  ["DO_CHECK", "`true`: `do_check` runs"],
  ["DEBUG", "bash prints each command it runs"],
  ["STUDIO_TYPE", "set: `attach` in a callback stops at a terminal"],
  ["HAB_OUTPUT_PATH", "where artifact and reports go (`./results`)"],
  ["HAB_CACHE_SRC_PATH", "the folder of downloads"],
  ["HAB_SRC_PATH", "the folder that is built when the plan names no source"],
  ["HAB_CONFIG_EXCLUDE", "names in `config/` and `hooks/` that stay out of the package"],
  ["HAB_HART_COMPRESSION_LEVEL", "0 to 9 of xz"],
  ["HAB_FALLBACK_CHANNEL", "where a dependency is looked for that its channel lacks (`stable`)"],
  ["NO_INSTALL_DEPS", "`true`: missing dependencies are not installed"],
  ["BUILD_PKG_TARGET", "the platform the package is said to be for"],
  ["HAB_NATIVE_PACKAGE", "set: the package is marked native"],
  ["HAB_FEAT_NATIVE_PACKAGE_SUPPORT", "set: `--native-package` may be given"],
  ["HAB_STUDIO_SECRET_X", "the build sees it as `X`"],
]

const SERVICES: readonly Row[] = [
  ["HAB_NAME", "TOML or JSON over the defaults of the service `name`: [configuration](configuration.md)"],
  ["HAB_SUP_GATEWAY_AUTH_TOKEN", "who asks the HTTP gateway has to give it"],
  ["HAB_FEAT_REDACT_HTTP", "set: the HTTP gateway shows no configuration"],
  ["HAB_CTL_SECRET", "proves a client to the control gateway of another machine"],
  ["HAB_UPDATE_STRATEGY_PERIOD_MS", "as `--service-update-period`, in milliseconds; a minute at the least"],
  ["HAB_UPDATE_STRATEGY_PERIOD_BYPASS_CHECK", "set: less than a minute is possible"],
  ["HAB_HOOK_STANDARD_STREAM_BYTE_LIMIT", "bytes that are kept of what a failed hook printed (1024)"],
  ["HAB_INTERPRETER_IDENT", "the package whose programs hooks find on their PATH, if it is installed"],
  ["HABITAT_ORG", "the organization of `hab svc key generate`"],
  ["NOTIFY_SOCKET", "of systemd: it is told when the supervisor is ready"],
]

/** docs/reference/environment-variables.md: those that options name, and those that nothing else tells of. */
export function environmentVariablesReference(groups: readonly CommandGroup[]): string {
  return `# Environment variables

Printed from the command table and \`src/cli/reference/environment-variables.ts\`. One that is set to nothing counts as not
set. The command line counts more than a variable, that more than \`cli.toml\` or \`sup.toml\`, these more than the default.
What hooks find in their environment is in [hooks](hooks.md), what a plan finds in [plans](plans.md).

## In place of options

| Variable | Option | Of |
|---|---|---|
${optionRows(groups).join("\n")}

## Every command

${tableOf(EVERYWHERE)}

## Depots and downloads

${tableOf(DEPOTS)}

## Builds

${tableOf(BUILDS)}

## Services and the supervisor

${tableOf(SERVICES)}
`
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(([names, meaning]) => {
    const quoted = names.split(", ").map((name) => `\`${name}\``)
    return `| ${quoted.join(", ")} | ${meaning} |`
  })
  return ["| Variable | Meaning |", "|---|---|", ...lines].join("\n")
}

/** Where one is of many commands their groups say enough. */
const COMMANDS_MAX = 5

function optionRows(groups: readonly CommandGroup[]): string[] {
  const uses = new Map<string, Set<string>>()
  for (const group of groups) {
    for (const command of group.commands) {
      const words = ["hab", group.name, command.name].filter((word) => word !== "").join(" ")
      for (const [key, spec] of Object.entries(command.options)) {
        if (spec.env === undefined || spec.hidden || command.hidden) continue
        const row = `\`${spec.env}\` | \`${longFlag(key)}\``
        uses.set(row, (uses.get(row) ?? new Set()).add(words))
      }
    }
  }
  return [...uses].sort().map(([row, commands]) => `| ${row} | ${describeUses([...commands])} |`)
}

function describeUses(commands: readonly string[]): string {
  const groups = commands.map((command) => `${command.split(" ").slice(0, 2).join(" ")} …`)
  const shown = commands.length > COMMANDS_MAX ? new Set(groups) : commands
  return [...shown].map((words) => `\`${words}\``).join(", ")
}

import { describe, expect, it } from "vitest"
import type { Command } from "../../src/cli/command.ts"
import { GROUPS } from "../../src/cli/groups.ts"
import { longFlag } from "../../src/cli/parse.ts"

const DEPOT = "-u/--url -z/--auth"
const KEYS = "--cache-key-path"
const EXPORT = `${DEPOT} -c/--channel --hab-pkg --launcher-pkg --sup-pkg --base-pkgs-url --base-pkgs-channel`
const SERVICE = `--channel -u/--url --group -t/--topology -s/--strategy --update-condition --bind --binding-mode
  --shutdown-timeout --health-check-interval`
const REMOTE = "-r/--remote-sup"

/**
 * Every command of Habitat with every flag it documents (spec package §5.2, §6, §7.2 to §7.8). `(r)` marks what reads:
 * with us it prints JSON too.
 */
const HABITAT: Readonly<Record<string, string>> = {
  "pkg binds (r)": "",
  "pkg binlink": "-d/--dest -f/--force",
  "pkg build": `-k/--keys -r/--root -s/--src ${KEYS} -N/--native-package -R/--reuse -D/--docker -f/--refresh-channel`,
  "pkg bulkupload": `${DEPOT} -c/--channel --force --auto-create-origins`,
  "pkg channels (r)": DEPOT,
  "pkg config (r)": "",
  "pkg delete": DEPOT,
  "pkg demote": DEPOT,
  "pkg dependencies (r)": "-t/--transitive -r/--reverse",
  "pkg download": `${DEPOT} --file -c/--channel --download-directory -t/--target --verify --ignore-missing-seeds`,
  "pkg env (r)": "",
  "pkg exec": "",
  "pkg export container": `${EXPORT} -i/--image-name --tag-latest --tag-version --tag-version-release --tag-custom
    --no-tag-latest --no-tag-version --no-tag-version-release --push-image -U/--username -P/--password
    -R/--registry-type -G/--registry-url --rm-image -m/--memory --multi-layer --engine`,
  "pkg export tar": `${EXPORT} --no-hab-bin --no-hab-sup`,
  "pkg hash (r)": "",
  "pkg header (r)": "",
  "pkg info (r)": "-j/--json",
  "pkg install": `${DEPOT} -c/--channel -b/--binlink --binlink-dir -f/--force --ignore-install-hook --ignore-local
    --offline`,
  "pkg list (r)": "-a/--all -o/--origin",
  "pkg path (r)": "",
  "pkg promote": DEPOT,
  "pkg provides (r)": "-r -p",
  "pkg search (r)": `${DEPOT} -l/--limit`,
  "pkg sign": `--origin ${KEYS}`,
  "pkg uninstall": "-d/--dryrun --keep-latest --exclude --no-deps --ignore-uninstall-hook",
  "pkg upload": `${DEPOT} -c/--channel --force ${KEYS}`,
  "pkg verify (r)": KEYS,
  "plan init": "-o/--origin -m/--min -s/--scaffolding",
  "plan render": `-d/--default-toml -u/--user-toml -m/--mock-data -p/--print -r/--render-dir -n/--no-render -q/--quiet
    --no-verbose`,
  "origin key generate": KEYS,
  "origin key export": `-t/--type ${KEYS}`,
  "origin key import": KEYS,
  "origin key download": `${DEPOT} -s/--secret -e/--encryption`,
  "origin key upload": `${DEPOT} --pubfile -s/--secret --secfile`,
  "user key generate": KEYS,
  "svc key generate": KEYS,
  "ring key generate": KEYS,
  "ring key export": KEYS,
  "ring key import": KEYS,
  "origin create": DEPOT,
  "origin delete": DEPOT,
  "origin depart": DEPOT,
  "origin info (r)": `${DEPOT} -j/--json`,
  "origin transfer": DEPOT,
  "origin invitations accept": DEPOT,
  "origin invitations ignore": DEPOT,
  "origin invitations rescind": DEPOT,
  "origin invitations list (r)": DEPOT,
  "origin invitations pending (r)": DEPOT,
  "origin invitations send": DEPOT,
  "origin rbac show (r)": `${DEPOT} -o/--origin -j/--json`,
  "origin rbac set": `${DEPOT} -o/--origin -n/--no-prompt`,
  "bldr channel create": `${DEPOT} -o/--origin`,
  "bldr channel destroy": `${DEPOT} -o/--origin`,
  "bldr channel list (r)": `${DEPOT} -s/--sandbox`,
  "bldr channel promote": `${DEPOT} -o/--origin`,
  "bldr channel demote": `${DEPOT} -o/--origin`,
  "cli setup": KEYS,
  "cli completers": "-s/--shell",
  "license accept": "",
  supportbundle: "",
  "config show (r)": REMOTE,
  "config apply (r)": `-u/--user ${REMOTE} ${KEYS}`,
  "file upload": `-u/--user ${REMOTE} ${KEYS}`,
  "svc load": `-f/--force ${REMOTE} ${SERVICE} --config-from --config-files --generate-config`,
  "svc update": `${REMOTE} ${SERVICE} -i/--health-check-interval`,
  "svc unload": `--shutdown-timeout ${REMOTE}`,
  "svc start": REMOTE,
  "svc stop": `--shutdown-timeout ${REMOTE}`,
  "svc status (r)": REMOTE,
  "sup run": `${SERVICE} --config-from --listen-gossip --listen-http --listen-ctl --peer --peer-watch-file
    --local-gossip-mode -D/--http-disable -I/--permanent-peer -r/--ring --org -A/--auto-update --auto-update-period
    --service-update-period --service-min-backoff-period --service-max-backoff-period
    --service-restart-cooldown-period --key --certs --ca-certs --keep-latest-packages --config-files --generate-config
    -v --no-color --json-logging --sys-ip-address --event-stream-application --event-stream-environment
    --event-stream-site --event-stream-url --event-stream-token --event-stream-connect-timeout
    --event-stream-server-certificate --event-meta --ctl-server-certificate --ctl-server-key
    --ctl-client-ca-certificate`,
  "sup bash": "",
  "sup sh": "",
  "sup term": "",
  "sup depart": REMOTE,
  "sup restart": REMOTE,
  "sup secret generate": "",
  "sup secret generate-tls": "--subject-alternative-name",
  studio: "",
}

/** Commands of ours that read, beside Habitat's. */
const OURS_THAT_READ = [
  "cli config",
  "pkg export tar",
  "pkg export container",
  "pkg prune",
  "plan check",
  "ring status",
  "sup status",
  "svc explain",
  "svc hooks",
]

const commands = new Map<string, Command>(
  GROUPS.flatMap(({ name, commands: own }) =>
    own.map((command) => [[name, command.name].filter((word) => word !== "").join(" "), command] as const),
  ),
)

function flagsOf(command: Command): string[] {
  return Object.entries(command.options).flatMap(([key, { short }]) => [
    longFlag(key),
    ...(short === undefined ? [] : [`-${short}`]),
  ])
}

describe("Habitat's commands", () => {
  it("are here, with every flag", () => {
    const lacking = Object.entries(HABITAT).flatMap(([title, flags]) => {
      const name = title.replace(/ \(r\)$/, "")
      const command = commands.get(name)
      if (command === undefined) return [`there is no ${name}`]
      const known = flagsOf(command)
      const wanted = flags.split(/[\s/]+/).filter((flag) => flag !== "")
      return wanted.filter((flag) => !known.includes(flag)).map((flag) => `${name} lacks ${flag}`)
    })
    expect(lacking).toEqual([])
  })

  it("name the same option with both of a flag's spellings", () => {
    const apart = Object.entries(HABITAT).flatMap(([title, flags]) =>
      [...flags.matchAll(/(-\w)\/(--[\w-]+)/g)].flatMap(([, short, long]) => {
        const options = Object.entries(commands.get(title.replace(/ \(r\)$/, ""))?.options ?? {})
        return options.some(([key, spec]) => longFlag(key) === long && `-${spec.short}` === short)
          ? []
          : [`${title}: ${short} is not ${long}`]
      }),
    )
    expect(apart).toEqual([])
  })

  it("print JSON where they read", () => {
    const reading = Object.keys(HABITAT).flatMap((title) => (title.endsWith(" (r)") ? [title.slice(0, -4)] : []))
    const silent = [...reading, ...OURS_THAT_READ].filter((name) => commands.get(name)?.options["json"] === undefined)
    expect(silent).toEqual([])
  })

  it("give no letter to two options of one command", () => {
    const twice = [...commands].flatMap(([name, { options }]) => {
      const letters = Object.values(options).flatMap(({ short }) => short ?? [])
      return new Set(letters).size === letters.length ? [] : [name]
    })
    expect(twice).toEqual([])
  })
})

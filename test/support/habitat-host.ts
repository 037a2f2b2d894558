import { chmodSync, mkdirSync } from "node:fs"
import type { Hab } from "./hab.ts"

const RELEASE = "20230405060708"

/** Specs as Habitat 2.x writes them. */
const WEB_SPEC = `ident = "acme/oldweb"
group = "default"
bldr_url = "https://bldr.habitat.sh"
channel = "stable"
topology = "standalone"
update_strategy = "none"
update_condition = "latest"
binds = ["cache:oldcache.prod"]
binding_mode = "strict"
desired_state = "up"
shutdown_timeout = 3

[health_check_interval]
secs = 30
nanos = 0
`
const CACHE_SPEC = WEB_SPEC.replace("oldweb", "oldcache")
  .replace('group = "default"', 'group = "prod"')
  .replace('binds = ["cache:oldcache.prod"]', "binds = []")
const DOWN_SPEC = CACHE_SPEC.replace("oldcache", "olddown").replace('desired_state = "up"', 'desired_state = "down"')

const GENERATED_RUN = `#!/bin/sh

export HOME=/hab/svc/oldweb/data
cd /hab/svc/oldweb

if [ "$(whoami)" = "root" ]; then
  exec chpst \\
    -U hab:hab \\
    -u hab:hab \\
    web 2>&1
else
  exec web 2>&1
fi
`

const CACHE_RUN = '#!/bin/sh\nexec 2>&1\necho "cache on $(cat {{pkg.svc_config_path}}/port)"\nexec sleep 1000\n'
const CACHE_INSTALL = "#!/bin/sh\necho again >>/hab/svc/oldcache/data/installs\n"

/** Files of the supervisor that must come through unchanged, whoever supervises. */
export const HABITAT_STATE = [
  "hab/sup/default/MEMBER_ID",
  "hab/sup/default/CTL_SECRET",
  "hab/sup/default/data/0123456789abcdef0123456789abcdef.rst",
  "hab/sup/default/data/INCARNATION",
  "hab/sup/default/specs/oldweb.spec",
  "hab/sup/default/specs/oldcache.spec",
  "hab/sup/default/specs/olddown.spec",
  "hab/user/oldcache/config/user.toml",
]

/** A root as Habitat's supervisor leaves it at a clean stop: three loaded services, two of them wanted up. */
export function makeHabitatHost(hab: Hab): void {
  const state = "hab/sup/default"
  hab.write(`${state}/MEMBER_ID`, "0123456789abcdef0123456789abcdef")
  hab.write(`${state}/CTL_SECRET`, `${Buffer.alloc(64, 7).toString("base64")}\n`)
  chmodSync(hab.path(`${state}/CTL_SECRET`), 0o600)
  hab.write(`${state}/LOCK`, "4242")
  hab.write(`${state}/data/0123456789abcdef0123456789abcdef.rst`, "\u0000gossip\u0001")
  hab.write(`${state}/data/INCARNATION`, "7")
  hab.write(`${state}/specs/oldweb.spec`, WEB_SPEC)
  hab.write(`${state}/specs/oldcache.spec`, CACHE_SPEC)
  hab.write(`${state}/specs/olddown.spec`, DOWN_SPEC)
  hab.write("hab/user/oldcache/config/user.toml", "# set by hand\nport = 6380\n")
  installed(hab, "oldweb", { run: GENERATED_RUN, BINDS: "cache=port\n" })
  hab.write(
    `${packageOf("oldweb")}/bin/web`,
    '#!/bin/sh\necho "web runs in $HOME beside {{not a template}}"\nexec sleep 1000\n',
  )
  chmodSync(hab.path(`${packageOf("oldweb")}/bin/web`), 0o755)
  const cache = { "hooks/run": CACHE_RUN, "hooks/install": CACHE_INSTALL, "config/port": "{{cfg.port}}" }
  for (const name of ["oldcache", "olddown"]) {
    installed(hab, name, {
      ...cache,
      "default.toml": "port = 6379\n",
      EXPORTS: "port=port\n",
      INSTALL_HOOK_STATUS: "0",
    })
  }
  serviceDirectory(hab, "oldcache", {
    "hooks/run": CACHE_RUN.replace("{{pkg.svc_config_path}}", "/hab/svc/oldcache/config"),
    "hooks/install": CACHE_INSTALL,
    run: CACHE_RUN.replace("{{pkg.svc_config_path}}", "/hab/svc/oldcache/config"),
    "config/port": "6380",
    "data/dump.rdb": "\u0000the data",
    "files/motd": "uploaded",
    "logs/install.stdout.log": "",
  })
  serviceDirectory(hab, "oldweb", { run: GENERATED_RUN, "data/index.html": "hello" })
}

function packageOf(name: string): string {
  return `hab/pkgs/acme/${name}/1.0.0/${RELEASE}`
}

/** A package as Habitat's install unpacks it. */
function installed(hab: Hab, name: string, files: Readonly<Record<string, string>>): void {
  const inner = `/${packageOf(name)}`
  const all = {
    IDENT: `acme/${name}/1.0.0/${RELEASE}\n`,
    TARGET: "x86_64-linux\n",
    PATH: `${inner}/bin\n`,
    RUNTIME_PATH: `${inner}/bin\n`,
    RUNTIME_ENVIRONMENT: `PATH=${inner}/bin\n`,
    SVC_USER: "hab\n",
    SVC_GROUP: "hab\n",
    MANIFEST: `# acme / ${name}\n`,
    ...files,
  }
  for (const [file, text] of Object.entries(all)) hab.write(`${packageOf(name)}/${file}`, text)
}

/** Modes as Habitat gives them (spec supervisor §2.4). */
function serviceDirectory(hab: Hab, name: string, files: Readonly<Record<string, string>>): void {
  const service = `hab/svc/${name}`
  for (const folder of ["hooks", "logs"]) mkdirSync(hab.path(`${service}/${folder}`), { recursive: true, mode: 0o755 })
  for (const folder of ["config", "config_install", "data", "files", "static", "var"]) {
    mkdirSync(hab.path(`${service}/${folder}`), { recursive: true })
    chmodSync(hab.path(`${service}/${folder}`), 0o770)
  }
  for (const [file, text] of Object.entries(files)) {
    hab.write(`${service}/${file}`, text)
    if (file === "run" || file.startsWith("hooks/")) chmodSync(hab.path(`${service}/${file}`), 0o755)
    if (file.startsWith("config/")) chmodSync(hab.path(`${service}/${file}`), 0o740)
  }
}

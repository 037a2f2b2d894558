import { spawn, spawnSync } from "node:child_process"
import type { BindMount, Enclosure } from "../ports/enclosure.ts"
import type { Account } from "../ports/users.ts"
import { systemSandbox } from "./sandbox.ts"

/** How long the namespaces are tried. */
const PROBE_LIMIT_MS = 10_000

/**
 * Runs in a new mount namespace as (namespace) root, with the host's hab directory as $1: builds a root directory that
 * is the host's except for `/hab`, moves into it with pivot_root and becomes the command that follows.
 * The new root is a tmpfs over `<hab>/.enclosure`, so nothing outside the hab directory is written; unshare(1) has made
 * all mounts private. One `mount` makes all the mounts, from a table as fstab(5) is, which the last of them hides: one
 * process for each would take five times as long.
 */
export const ENCLOSURE_SCRIPT = `set -e
hab=$1; shift
new=$hab/.enclosure here=$PWD path=$PATH
PATH=$PATH:/usr/sbin:/sbin
mount -t tmpfs -o mode=0755 hab "$new"
links=() folders=("$new/hab") table=
show() {
  local field
  for field in "$2" "$3"; do
    field=\${field//\\\\/\\\\134} field=\${field// /\\\\040} field=\${field//$'\t'/\\\\011} field=\${field//$'\n'/\\\\012}
    table+="$field "
  done
  table+="none $1 0 0"$'\n'
}
for entry in /* /.[!.]*; do
  if [ "$entry" = /hab ]; then continue
  elif [ -L "$entry" ]; then links+=("$entry")
  elif [ -d "$entry" ]; then folders+=("$new$entry"); show rbind "$entry" "$new$entry"
  elif [ -e "$entry" ]; then : >"$new$entry"; show bind "$entry" "$new$entry"
  fi
done
show bind "$hab" "$new/hab"
mkdir "\${folders[@]}"
[ "\${#links[@]}" = 0 ] || cp -P "\${links[@]}" "$new"
printf %s "$table" >"$new/hab/.mounts"
mount --all --fstab "$new/hab/.mounts"
cd "$new"
pivot_root . .
umount -l .
cd "$here"
PATH=$path
exec "$@"
`

/** Runs in a mount namespace of its own as (namespace) root: shows $1 at $2 and becomes the command that follows. */
const BIND_SCRIPT = `PATH=$PATH:/usr/sbin:/sbin mount --bind "$1" "$2" && shift 2 && exec "$@"`

/** What root can be refused of that, in half the processes: a namespace, a mount, another root. $1 is the host's hab directory. */
const PROBE_SCRIPT = `PATH=$PATH:/usr/sbin:/sbin; mount -t tmpfs hab "$1" && cd "$1" && exec pivot_root . .`

/** The argv that gives the script its namespaces; ordinary users get back their own uid inside a second one. */
export function enclosureArgv(
  hab: string,
  user: Pick<Account, "uid" | "gid">,
  argv: readonly [string, ...string[]],
  mount?: BindMount,
): readonly [string, ...string[]] {
  const bind = mount === undefined ? [] : bindArgv(mount)
  const script = ["--", "bash", "-c", ENCLOSURE_SCRIPT, "hab-enclosure", hab, ...bind] as const
  if (user.uid === 0) return ["unshare", "--mount", ...script, ...argv]
  const mapBack = ["unshare", "--user", `--map-user=${user.uid}`, `--map-group=${user.gid}`, "--"]
  return ["unshare", "--user", "--map-root-user", "--mount", ...script, ...mapBack, ...argv]
}

function bindArgv({ from, at }: BindMount): readonly [string, ...string[]] {
  return ["bash", "-c", BIND_SCRIPT, "hab-bind", from, at]
}

/**
 * The enclosure of the root that holds `hab` (its directory must exist with `.enclosure` in it). Tries the namespaces
 * once, when first asked: where the kernel or a container refuses them, commands run unwrapped and see the host's paths.
 */
export function systemEnclosure(root: string, hab: string, user: Pick<Account, "uid" | "gid">): Enclosure {
  const sandbox = () => systemSandbox(`${hab}/.enclosure`, user)
  const bind = (argv: readonly [string, ...string[]], mount: BindMount) => enclosureArgv(hab, user, argv, mount)
  if (root === "/" || root === "") {
    return { enclosed: true, wrap: (argv) => argv, ...(user.uid === 0 ? { bind: bindOnHost, sandbox } : {}) }
  }
  let works: boolean | undefined
  let probing: Promise<boolean> | undefined
  const enclosed = () => (works ??= canEnclose(hab, user))
  return {
    get enclosed() {
      return enclosed()
    },
    async probe() {
      probing ??= probeEnclosed(hab, user)
      works ??= await probing
    },
    wrap: (argv) => (enclosed() ? enclosureArgv(hab, user, argv) : argv),
    get bind() {
      return enclosed() ? bind : undefined
    },
    get sandbox() {
      return enclosed() ? sandbox : undefined
    },
  }
}

/** Ordinary users try all of it: the namespace inside a namespace can be refused as well, and needs programs to be seen. */
function probeArgv(hab: string, user: Pick<Account, "uid" | "gid">): readonly [string, ...string[]] {
  if (user.uid !== 0) return enclosureArgv(hab, user, ["true"])
  return ["unshare", "--mount", "--", "bash", "-c", PROBE_SCRIPT, "hab-probe", hab]
}

function probeEnclosed(hab: string, user: Pick<Account, "uid" | "gid">): Promise<boolean> {
  const [file, ...args] = probeArgv(hab, user)
  const child = spawn(file, args, { stdio: "ignore", timeout: PROBE_LIMIT_MS })
  return new Promise((resolve) => {
    child.on("error", () => resolve(false)).on("exit", (code) => resolve(code === 0))
  })
}

function canEnclose(hab: string, user: Pick<Account, "uid" | "gid">): boolean {
  const [file, ...args] = probeArgv(hab, user)
  return spawnSync(file, args, { stdio: "ignore", timeout: PROBE_LIMIT_MS }).status === 0
}

function bindOnHost(argv: readonly [string, ...string[]], mount: BindMount): readonly [string, ...string[]] {
  return ["unshare", "--mount", "--", ...bindArgv(mount), ...argv]
}

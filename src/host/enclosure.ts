import { spawnSync } from "node:child_process"
import type { Enclosure } from "../ports/enclosure.ts"
import type { Account } from "../ports/users.ts"

/**
 * Runs in a new mount namespace as (namespace) root, with the host's hab directory as $1: builds a root directory that
 * is the host's except for `/hab`, moves into it with pivot_root and becomes the command that follows.
 * The new root is a tmpfs over `<hab>/.enclosure`, so nothing outside the hab directory is written.
 */
export const ENCLOSURE_SCRIPT = `set -e
hab=$1; shift
new=$hab/.enclosure here=$PWD path=$PATH
PATH=$PATH:/usr/sbin:/sbin
mount --make-rprivate /
mount -t tmpfs -o mode=0755 hab "$new"
for entry in /* /.[!.]*; do
  if [ "$entry" = /hab ]; then continue
  elif [ -L "$entry" ]; then cp -P "$entry" "$new$entry"
  elif [ -d "$entry" ]; then mkdir "$new$entry"; mount --rbind "$entry" "$new$entry"
  elif [ -e "$entry" ]; then : >"$new$entry"; mount --bind "$entry" "$new$entry"
  fi
done
mkdir "$new/hab"
mount --bind "$hab" "$new/hab"
cd "$new"
pivot_root . .
umount -l .
cd "$here"
PATH=$path
exec "$@"
`

/** The argv that gives the script its namespaces; ordinary users get back their own uid inside a second one. */
export function enclosureArgv(
  hab: string,
  user: Pick<Account, "uid" | "gid">,
  argv: readonly [string, ...string[]],
): readonly [string, ...string[]] {
  const script = ["--", "bash", "-c", ENCLOSURE_SCRIPT, "hab-enclosure", hab] as const
  if (user.uid === 0) return ["unshare", "--mount", ...script, ...argv]
  const mapBack = ["unshare", "--user", `--map-user=${user.uid}`, `--map-group=${user.gid}`, "--"]
  return ["unshare", "--user", "--map-root-user", "--mount", ...script, ...mapBack, ...argv]
}

/**
 * The enclosure of the root that holds `hab` (its directory must exist with `.enclosure` in it). Tries the namespaces
 * once: where the kernel or a container refuses them, commands run unwrapped and see the host's paths.
 */
export function systemEnclosure(root: string, hab: string, user: Pick<Account, "uid" | "gid">): Enclosure {
  if (root === "/" || root === "") return { enclosed: true, wrap: (argv) => argv }
  const [file, ...args] = enclosureArgv(hab, user, ["true"])
  const works = spawnSync(file, args, { stdio: "ignore", timeout: 10_000 }).status === 0
  return { enclosed: works, wrap: (argv) => (works ? enclosureArgv(hab, user, argv) : argv) }
}

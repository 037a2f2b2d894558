import { spawnSync } from "node:child_process"
import type { Sandbox, VisiblePath } from "../ports/enclosure.ts"
import type { Account } from "../ports/users.ts"

/**
 * Runs in new mount, network and IPC namespaces as (namespace) root: builds a root that holds only what is named, moves
 * into it with pivot_root and becomes the command. Its arguments: an empty folder, programs of the host up to `--` (each
 * brings its libraries), triples `ro|rw FROM AT` up to `--`, the command. All mounts end with the last process that sees
 * them.
 */
const SANDBOX_SCRIPT = `set -e
new=$1 here=$PWD path=$PATH; shift
PATH=$PATH:/usr/sbin:/sbin
mkdir -p "$new"
mount --make-rprivate /
mount -t tmpfs -o mode=0755 hab "$new"
declare -A links=() readonly=() seen=()
for entry in /bin /sbin /lib /lib32 /lib64 /libx32; do
  if [ -L "$entry" ]; then
    target=$(readlink "$entry"); target=/\${target#/}
    links[$entry]=$target
    mkdir -p "$new$target"; ln -s "\${target#/}" "$new$entry"
  fi
done
show() {
  local top=\${3#/} at=$3
  top=/\${top%%/*}
  if [ -n "\${links[$top]:-}" ]; then at=\${links[$top]}\${3#"$top"}; fi
  if [ -n "\${seen[$at]:-}" ] || [ ! -e "$2" ]; then return 0; fi
  seen[$at]=1
  if [ -d "$2" ]; then mkdir -p "$new$at"
  elif [ ! -e "$new$at" ]; then mkdir -p "$new\${at%/*}"; : >"$new$at"
  fi
  if [ "$1" = ro ] && mount -o rbind,ro "$2" "$new$at" 2>/dev/null; then return 0; fi
  mount --rbind "$2" "$new$at"
  if [ "$1" = ro ]; then readonly[$new$at]=1; fi
}
programs=()
while [ "$1" != -- ]; do
  if program=$(type -P "$1"); then programs+=("$program"); show ro "$program" "$program"; fi
  shift
done
shift
loader=$(ldd "$(type -P bash)" | while read -r first _; do case $first in /*) echo "$first" ;; esac; done)
show ro "$loader" "$loader"
while read -r _ arrow library _; do
  case $arrow$library in '=>/'*) show ro "$library" "$library" ;; esac
done < <(for program in "\${programs[@]}"; do "$loader" --list "$program" 2>/dev/null || :; done)
for file in passwd group nsswitch.conf ld.so.cache; do show ro "/etc/$file" "/etc/$file"; done
for device in null zero full random urandom tty; do show rw "/dev/$device" "/dev/$device"; done
ln -s /proc/self/fd "$new/dev/fd"
for stream in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/\${stream%:*}" "$new/dev/\${stream#*:}"; done
mkdir -p "$new/tmp" "$new/var/tmp" "$new/dev/shm"
chmod 1777 "$new/tmp" "$new/var/tmp" "$new/dev/shm"
mkdir "$new/proc"; mount --rbind /proc "$new/proc"
while [ "$1" != -- ]; do show "$1" "$2" "$3"; shift 3; done
shift
# In a user namespace a mount keeps the flags it had: they are named when it becomes read-only.
[ "\${#readonly[@]}" = 0 ] || while read -r _ _ _ _ point flags _; do
  printf -v point %b "$point"
  if [ -n "\${readonly[$point]:-}" ]; then mount -o "remount,bind,\${flags/#rw/ro}" "$point"; fi
done < <(cat /proc/self/mountinfo)
mkdir -p "$new$here"
cd "$new"
pivot_root . .
umount -l .
cd "$here"
PATH=$path
exec "$@"
`

/** What every build may use, as in Habitat's studio: the programs the build itself is made of. */
const PROGRAMS =
  "bash sh awk bunzip2 bzip2 file find grep egrep fgrep gunzip gzip sed setpriv tar unshare unxz unzip xargs xz zcat [ basename cat chgrp chmod chown cksum comm cp cut date dd df dir dirname du echo env expand expr factor false fmt fold groups head hostid id install join link ln logname ls md5sum mkdir mkfifo mknod mktemp mv nice nl nohup nproc numfmt od paste pathchk pr printenv printf ptx pwd readlink realpath rm rmdir sha1sum sha256sum sha512sum shred shuf sleep sort split stat stdbuf stty sum sync tac tail tee test timeout touch tr true umount truncate tsort tty uname unexpand uniq unlink wc whoami yes".split(
    " ",
  )

/** As root nothing may undo the walls: mount, modules, raw devices, tracing of processes outside. */
const NO_CAPABILITIES =
  "-sys_admin,-sys_module,-sys_rawio,-sys_ptrace,-sys_boot,-sys_time,-sys_chroot,-mknod,-net_admin"

/**
 * How a command is run in a sandbox; undefined where the kernel or a container refuses the namespaces, which is tried
 * once. `folder` is an empty one of ours on which the sandbox's root is put, in its own mount namespace only.
 */
export function systemSandbox(folder: string, user: Pick<Account, "uid" | "gid">): Sandbox | undefined {
  const [file, ...args] = [...namespacesFor(user), "mount", "--make-rprivate", "/"] as const
  const env = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` }
  const works = spawnSync(file, args, { stdio: "ignore", timeout: 10_000, env }).status === 0
  return works ? (argv, visible) => sandboxArgv(folder, user, argv, visible) : undefined
}

function sandboxArgv(
  folder: string,
  user: Pick<Account, "uid" | "gid">,
  argv: readonly [string, ...string[]],
  visible: readonly VisiblePath[],
): readonly [string, ...string[]] {
  const mounts = visible.flatMap(({ from, at, writable }) => [writable ? "rw" : "ro", from, at])
  const script = ["bash", "-c", SANDBOX_SCRIPT, "hab-sandbox", folder, ...PROGRAMS, "--", ...mounts, "--"] as const
  const become =
    user.uid === 0
      ? ["setpriv", `--bounding-set=${NO_CAPABILITIES}`]
      : ["unshare", "--user", `--map-user=${user.uid}`, `--map-group=${user.gid}`, "--"]
  return [...namespacesFor(user), ...script, ...become, ...argv]
}

/** Ordinary users need a user namespace around the others, and get back their own uid inside. */
function namespacesFor({ uid }: Pick<Account, "uid">): readonly [string, ...string[]] {
  return ["unshare", ...(uid === 0 ? [] : ["--user", "--map-root-user"]), "--mount", "--net", "--ipc", "--"]
}

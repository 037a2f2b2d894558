import type { FileSystem } from "../../ports/file-system.ts"

const USAGE_EXIT = 100
const FATAL_EXIT = 111
const DEFAULT_ACCOUNT = "hab"

/** Where `chpst` is, in the directory of the supervisor's state. */
export const SHIM_DIRECTORY = "bin"

/**
 * Writes `chpst` below the supervisor's state directory unless it is there; returns its folder, a host path that belongs
 * on the PATH of services and hooks, before the operator's. Everybody may read it: hooks of other users call it as well.
 */
export function installChpst(
  files: Pick<FileSystem, "makeDirectories" | "readTextIfPresent" | "writeAtomically">,
  state: string,
): string {
  const folder = `${state}/${SHIM_DIRECTORY}`
  files.makeDirectories(folder, 0o755)
  const file = `${folder}/chpst`
  if (files.readTextIfPresent(file) !== chpstScript()) files.writeAtomically(file, chpstScript(), { mode: 0o755 })
  return folder
}

/**
 * The text of `chpst` (decisions 3): runit's program over setpriv, as an sh script of ours. `run` files that packages
 * generate call it as root to become their user. Without root, and for the default account `hab` where it does not
 * exist, the command runs as the caller (decisions B).
 */
function chpstScript(): string {
  return SCRIPT
}

const SCRIPT = `#!/bin/sh
# chpst of hab: changes the process state, then becomes the program.
usage() { echo "usage: chpst [-vP012] [-u USER[:GROUP]] [-U USER[:GROUP]] [-b ARGV0] [-e DIR] [-/ ROOT] [-C DIR] [-n INC] [-l|-L FILE] [-m|-d|-o|-p|-f|-c|-t|-r N] PROGRAM [ARG...]" >&2; exit ${USAGE_EXIT}; }
fatal() { echo "chpst: fatal: $1" >&2; exit ${FATAL_EXIT}; }
user= envuser= envdir= root= dir= nice= lock= lockopt= close= argv0=
while getopts u:U:b:e:m:d:o:p:f:c:t:r:l:L:/:C:n:vP012 option; do
  case $option in
    u) user=$OPTARG ;; U) envuser=$OPTARG ;; b) argv0=$OPTARG ;; e) envdir=$OPTARG ;;
    /) root=$OPTARG ;; C) dir=$OPTARG ;; n) nice=$OPTARG ;;
    l) lock=$OPTARG lockopt=-n ;; L) lock=$OPTARG lockopt= ;;
    m) ulimit -S -v $((OPTARG / 1024)) || fatal "cannot limit memory" ;;
    d) ulimit -S -d $((OPTARG / 1024)) || fatal "cannot limit the data segment" ;;
    o) ulimit -S -n "$OPTARG" || fatal "cannot limit open files" ;;
    p) ulimit -S -p "$OPTARG" || fatal "cannot limit processes" ;;
    f) ulimit -S -f $((OPTARG / 512)) || fatal "cannot limit the size of files" ;;
    c) ulimit -S -c $((OPTARG / 512)) || fatal "cannot limit core files" ;;
    t) ulimit -S -t "$OPTARG" || fatal "cannot limit CPU time" ;;
    r) ;;
    P) ;; # we start every service in a process group of its own
    0|1|2) close="$close $option" ;; v) ;;
    *) usage ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || usage

if [ -n "$envdir" ]; then
  for file in "$envdir"/*; do
    name=\${file##*/}
    case $name in *[!A-Za-z0-9_]*|[0-9]*|'') continue ;; esac
    if [ -s "$file" ]; then value=; IFS= read -r value <"$file" || :; export "$name=$value"
    elif [ -f "$file" ]; then unset "$name"
    fi
  done
fi

group_id() {
  while IFS=: read -r group_name _ group_number _; do
    [ "$group_name" != "$1" ] || { echo "$group_number"; return; }
  done </etc/group
  return 1
}

# Sets uid, gid and groups (a comma list) from USER[:GROUP[:GROUP...]] or :UID[:GID[:GID...]].
resolve() {
  wanted=$1 groups=
  case $wanted in
    :*) wanted=\${wanted#:}; uid=\${wanted%%:*}; gid=$uid ;;
    *) uid=$(id -u "\${wanted%%:*}" 2>/dev/null) || return 1; gid=$(id -g "\${wanted%%:*}") ;;
  esac
  case $wanted in *:*) names=\${wanted#*:} ;; *) names= ;; esac
  for name in $(echo "$names" | tr : ' '); do
    case $name in
      *[!0-9]*) number=$(group_id "$name") || return 1 ;;
      *) number=$name ;;
    esac
    groups=\${groups:+$groups,}$number
  done
  [ -z "$groups" ] || gid=\${groups%%,*}
}

# Fails for the default account where it does not exist: the command then runs as the caller.
known() {
  resolve "$1" && return
  case $1 in ${DEFAULT_ACCOUNT}|${DEFAULT_ACCOUNT}:*) return 1 ;; *) fatal "unknown user/group: $1" ;; esac
}

if [ -n "$envuser" ] && known "$envuser"; then set -- env "UID=$uid" "GID=$gid" "$@"; fi
[ -z "$argv0" ] || set -- bash -c 'name=$1; shift; exec -a "$name" "$@"' chpst "$argv0" "$@"
become=
if [ -n "$user" ] && [ "$(id -u)" = 0 ] && known "$user"; then become=1; fi
# The account is changed last: nothing before it could be done without root. None of these programs forks.
if [ -n "$root" ]; then
  set -- chroot \${become:+--userspec="$uid:$gid" --groups="\${groups:-$gid}"} "$root" "$@"
elif [ -n "$become" ]; then
  set -- setpriv "--reuid=$uid" "--regid=$gid" "--groups=\${groups:-$gid}" -- "$@"
fi
[ -z "$nice" ] || set -- nice -n "$nice" "$@"
[ -z "$lock" ] || set -- flock --no-fork --conflict-exit-code ${FATAL_EXIT} $lockopt "$lock" "$@"
[ -z "$dir" ] || cd "$dir" || fatal "cannot change into $dir"
for number in $close; do
  case $number in 0) exec <&- ;; 1) exec >&- ;; 2) exec 2>&- ;; esac
done
exec "$@"
`

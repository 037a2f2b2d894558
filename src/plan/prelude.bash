# What plans may call (spec package §2.10). Names beginning with __hab_ are ours and may change; everything else is the
# interface plans are written against. Nothing here needs more than bash, coreutils, findutils, sed, grep, tar and xz.

# --- Talking to the user -----------------------------------------------------------------------------------------------

__hab_colored() {
  [[ ${HAB_NOCOLORING:-} != true && ${TERM:-} == @(*xterm*|*rxvt*|*screen*) ]]
}

# __hab_say PREFIX PREFIX_COLOR TEXT: one line of the build, `   name: text`.
__hab_say() {
  if __hab_colored; then
    printf '   \e[1;36m%s\e[0m: \e[1;%sm%s\e[1;37m%s\e[0m\n' "${pkg_name:-}" "$2" "$1" "$3"
  else
    printf '   %s: %s%s\n' "${pkg_name:-}" "$1" "$3"
  fi
}

build_line() {
  __hab_say "" 37 "$1"
}

warn() {
  __hab_say "WARN: " 33 "$1" >&2
}

debug() {
  if [[ -n ${DEBUG:-} ]]; then
    __hab_say "DEBUG: " 36 "$1"
  fi
}

# exit_with TEXT [CODE]: ends the build. Prints on stdout, as plans rely on.
exit_with() {
  __hab_say "ERROR: " 31 "$1"
  exit "${2:-1}"
}

# attach: stops for a look around. What is typed is evaluated here, in the callback that called.
attach() {
  if [[ -z ${STUDIO_TYPE:-} ]]; then
    warn "attach is skipped: STUDIO_TYPE is not set"
    return 0
  fi
  build_line "Attached in ${FUNCNAME[1]:-the plan} at ${BASH_SOURCE[1]-}:${BASH_LINENO[0]}; 'help' lists the commands"
  while __hab_call attach "[${FUNCNAME[1]:-plan}] $pkg_name($PWD)> "; do
    case ${__hab_answer[0]} in
      help)
        printf '%s\n' "help                       this list" "whereami [LINES], @ [LINES]  the lines around the call" \
          "vars                       the plan's variables" "exit, quit                 go on with the build" \
          "exit-program, quit-program  end the build" "anything else              is evaluated by bash"
        ;;
      whereami* | @*) __hab_where "${BASH_SOURCE[1]-}" "${BASH_LINENO[0]}" "${__hab_answer[0]#* }" ;;
      vars) (set -o posix && set) | grep -E '^(pkg_|HAB_|CFLAGS|LDFLAGS|PATH=|SRC_PATH|CACHE_PATH|PLAN_CONTEXT)' ;;
      exit | quit) return 0 ;;
      exit-program | quit-program) exit_with "Ended from attach" 1 ;;
      *) eval "${__hab_answer[0]}" || build_line "exit code $?" ;;
    esac
  done
  build_line "No more input: the build goes on"
}

# __hab_where FILE LINE [AROUND]: the lines around a place, five on each side unless said otherwise.
__hab_where() {
  local around=5 line text=0 content
  [[ ${3:-} =~ ^[0-9]+$ ]] && around=$3
  while IFS= read -r content || [[ -n $content ]]; do
    text=$((text + 1)) line=' '
    if ((text < $2 - around || text > $2 + around)); then continue; fi
    if ((text == $2)); then line='>'; fi
    printf '%s%4d: %s\n' "$line" "$text" "$content"
  done <"$1"
}

# --- Text and paths ----------------------------------------------------------------------------------------------------

exists() {
  command -v "$1" >/dev/null 2>&1
}

trim() {
  local text="$*"
  text="${text#"${text%%[![:space:]]*}"}"
  text="${text%"${text##*[![:space:]]}"}"
  echo "$text"
}

# join_by SEPARATOR ITEM...: only the first character of the separator counts.
join_by() {
  local IFS="${1:0:1}"
  shift
  echo "$*"
}

abspath() {
  if [[ -d $1 ]]; then
    (cd "$1" && pwd)
  elif [[ -e $1 ]]; then
    case $1 in
      /*) echo "$1" ;;
      */*) echo "$(cd "${1%/*}" && pwd)/${1##*/}" ;;
      *) echo "$PWD/$1" ;;
    esac
  else
    echo "$1 does not exist" >&2
    return 127
  fi
}

normalize_checksum() {
  echo "${1,,}"
}

# --- Sources -----------------------------------------------------------------------------------------------------------

# download_file URL NAME [SHA256]: puts the file into HAB_CACHE_SRC_PATH. One that is there with the right checksum is
# kept; without a checksum it is fetched anew each time. The working directory stays what it was.
download_file() {
  build_line "Getting $2"
  if __hab_call download "$1" "$HAB_CACHE_SRC_PATH/$2" "$(normalize_checksum "${3:-}")"; then
    build_line "${__hab_answer[0]}"
  else
    warn "${__hab_answer[0]}"
    return 1
  fi
}

# verify_file NAME SHA256
verify_file() {
  local file="$HAB_CACHE_SRC_PATH/$1" expected computed
  if [[ ! -f $file ]]; then
    warn "Cannot verify '$file': there is no such file"
    return 1
  fi
  build_line "Verifying $1"
  expected=$(normalize_checksum "$2")
  computed=$(sha256sum <"$file")
  computed=${computed%% *}
  if [[ $computed == "$expected" ]]; then
    build_line "Checksum verified for $1"
    return 0
  fi
  warn "Checksum invalid for $1:"
  warn "   Expected: $expected"
  warn "   Computed: $computed"
  return 1
}

__hab_needs() {
  exists "$1" || { warn "Unpacking $2 needs the program '$1', which is not on the PATH"; return 1; }
}

# unpack_file NAME: unpacks a file of HAB_CACHE_SRC_PATH beside itself.
unpack_file() {
  local name=$1
  if [[ ! -f $HAB_CACHE_SRC_PATH/$name ]]; then
    warn "Cannot unpack '$HAB_CACHE_SRC_PATH/$name': there is no such file"
    return 1
  fi
  build_line "Unpacking $name"
  pushd "$HAB_CACHE_SRC_PATH" >/dev/null || return 1
  local status=0
  case $name in
    *.tar.bz2 | *.tbz2) __hab_needs bzip2 "$name" && tar xf "$name" --no-same-owner || status=1 ;;
    *.tar.gz | *.tgz) __hab_needs gzip "$name" && tar xf "$name" --no-same-owner || status=1 ;;
    *.xz) __hab_needs xz "$name" && tar xf "$name" --no-same-owner || status=1 ;;
    *.tar) tar xf "$name" --no-same-owner || status=1 ;;
    *.bz2) __hab_needs bunzip2 "$name" && bunzip2 "$name" || status=1 ;;
    *.rar) __hab_needs rar "$name" && rar x "$name" || status=1 ;;
    *.gz) __hab_needs gunzip "$name" && gunzip "$name" || status=1 ;;
    *.zip) __hab_needs unzip "$name" && unzip -o "$name" || status=1 ;;
    *.Z) __hab_needs uncompress "$name" && uncompress "$name" || status=1 ;;
    *.7z) __hab_needs 7z "$name" && 7z x "$name" || status=1 ;;
    *)
      warn "Cannot unpack '$name': the ending of its name is unknown"
      status=1
      ;;
  esac
  popd >/dev/null || return 1
  return "$status"
}

# --- Dependencies ------------------------------------------------------------------------------------------------------

# __hab_find_dependency WANTED PATH...: the first package path holding WANTED as whole parts of its identifier. WANTED is
# plain text or an extended regular expression: `zlib`, `core/zlib`, `zlib/1.2`.
__hab_find_dependency() {
  local wanted=$1 path ident
  shift
  for path in "$@"; do
    ident="/${path#"$HAB_PKG_PATH"/}/"
    if [[ $ident == *"/$wanted/"* ]] || [[ $ident =~ /$wanted/ ]]; then
      echo "$path"
      return 0
    fi
  done
  return 1
}

pkg_path_for() {
  __hab_find_dependency "$1" ${pkg_all_deps_resolved[@]+"${pkg_all_deps_resolved[@]}"} && return 0
  warn "There is no direct dependency '$1' to give a path for"
  warn "It must be in pkg_deps or pkg_build_deps"
  return 1
}

_pkg_path_for_build_deps() {
  __hab_find_dependency "$1" ${pkg_build_deps_resolved[@]+"${pkg_build_deps_resolved[@]}"}
}

_pkg_path_for_deps() {
  __hab_find_dependency "$1" ${pkg_deps_resolved[@]+"${pkg_deps_resolved[@]}"}
}

# _resolve_dependency IDENT: prints the directory of the installed release that answers.
_resolve_dependency() {
  __hab_call resolve-dependency "$1" || return 1
  echo "${__hab_answer[0]}"
}

# pkg_interpreter_for PACKAGE INTERPRETER: the path a direct runtime dependency offers in its INTERPRETERS.
pkg_interpreter_for() {
  local path line
  if path=$(_pkg_path_for_deps "$1") && [[ -f $path/INTERPRETERS ]]; then
    while IFS= read -r line || [[ -n $line ]]; do
      if [[ $line == *"$2" ]]; then
        echo "$line"
        return 0
      fi
    done <"$path/INTERPRETERS"
  fi
  warn "No runtime dependency '$1' offers the interpreter '$2'"
  return 1
}

# fix_interpreter "TARGETS" PACKAGE INTERPRETER: makes scripts name the interpreter of a runtime dependency.
fix_interpreter() {
  local targets=$1 package=$2 interpreter=$3 path target
  if ! path=$(_pkg_path_for_deps "$package"); then
    warn "Cannot fix interpreters: '$package' is not in pkg_deps"
    return 1
  fi
  for target in $targets; do
    if [[ -f $target ]]; then
      sed -i -e "s#\#\!.*${interpreter}#\#\!${path}/${interpreter}#" "$(readlink -f "$target")"
    fi
  done
}

# --- Version -----------------------------------------------------------------------------------------------------------

# Paths that follow from name and version. __hab_fixed_dirname is set when the plan chose pkg_dirname.
__hab_settle_paths() {
  if [[ -z ${__hab_fixed_dirname:-} ]]; then
    pkg_dirname="$pkg_name-$pkg_version"
  fi
  local follows_cache=
  if [[ -n ${pkg_source:-} && -z ${CACHE_PATH:-} ]] || [[ ${SRC_PATH:-} == "${CACHE_PATH:-}" ]]; then
    follows_cache=yes
  fi
  CACHE_PATH="$HAB_CACHE_SRC_PATH/$pkg_dirname"
  if [[ -n $follows_cache ]]; then
    SRC_PATH=$CACHE_PATH
  fi
  pkg_artifact="$HAB_CACHE_ARTIFACT_PATH/$pkg_origin-$pkg_name-$pkg_version-$pkg_release-$pkg_target.hart"
}

update_pkg_version() {
  if [[ -n ${__hab_version_closed:-} ]]; then
    exit_with "update_pkg_version may not be called in do_prepare or later: the version is already in use" 21
  fi
  local old=$pkg_version key
  pkg_version=$(pkg_version)
  build_line "Version updated to $pkg_version"
  __hab_settle_paths
  pkg_prefix="$HAB_PKG_PATH/$pkg_origin/$pkg_name/$pkg_version/$pkg_release"
  if [[ $old == "$__hab_version_unset" ]]; then
    PATH=${PATH//"$old"/$pkg_version}
    for key in "${!__hab_runtime[@]}"; do __hab_runtime[$key]=${__hab_runtime[$key]//"$old"/$pkg_version}; done
    for key in "${!__hab_buildtime[@]}"; do __hab_buildtime[$key]=${__hab_buildtime[$key]//"$old"/$pkg_version}; done
    for key in "${!__hab_runtime_from[@]}"; do
      __hab_runtime_from[$key]=${__hab_runtime_from[$key]//"$old"/$pkg_version}
    done
    for key in "${!__hab_buildtime_from[@]}"; do
      __hab_buildtime_from[$key]=${__hab_buildtime_from[$key]//"$old"/$pkg_version}
    done
  fi
}

# The runtime and build environment a plan composes in do_setup_environment (spec package §2.7, §2.10). Four maps hold it:
# variable → value and variable → the packages it comes from. __hab_separators (aggregate variable → separator) and
# __hab_protected (variables of ours) are tables set by the builder before the plan is read.

declare -gA __hab_runtime=() __hab_runtime_from=() __hab_buildtime=() __hab_buildtime_from=()

__hab_env_separator() {
  local separator_name="HAB_ENV_${1}_SEPARATOR"
  if [[ -n ${!separator_name:-} ]]; then
    echo "${!separator_name}"
  elif [[ -n ${__hab_separators[$1]:-} ]]; then
    echo "${__hab_separators[$1]}"
  else
    warn "The separator of $1 is not known; ':' is used (export HAB_ENV_${1}_SEPARATOR to say which)"
    echo ":"
  fi
}

__hab_refuse_protected() {
  if [[ -n ${__hab_protected[$1]:-} ]]; then
    exit_with "$1 is set by the build itself and cannot be changed this way; use ${__hab_protected[$1]}"
  fi
}

__hab_own_ident() {
  echo "$pkg_origin/$pkg_name/$pkg_version/$pkg_release"
}

# push_to_path ITEM PATH [SEPARATOR]: ITEM first; later duplicates and empty items are dropped.
push_to_path() {
  local separator=${3:-:}
  dedupe_path "$1$separator$2" "$separator"
}

# dedupe_path PATH [SEPARATOR]
dedupe_path() {
  local separator=${2:-:} rest item result=
  local -A seen=()
  rest="$1$separator"
  while [[ -n $rest ]]; do
    item=${rest%%"$separator"*}
    rest=${rest#*"$separator"}
    if [[ -n $item && -z ${seen[$item]:-} ]]; then
      seen[$item]=1
      result+="${result:+$separator}$item"
    fi
  done
  echo "$result"
}

# set_env MAP FROM_MAP [-f] VARIABLE VALUE
set_env() {
  local -n __hab_map=$1 __hab_from=$2
  shift 2
  local force=
  if [[ ${1:-} == -f ]]; then
    force=yes
    shift
  fi
  __hab_refuse_protected "$1"
  if [[ -n ${__hab_map[$1]+set} && -z $force ]]; then
    exit_with "$1 is already '${__hab_map[$1]}' (from ${__hab_from[$1]:-an unknown package}); -f replaces it"
  fi
  if [[ -n ${__hab_map[$1]+set} ]]; then
    warn "Replacing $1='${__hab_map[$1]}' with '$2'"
  fi
  __hab_map[$1]=$2
  __hab_from[$1]=$(__hab_own_ident)
}

# do_push_env MAP FROM_MAP VARIABLE VALUE
do_push_env() {
  local -n __hab_map=$1 __hab_from=$2
  local separator
  __hab_refuse_protected "$3"
  separator=$(__hab_env_separator "$3")
  __hab_map[$3]=$(push_to_path "$4" "${__hab_map[$3]:-}" "$separator")
  __hab_from[$3]="$(__hab_own_ident)${__hab_from[$3]:+ ${__hab_from[$3]}}"
}

set_runtime_env() {
  set_env __hab_runtime __hab_runtime_from "$@"
}

set_buildtime_env() {
  set_env __hab_buildtime __hab_buildtime_from "$@"
}

push_runtime_env() {
  do_push_env __hab_runtime __hab_runtime_from "$@"
}

push_buildtime_env() {
  do_push_env __hab_buildtime __hab_buildtime_from "$@"
}

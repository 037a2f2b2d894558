# The one bash process of a build. It does what the builder asks over descriptor 3 and keeps the plan's variables and
# functions between the questions. Commands come as texts ended by NUL and are evaluated here, at the top level, so that
# what a plan declares is global. Answers go back as records: a kind, the number of fields, the fields, each ended by NUL.
#
#   done FIELD...               the command is through; the fields are what it left in __hab_reply. The output then holds
#                               a line of one NUL, so that what was printed is known to have arrived
#   call VERB ARGUMENT...       a helper asks the builder; the answer is a status, a number of fields, the fields
#   exit STATUS COMMAND FILE LINE       the shell ends; the command that failed, when one did

umask 0022
unset TERMINFO OLDPWD SHLVL
exec {__hab_channel}<&3 3<&- {__hab_output}>&1

__hab_send() {
  builtin printf '%s\0' "$1" "$(($# - 1))" "${@:2}" >&"$__hab_channel"
}

# __hab_call VERB ARGUMENT...: what the builder answers is in __hab_answer; the status is the answer's.
__hab_call() {
  local __hab_status __hab_count __hab_field
  __hab_answer=()
  __hab_send call "$@"
  IFS= read -r -d '' -u "$__hab_channel" __hab_status
  IFS= read -r -d '' -u "$__hab_channel" __hab_count
  while [[ $__hab_count -gt 0 ]]; do
    IFS= read -r -d '' -u "$__hab_channel" __hab_field
    __hab_answer+=("$__hab_field")
    __hab_count=$((__hab_count - 1))
  done
  return "$__hab_status"
}

# __hab_values KIND NAME...: the variables' values, for the builder. Unset ones read as empty.
__hab_values() {
  local __hab_kind=$1 __hab_name __hab_key
  shift
  for __hab_name in "$@"; do
    if [[ $__hab_kind == text ]]; then
      __hab_reply+=("${!__hab_name-}")
      continue
    fi
    # Under `set -u`, which a plan may use, bash refuses to count an unset array.
    if ! declare -p "$__hab_name" >/dev/null 2>&1; then
      __hab_reply+=(0)
      continue
    fi
    local -n __hab_value=$__hab_name
    __hab_reply+=("${#__hab_value[@]}")
    for __hab_key in "${!__hab_value[@]}"; do
      [[ $__hab_kind == list ]] || __hab_reply+=("$__hab_key")
      __hab_reply+=("${__hab_value[$__hab_key]}")
    done
    unset -n __hab_value
  done
}

# __hab_functions NAME...: yes or nothing for each, whether it is defined.
__hab_functions() {
  local __hab_name
  for __hab_name in "$@"; do
    if declare -F "$__hab_name" >/dev/null; then
      __hab_reply+=(yes)
    else
      __hab_reply+=("")
    fi
  done
}

# In a subshell only its status counts; the shell itself remembers what failed.
__hab_on_error() {
  if [[ $BASHPID == "$$" ]]; then
    __hab_failure=("${@:2}")
  fi
  exit "$1"
}

__hab_on_exit() {
  local __hab_status=$?
  trap - EXIT ERR
  trap '' HUP INT QUIT TERM
  set +eux
  if [[ $__hab_status == 0 && -n $__hab_running ]]; then
    warn "exit was called: it ends the build before there is a package"
    __hab_status=1
  fi
  if [[ $__hab_status != 0 ]]; then
    build_line "Build time: $((SECONDS / 60))m$((SECONDS % 60))s"
    build_line "Exiting on error"
    if declare -F do_after_failure >/dev/null; then
      (do_after_failure) || warn "do_after_failure failed"
    fi
  fi
  __hab_send exit "$__hab_status" "${__hab_failure[@]}"
  exit "$__hab_status"
}

__hab_running=
__hab_failure=("" "" "")
set -eE
trap '__hab_on_error "$?" "$BASH_COMMAND" "${BASH_SOURCE[0]-}" "$LINENO"' ERR
trap __hab_on_exit EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 131' QUIT
trap 'exit 143' TERM

for __hab_part in prelude environment callbacks plan; do
  source "${BASH_SOURCE[0]%/*}/$__hab_part.bash"
done

while IFS= read -r -d '' -u "$__hab_channel" __hab_command; do
  __hab_reply=()
  __hab_running=yes
  eval "$__hab_command"
  __hab_running=
  builtin printf '\n\0\n' >&"$__hab_output"
  __hab_send done ${__hab_reply[@]+"${__hab_reply[@]}"}
done

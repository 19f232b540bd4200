# shellcheck shell=bash
# dd-heroku: configures and starts the Datadog Agent. bash sources this when the dyno starts.
# If anything goes wrong, here or in the app's datadog/prerun.sh, the app starts. Nothing here may write to stdout.
#
# prerun.sh runs in a subshell: `exit`, `set -e`, traps and signals work in it as bash has them, and end nothing else.
# What it changed comes back through a file: the binary compares the subshell's environment with the one before, which it
# has noted there. The shell may be in any mode (POSIX, `set -euax`, any IFS, nocasematch), so nothing here splits words or
# matches patterns, and what a script may have redefined is called through `builtin`.

[ -n "${BASH_VERSION-}" ] || return 0

__dd_heroku_say() {
  case ${DD_LOG_LEVEL-} in
    [Oo][Ff][Ff]) ;;
    *) builtin printf 'dd-heroku: %s\n' "$1" >&2 ;;
  esac
}

# Whether version $1 is $2 or newer. prerun.sh scripts use it.
version_equal_or_newer() {
  local IFS=.-+~ LC_ALL=C i
  # shellcheck disable=SC2206
  local -a a=($1) b=($2)
  for ((i = 0; i < ${#a[@]} || i < ${#b[@]}; i++)); do
    [[ ${a[i]-} != "${b[i]-}" ]] || continue
    case ${a[i]-x}${b[i]-x} in
      *[!0-9]*) [[ ${a[i]-} > ${b[i]-} ]]; return ;;
      *) ((10#${a[i]} > 10#${b[i]})); return ;;
    esac
  done
}

# Evaluates what `runtime $@` prints. Its stdin is the dyno's stdout, for the Agent to write to.
__dd_heroku_run() {
  eval "$(exec "$__dd_heroku_bin" runtime "$@" --disabled "${DISABLE_DATADOG_AGENT-}" 0>&"$__dd_heroku_out" {__dd_heroku_out}>&- {__dd_heroku_err}>&-)"
}

# Notes functions and aliases in the file.
__dd_heroku_note() {
  { builtin printf '\0'; builtin declare -f; builtin alias -p; } >>"$__dd_heroku_changes"
} 2>/dev/null

# In the subshell, before prerun.sh.
__dd_heroku_begin() {
  declare -gA __dd_heroku_known=()
  for __dd_heroku_name in "${!DD_@}"; do __dd_heroku_known[$__dd_heroku_name]=1; done
  __dd_heroku_note
  # A job that is killed right after its fork has the trap too: its end is not the script's.
  __dd_heroku_self=$BASHPID
  builtin trap 'case $BASHPID in "$__dd_heroku_self") (__dd_heroku_end "$?") || : ;; esac' EXIT
  eval "$__dd_heroku_options"
}

# In the subshell, after prerun.sh or, where that exits early with status $1, by the EXIT trap (unless the script has set
# its own): exports the DD_* variables that the script made, then becomes `start`, which writes the changes to the file.
__dd_heroku_end() {
  builtin trap - EXIT DEBUG ERR RETURN
  builtin set +aeuvx
  [ -z "${1-}" ] || set -- --exited "$1"
  case ${DD_ENV@a} in *x*) ;; *) set -- "$@" --app-only DD_ENV ;; esac
  case ${DD_SERVICE@a} in *x*) ;; *) set -- "$@" --app-only DD_SERVICE ;; esac
  for __dd_heroku_name in "${!DD_@}"; do
    __dd_heroku_value=${!__dd_heroku_name-}
    # With a longer one no program could be started.
    [ -n "${__dd_heroku_known[$__dd_heroku_name]-}" ] || [ "${#__dd_heroku_value}" -gt 30000 ] ||
      builtin export "${__dd_heroku_name?}"
  done
  __dd_heroku_note
  # A script may have closed what it did not open. In the order in which they were opened: each gets its number again.
  [ -e "/dev/fd/$__dd_heroku_err" ] || { builtin :; } {__dd_heroku_err}>&2 || { builtin :; } {__dd_heroku_err}>/dev/null
  [ -e "/dev/fd/$__dd_heroku_out" ] || { builtin :; } {__dd_heroku_out}>&1 || { builtin :; } {__dd_heroku_out}>/dev/null
  builtin exec "$__dd_heroku_bin" runtime start --shell "$$" --changes "$__dd_heroku_changes" "$@" \
    --dyno-tags "${DYNO_TAGS-}" --agent-version "${DD_AGENT_VERSION-}" --disabled "${DISABLE_DATADOG_AGENT-}" \
    0>&"$__dd_heroku_out" 2>&"$__dd_heroku_err" {__dd_heroku_out}>&- {__dd_heroku_err}>&- {__dd_heroku_file}<&-
}

# Takes over what the subshell left. Where a signal ended it ($1 is its status), or Ctrl-C, the shell ends the same way.
__dd_heroku_finish() {
  local -a __dd_heroku_answer=()
  mapfile -d '' -t __dd_heroku_answer <&"$__dd_heroku_file"
  if [ "${__dd_heroku_answer[0]:0:17}" = __dd_heroku_left= ]; then eval "${__dd_heroku_answer[0]}" 2>/dev/null; fi
  [ "$__dd_heroku_left" != end ] || return
  if [ "$1" = 130 ] || { [ "$1" -gt 128 ] && [ "${__dd_heroku_left:-$1}" != "$1" ]; }; then
    builtin kill "-$(($1 - 128))" "$$"
  fi
  case $__dd_heroku_left in
    0) ;;
    '') __dd_heroku_say "datadog/prerun.sh ended before its variables could be read: they are lost; the boot goes on" ;;
    *) __dd_heroku_say "datadog/prerun.sh ended early with status $__dd_heroku_left; the boot goes on" ;;
  esac
  __dd_heroku_run start --changes "$__dd_heroku_changes" --dyno-tags "${DYNO_TAGS-}" \
    --agent-version "${DD_AGENT_VERSION-}"
}

# Not by `local -`: it would undo what prerun.sh exports as POSIXLY_CORRECT.
__dd_heroku_options=''
for __dd_heroku_name in errexit nounset verbose xtrace; do
  if [ -o "$__dd_heroku_name" ]; then __dd_heroku_options+="set -o $__dd_heroku_name;"; fi
done
set +euvx

__dd_heroku_bin=${DD_HEROKU_BINARY-}
builtin unset DD_HEROKU_BINARY
if [ -z "$__dd_heroku_bin" ]; then
  case ${BASH_SOURCE[0]} in
    /*) __dd_heroku_bin=${BASH_SOURCE[0]%/*} ;;
    */*) __dd_heroku_bin=$PWD/${BASH_SOURCE[0]%/*} ;;
    *) __dd_heroku_bin=$PWD ;;
  esac
  __dd_heroku_bin=${__dd_heroku_bin%/*}/.dd-heroku/bin/dd-heroku
fi

__dd_heroku_ready='' __dd_heroku_prerun='' __dd_heroku_changes='' __dd_heroku_left=''
{ :; } {__dd_heroku_err}>&2 || { :; } {__dd_heroku_err}>/dev/null
{ :; } 2>/dev/null {__dd_heroku_out}>&1 || { :; } {__dd_heroku_out}>/dev/null
if [ -x "$__dd_heroku_bin" ]; then
  __dd_heroku_run prepare --start
fi
if [ -z "$__dd_heroku_ready" ]; then
  __dd_heroku_say "the Agent was not configured and is not started ($__dd_heroku_bin)"
fi
if [ -n "$__dd_heroku_prerun" ]; then
  { :; } 2>/dev/null {__dd_heroku_file}<"$__dd_heroku_changes" || { :; } {__dd_heroku_file}</dev/null
  (
    __dd_heroku_begin
    # shellcheck disable=SC1090
    . "$__dd_heroku_prerun"
    __dd_heroku_end
  )
  __dd_heroku_finish "$?"
  exec {__dd_heroku_file}<&-
fi
exec {__dd_heroku_out}>&- {__dd_heroku_err}>&-
builtin unset -f __dd_heroku_say __dd_heroku_run __dd_heroku_note __dd_heroku_begin __dd_heroku_end __dd_heroku_finish
eval "$__dd_heroku_options"
builtin unset -v "${!__dd_heroku_@}"

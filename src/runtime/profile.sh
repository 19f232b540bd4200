# shellcheck shell=bash
# dd-heroku: configures and starts the Datadog Agent. bash sources this when the dyno starts.
# Whatever goes wrong, here or in the app's datadog/prerun.sh, the app starts. Nothing here may write to stdout.

[ -n "${BASH_VERSION-}" ] || return 0

# The shell was begun again because prerun.sh had ended it (see __dd_heroku_again): all is done.
if [ "${DD_HEROKU_BOOTED-}" = "$$" ]; then
  unset DD_HEROKU_BOOTED
  return 0
fi

__dd_heroku_set=$SHELLOPTS __dd_heroku_shopt=$BASHOPTS
set +eux +o pipefail
[ -z "${IFS+x}" ] || __dd_heroku_ifs=$IFS
IFS=$' \t\n'

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

# Lists every variable there is, without a fork.
__dd_heroku_list() {
  local letter all='' IFS=' '
  for letter in {a..z} {A..Z} _; do all+=" \${!$letter*}"; done
  eval "__dd_heroku_all=\" $all \""
}

# Makes what prerun.sh has set known to the app and the Agent, exported or not. A value that is too long for the
# environment of a process would keep the app from being started at all.
__dd_heroku_export() {
  local name IFS=' ' LC_ALL=C
  __dd_heroku_list
  # shellcheck disable=SC2154 # `eval` sets it
  for name in $__dd_heroku_all; do
    case $__dd_heroku_before in *" $name "*) continue ;; esac
    case $name in __dd_heroku_* | BASH_* | COPROC* | MAPFILE | REPLY | OPTARG | letter | all | name) continue ;; esac
    [ "${#name} ${!name+x}" != "${#name} " ] || continue
    local value=${!name}
    ((${#value} > 130000 - ${#name})) || export "${name?}"
  done
}

# Runs before each command of prerun.sh ($1 is its text). `set -e` is taken back and stood in for by the ERR trap, and
# once the script has asked to end, 2 makes bash return from whatever function or file it is in (see `extdebug`).
__dd_heroku_step() {
  [ "$BASH_SUBSHELL" = "$__dd_heroku_level" ] || return 0
  case $- in *e*) set +e; __dd_heroku_strict=1 ;; esac
  case $1 in
    'set +'*e*) __dd_heroku_strict= ;;
    exec\ [!\<\>0-9\&\{-]*)
      [ -n "$__dd_heroku_end" ] || (eval "$1")
      __dd_heroku_end=$?
      ;;
  esac
  [ -z "$__dd_heroku_end" ] || ((${#BASH_SOURCE[@]} - 1 <= __dd_heroku_depth)) || return 2
  return 0
}

__dd_heroku_failed() {
  [ "$BASH_SUBSHELL" = "$__dd_heroku_level" ] || return 0
  [ -z "$__dd_heroku_strict" ] || [ -n "$__dd_heroku_end" ] || __dd_heroku_end=$1 __dd_heroku_why='stopped at a command that failed (`set -e`)'
  return 0
}

__dd_heroku_guard() {
  exit() {
    local status=${1-$?}
    [ "$BASH_SUBSHELL" = "$__dd_heroku_level" ] || builtin exit "$status"
    __dd_heroku_end=$status __dd_heroku_why="called \`exit $status\`"
    return 0
  }
  trap() {
    # shellcheck disable=SC2064 # the words are the script's own
    case ${1-} in '' | -[lp]*) builtin trap "$@"; return ;; esac
    [ "$1" != -- ] || shift
    builtin trap -- "$@"
    local IFS=' '
    case "$BASH_SUBSHELL ${*:2} " in
      "$__dd_heroku_level "*'EXIT '* | "$__dd_heroku_level 0 "* | "$__dd_heroku_level "*' 0 '*)
        __dd_heroku_exit=$1
        builtin trap '__dd_heroku_end=; __dd_heroku_again' EXIT
        ;;
    esac
  }
  __dd_heroku_level=$BASH_SUBSHELL __dd_heroku_end='' __dd_heroku_why='' __dd_heroku_strict=''
  __dd_heroku_exit=$(builtin trap -p EXIT)
  __dd_heroku_list
  __dd_heroku_before=$__dd_heroku_all
  builtin trap '__dd_heroku_end=; __dd_heroku_again' EXIT
  builtin trap '__dd_heroku_failed "$?"' ERR
  shopt -s extdebug
  builtin trap '__dd_heroku_step "$BASH_COMMAND"' DEBUG
}

__dd_heroku_unguard() {
  unset -f exit trap
  shopt -u extdebug
  set +eux
  case $__dd_heroku_exit in
    'trap -- '*) eval "$__dd_heroku_exit" ;;
    ?*) builtin trap -- "$__dd_heroku_exit" EXIT ;;
  esac
}

# Shell options and IFS as they were: a script's `set -e` or `nullglob` would break what runs after it.
__dd_heroku_restore() {
  local option IFS=:
  for option in $BASHOPTS; do [[ :$__dd_heroku_shopt: == *:$option:* ]] || shopt -u "$option"; done
  for option in $__dd_heroku_shopt; do [[ :$BASHOPTS: == *:$option:* ]] || shopt -s "$option"; done
  for option in $SHELLOPTS; do [[ :$__dd_heroku_set: == *:$option:* ]] || set +o "$option"; done
  for option in $__dd_heroku_set; do [[ :$SHELLOPTS: == *:$option:* ]] || set -o "$option"; done
} 2>/dev/null

# `start` has the dyno's stdout as its stdin: its own stdout is what is evaluated here.
__dd_heroku_start() {
  __dd_heroku_export
  { eval "$(exec "$__dd_heroku_bin" runtime start --dyno-tags "${DYNO_TAGS-}" --agent-version "${DD_AGENT_VERSION-}" 0>&3 3>&-)"; } 3>&1
}

# prerun.sh has ended the shell in a way that cannot be caught (`set -u`, `${X:?}`): does the rest, then lets the same
# process begin the same shell again, which finds all done. Variables that were unset meanwhile are put back for it.
__dd_heroku_again() {
  local -a words
  local entry IFS=$' \t\n'
  builtin trap - DEBUG ERR EXIT
  unset -f exit trap
  set +eux
  __dd_heroku_say "datadog/prerun.sh ended the shell; the boot goes on without the rest of it"
  case $__dd_heroku_exit in '' | 'trap -- '* | -) ;; *) (eval "$__dd_heroku_exit") ;; esac
  __dd_heroku_start
  mapfile -d '' -t words <"/proc/$$/cmdline"
  while IFS= read -r -d '' entry; do
    [[ -v ${entry%%=*} ]] || export "${entry?}"
  done <"/proc/$$/environ" 2>/dev/null
  DD_HEROKU_BOOTED=$$ exec -a "${words[0]}" "/proc/$$/exe" "${words[@]:1}"
}

__dd_heroku_bin=${DD_HEROKU_BINARY-}
unset DD_HEROKU_BINARY
if [ -z "$__dd_heroku_bin" ]; then
  case ${BASH_SOURCE[0]} in
    /*) __dd_heroku_bin=${BASH_SOURCE[0]%/*} ;;
    */*) __dd_heroku_bin=$PWD/${BASH_SOURCE[0]%/*} ;;
    *) __dd_heroku_bin=$PWD ;;
  esac
  __dd_heroku_bin=${__dd_heroku_bin%/*}/.dd-heroku/bin/dd-heroku
fi

__dd_heroku_ready='' __dd_heroku_prerun=''
if [ -x "$__dd_heroku_bin" ]; then
  eval "$(exec "$__dd_heroku_bin" runtime prepare </dev/null)"
fi
if [ -z "$__dd_heroku_ready" ]; then
  __dd_heroku_say "the Agent was not configured and is not started ($__dd_heroku_bin)"
else
  __dd_heroku_before=' '
  __dd_heroku_depth=${#BASH_SOURCE[@]}
  if [ -n "$__dd_heroku_prerun" ]; then
    __dd_heroku_guard
    __dd_heroku_words=("$@")
    # shellcheck disable=SC1090
    source "$__dd_heroku_prerun"
    __dd_heroku_status=$?
    builtin trap - DEBUG ERR EXIT
    __dd_heroku_unguard
    set -- "${__dd_heroku_words[@]}"
    if [ -n "$__dd_heroku_end" ]; then
      [ "$__dd_heroku_end" = 0 ] || __dd_heroku_say "datadog/prerun.sh $__dd_heroku_why; the boot goes on"
    elif [ "$__dd_heroku_status" != 0 ] && ! "$BASH" -n "$__dd_heroku_prerun" </dev/null 2>/dev/null; then
      __dd_heroku_say "datadog/prerun.sh has a syntax error; what stands before it was run"
    fi
  fi
  __dd_heroku_start
fi

__dd_heroku_restore
if [ -n "${__dd_heroku_ifs+x}" ]; then IFS=$__dd_heroku_ifs; else unset IFS; fi
unset -f __dd_heroku_{say,list,export,step,failed,guard,unguard,restore,start,again}
unset "${!__dd_heroku_@}"

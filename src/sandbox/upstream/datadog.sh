#!/usr/bin/env bash
# Stand-in for the dyno script of Datadog's buildpack (release 2.44), made by dd-heroku's sandbox. It does what that one
# does as far as an app notices: variables, tags, the host's name, the app's files, prerun.sh sourced plainly, agents that
# nothing supervises. It knows none of the DD_HEROKU_* options of dd-heroku's runtime but DD_HEROKU_CONF_FOLDER. The
# configuration of databases is left out.

export APT_DIR="$HOME/.apt"
DD_DIR="$APT_DIR/opt/datadog-agent"
export DD_BIN_DIR="$DD_DIR/bin/agent"
DD_LOG_DIR="$APT_DIR/var/log/datadog"
DD_CONF_DIR="$APT_DIR/etc/datadog-agent"
DD_RUN_DIR="$DD_DIR/run"
export DATADOG_CONF="$DD_CONF_DIR/datadog.yaml"
export INTEGRATIONS_CONF="$DD_CONF_DIR/conf.d"
export POSTGRES_CONF="$INTEGRATIONS_CONF/postgres.d" REDIS_CONF="$INTEGRATIONS_CONF/redisdb.d"
export DD_LOG_FILE="$DD_LOG_DIR/datadog.log"
export PATH="$APT_DIR/usr/bin:$DD_BIN_DIR:$PATH"
export DD_LD_LIBRARY_PATH="$DD_DIR/embedded/lib:$APT_DIR/usr/lib/x86_64-linux-gnu:$APT_DIR/usr/lib"
mkdir -p "$DD_LOG_DIR" "$DD_RUN_DIR" "$DD_CONF_DIR/checks.d"

BUILDPACKVERSION=dev
DYNOTYPE=${DYNO%%.*}
export DYNOTYPE DD_HEROKU_DYNO=true DD_VERSION=${DD_VERSION-}
DYNOHOST=$(hostname)
export DD_HOST_ALIASES=$DYNOHOST
DYNO_TAGS="dyno:$DYNO dynotype:$DYNOTYPE buildpackversion:$BUILDPACKVERSION"
[ -z "${HEROKU_APP_NAME-}" ] || DYNO_TAGS="$DYNO_TAGS appname:$HEROKU_APP_NAME"
if [ -n "${DD_TAGS-}" ]; then
  DD_TAGS="$(sed 's/,[ ]\?/ /g' <<<"$DD_TAGS") $DYNO_TAGS"
else
  DD_TAGS=$DYNO_TAGS
fi
export DD_TAGS

shopt -q nocasematch || { shopt -s nocasematch && DD_MATCHED=1; }
if [ -z "${DD_HOSTNAME-}" ]; then
  if [[ ${DD_DYNO_HOST-} == true ]]; then
    DD_HOSTNAME=$(sed 's/_/-/g' <<<"${HEROKU_APP_NAME-}.$DYNO")
  else
    DD_HOSTNAME=$DYNOHOST
  fi
fi
export DD_HOSTNAME

cat >"$DATADOG_CONF" <<YAML
api_key:
additional_checksd: $DD_CONF_DIR/checks.d
confd_path: $INTEGRATIONS_CONF
run_path: $DD_RUN_DIR
YAML
if [[ ${DD_DISABLE_HOST_METRICS-} == true ]]; then
  find "$INTEGRATIONS_CONF" -name conf.yaml.default -exec mv {} {}.off \;
fi

APP_DATADOG=${DD_HEROKU_CONF_FOLDER:-/app/datadog}
APP_DATADOG_CONF_DIR="$APP_DATADOG/conf.d"
APP_DATADOG_CHECKS_DIR="$APP_DATADOG/checks.d"
for file in "$APP_DATADOG_CONF_DIR"/*.yaml; do
  [ -e "$file" ] || continue
  filename=$(basename "$file" .yaml)
  mkdir -p "$INTEGRATIONS_CONF/$filename.d"
  cp "$file" "$INTEGRATIONS_CONF/$filename.d/conf.yaml"
done
for folder in "$APP_DATADOG_CONF_DIR"/*.d; do
  [ ! -d "$folder" ] || cp -r "$folder" "$INTEGRATIONS_CONF/"
done
for file in "$APP_DATADOG_CHECKS_DIR"/*.py; do
  [ ! -e "$file" ] || cp "$file" "$DD_CONF_DIR/checks.d/"
done
for file in "$APP_DATADOG_CHECKS_DIR"/*.yaml; do
  [ ! -e "$file" ] || cp "$file" "$INTEGRATIONS_CONF/"
done
[ -z "${DD_MATCHED-}" ] || shopt -u nocasematch
unset DD_MATCHED

PRERUN_SCRIPT="$APP_DATADOG/prerun.sh"
if [ -e "$PRERUN_SCRIPT" ]; then
  # shellcheck disable=SC1090
  source "$PRERUN_SCRIPT"
fi

if [ -n "${DISABLE_DATADOG_AGENT-}" ]; then
  echo "The Datadog Agent has been disabled. Unset the DISABLE_DATADOG_AGENT or set missing environment variables."
elif [ -z "${DD_API_KEY-}" ]; then
  echo "DD_API_KEY environment variable not set. Run: heroku config:add DD_API_KEY=<your API key>"
else
  bash -c "exec '$DD_BIN_DIR/agent' run -c '$DATADOG_CONF'" </dev/null 2>&1 &
  case ${DD_APM_ENABLED-true} in
    [Ff][Aa][Ll][Ss][Ee]) ;;
    *) [ ! -x "$DD_DIR/embedded/bin/trace-agent" ] ||
      bash -c "exec '$DD_DIR/embedded/bin/trace-agent' --config '$DATADOG_CONF'" </dev/null 2>&1 & ;;
  esac
  case ${DD_PROCESS_AGENT-} in
    [Tt][Rr][Uu][Ee]) [ ! -x "$DD_DIR/embedded/bin/process-agent" ] ||
      bash -c "exec '$DD_DIR/embedded/bin/process-agent' --cfgpath '$DATADOG_CONF'" </dev/null 2>&1 & ;;
  esac
fi

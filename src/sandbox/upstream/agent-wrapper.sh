#!/usr/bin/env bash
# Stand-in for the wrapper of Datadog's buildpack, made by dd-heroku's sandbox.
case ${1-} in
  integration) exec "$HOME/.apt/opt/datadog-agent/bin/agent/agent" "$@" ;;
  *) exec "$HOME/.apt/opt/datadog-agent/bin/agent/agent" "$@" -c "$HOME/.apt/etc/datadog-agent/datadog.yaml" ;;
esac

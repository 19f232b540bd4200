#!/bin/sh
# Stand-in for the Datadog Agent, made by dd-heroku's sandbox. It sends nothing anywhere.
case "$1" in
  version) echo "Agent @VERSION@ - Commit: sandbox - Serialization version: v5.0.0 - Go version: go1.23.0" ;;
  *)
    program="$HOME/.dd-heroku/bin/dd-heroku"
    [ -x "$program" ] || program="$HOME/.apt/opt/datadog-agent/embedded/bin/dd-heroku"
    exec "$program" sandbox stand-in agent "$@"
    ;;
esac

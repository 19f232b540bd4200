#!/bin/sh
# Stand-in for the @NAME@, made by dd-heroku's sandbox.
program="$HOME/.dd-heroku/bin/dd-heroku"
[ -x "$program" ] || program="$HOME/.apt/opt/datadog-agent/embedded/bin/dd-heroku"
exec "$program" sandbox stand-in @NAME@ "$@"

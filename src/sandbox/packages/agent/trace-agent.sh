#!/bin/sh
# Stand-in for the trace-agent, made by dd-heroku's sandbox.
exec "$HOME/.dd-heroku/bin/dd-heroku" sandbox stand-in trace-agent "$@"

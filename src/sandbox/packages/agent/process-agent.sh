#!/bin/sh
# Stand-in for the process-agent, made by dd-heroku's sandbox.
exec "$HOME/.dd-heroku/bin/dd-heroku" sandbox stand-in process-agent "$@"

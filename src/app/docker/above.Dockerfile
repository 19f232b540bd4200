# The Datadog Agent for the image that your Dockerfile makes, for Heroku's container stack.
# Made by `dd-heroku docker init`; it is yours to change. First, once and after every update of dd-heroku:
#
#   dd-heroku buildpack pack -o dd-heroku-buildpack.tgz    # holds the program that starts the Agent
#
# Then either build this on top of your image:
#
#   docker build -t app .
#   docker build -f Dockerfile.datadog --build-arg APP_IMAGE=app -t registry.heroku.com/APP/web .
#
# or, where Heroku builds your image (heroku.yml), move the stage `datadog` above the first FROM of your Dockerfile and
# everything after `# Datadog:` to the end of its last stage, in place of its ENTRYPOINT and CMD.
ARG APP_IMAGE=app:latest


# An image with the Datadog Agent beside your program, for Heroku's container stack.
# Made by `dd-heroku docker init`; it is yours to change.
#
#   dd-heroku buildpack pack -o dd-heroku-buildpack.tgz    # holds the program that starts the Agent
#   docker build -f Dockerfile.datadog -t app .


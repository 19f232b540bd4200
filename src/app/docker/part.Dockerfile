# Datadog: the Agent, its configuration, and the entrypoint that starts it beside the command.
COPY --from=datadog /opt/datadog-agent /opt/datadog-agent
COPY --from=datadog /etc/datadog-agent /etc/datadog-agent
COPY --from=datadog /var/log/datadog /var/log/datadog
COPY --from=datadog /opt/dd-heroku /opt/dd-heroku
COPY datadog-config/ /opt/dd-heroku/config/
ENV DD_HEROKU_DYNO=true \
    DD_HEROKU_CONF_FOLDER=/opt/dd-heroku/config
EXPOSE 8125/udp 8126/tcp

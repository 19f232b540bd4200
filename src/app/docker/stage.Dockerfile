# The Agent, from Datadog's signed package repository. What apt and gpg leave behind stays in this stage.
FROM buildpack-deps:bookworm-curl AS datadog
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
ARG DD_AGENT_VERSION={version}
# Keys are taken by their fingerprint: anything else that the server sends is not exported, and not trusted.
RUN for key in C0962C7D 06462314 F14F620E; do \
      curl -fsSL --retry 3 "https://keys.datadoghq.com/DATADOG_APT_KEY_${key}.public" | gpg --batch --quiet --import \
        || echo "key ${key} could not be fetched" >&2; \
    done; \
    gpg --batch --export \
      5F1E256061D813B125E156E8E6266D4AC0962C7D \
      D18886567EABAD8B2D2526900D826EB906462314 \
      D75CEA17048B9ACBF186794B32637D44F14F620E \
      > /usr/share/keyrings/datadog-archive-keyring.gpg; \
    echo "deb [signed-by=/usr/share/keyrings/datadog-archive-keyring.gpg] https://apt.datadoghq.com/ stable ${DD_AGENT_VERSION%%.*}" \
      > /etc/apt/sources.list.d/datadog.list; \
    apt-get update; \
    apt-get install -y --no-install-recommends "datadog-agent=1:${DD_AGENT_VERSION}"; \
    rm -rf /var/lib/apt/lists/*; \
    cp -n /etc/datadog-agent/datadog.yaml.example /etc/datadog-agent/datadog.yaml; \
    mkdir -p /var/log/datadog /opt/datadog-agent/run; \
    chmod -R a+rwX /etc/datadog-agent /var/log/datadog /opt/datadog-agent/run
ADD dd-heroku-buildpack.tgz /opt/dd-heroku/

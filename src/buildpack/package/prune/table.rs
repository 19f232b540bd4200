//! What of the Agent's package never reaches the slug: what, why and when. What Datadog's own buildpack (`bin/compile`,
//! release 2.44) leaves out is left out here too; the rest is named in `docs/build.md`.

use super::Setup;

/// A line of the table.
pub(super) struct Rule {
    /// What is left out, as the report names it.
    pub(super) what: &'static str,
    /// Why a dyno can do without.
    #[allow(dead_code, reason = "documentation for changes of the table")]
    why: &'static str,
    pub(super) when: fn(&Setup) -> bool,
    /// Below `opt/datadog-agent/`; what is below a path goes with it. `*` matches any part of a name that
    /// does not begin with a dot, `!name` for any other name.
    pub(super) paths: &'static [&'static str],
}

fn always(_: &Setup) -> bool {
    true
}

pub(super) const TABLE: &[Rule] = &[
    Rule {
        what: "documentation and sources",
        why: "read by people, on their own machines",
        when: always,
        paths: &["sources", "embedded/share/doc", "embedded/share/man", "embedded/.installed_by_pkg.txt"],
    },
    Rule {
        what: "kernel probes",
        why: "they need privileges that a dyno does not have",
        when: always,
        paths: &[
            "embedded/bin/system-probe",
            // Discovers services; newer than 7.75.
            "embedded/bin/system-probe-lite",
            "embedded/share/system-probe",
            "embedded/bin/clang-bpf",
            "embedded/bin/llc-bpf",
            "embedded/lib/libbcc*",
            "embedded/nikos",
        ],
    },
    Rule {
        what: "security agent",
        why: "it watches the host through kernel probes",
        when: always,
        paths: &["embedded/bin/security-agent", "embedded/bin/cws-instrumentation"],
    },
    Rule {
        what: "installer",
        why: "it updates the Agent in place; a slug is rebuilt instead (since 7.54)",
        when: always,
        paths: &["embedded/bin/installer"],
    },
    Rule {
        what: "process manager",
        why: "the runtime supervises the agents of a dyno (newer than 7.81)",
        when: always,
        paths: &["embedded/bin/dd-procmgrd", "embedded/bin/dd-procmgr", "processes.d"],
    },
    Rule {
        what: "private action runner",
        why: "it is a service of its own, which no dyno starts (newer than 7.75)",
        when: always,
        paths: &["embedded/bin/privateactionrunner", "embedded/bin/par-control", "embedded/bin/par-executor"],
    },
    Rule {
        what: "trace-loader",
        why: "systemd starts the trace-agent through it; the runtime of a dyno starts the trace-agent itself",
        when: always,
        paths: &["embedded/bin/trace-loader"],
    },
    Rule {
        what: "OpenTelemetry collector",
        why: "DD_OTELCOLLECTOR_ENABLED is not true; the Agent itself takes OTLP (since 7.64, where a package has it)",
        when: |setup| !setup.otel_collector,
        paths: &["embedded/bin/otel-agent"],
    },
    Rule {
        what: "data plane",
        why: "DD_DATA_PLANE_ENABLED is not true: the Agent's own DogStatsD serves",
        when: |setup| !setup.data_plane,
        paths: &["embedded/bin/agent-data-plane"],
    },
    Rule {
        what: "host profiler",
        why: "it watches the host through kernel probes",
        when: always,
        paths: &["embedded/bin/host-profiler", "embedded/bin/full-host-profiler"],
    },
    Rule {
        what: "secret backend",
        why: "config vars hold the secrets of a dyno (since 7.70)",
        when: always,
        paths: &["embedded/bin/secret-generic-connector"],
    },
    Rule {
        what: "gstatus",
        why: "it asks a GlusterFS server, which no dyno is",
        when: always,
        paths: &["embedded/sbin/gstatus", "embedded/bin/gstatus"],
    },
    Rule {
        what: "static libraries",
        why: "nothing is linked on a dyno",
        when: always,
        paths: &["embedded/lib/*.a", "embedded/lib/python*/config*/*.a"],
    },
    Rule {
        what: "Python packages",
        why: "they serve checks of what does not run on a dyno, and self tests",
        when: always,
        paths: &[
            "embedded/lib/python*/site-packages/Cryptodome/SelfTest",
            "embedded/lib/python*/site-packages/botocore/data/!s3",
            "embedded/lib/python*/site-packages/kubernetes",
            "embedded/lib/python*/site-packages/lxml",
            "embedded/lib/python*/site-packages/openstack",
            "embedded/lib/python*/site-packages/pysnmp_mibs",
            "embedded/lib/python*/site-packages/pyVim",
            "embedded/lib/python*/site-packages/pyVmomi",
            "embedded/lib/python*/site-packages/cm_client",
        ],
    },
    Rule {
        what: "pip, 2to3 and links",
        why: "most are links by their full paths, which lead nowhere on a dyno; `python3 -m pip` and the certificates stay",
        when: always,
        paths: &["embedded/bin/2to3", "embedded/bin/pip", "embedded/ssl/cert.pem"],
    },
    Rule {
        what: "Python 3",
        why: "Agent 6 brings two, from 6.14 on, and uses one",
        when: |setup| setup.python == 2,
        paths: &[
            "embedded/lib/python3.*",
            "embedded/lib/libpython3*",
            "embedded/bin/pip3*",
            "embedded/bin/python3*",
            "embedded/bin/pydoc3*",
        ],
    },
    Rule {
        what: "Python 2",
        why: "Agent 6 brings two, from 6.14 on, and uses one",
        when: |setup| setup.python == 3,
        paths: &[
            "embedded/lib/python2.*",
            "embedded/lib/libpython2*",
            "embedded/bin/pip2*",
            "embedded/bin/python2*",
            "embedded/bin/pydoc*",
        ],
    },
    Rule {
        what: "trace-agent",
        why: "DD_APM_ENABLED is false",
        when: |setup| !setup.apm,
        paths: &["embedded/bin/trace-agent"],
    },
    Rule {
        what: "process-agent",
        why: "DD_PROCESS_AGENT is not true; from 7.68 on the Agent itself does its work",
        when: |setup| !setup.process_agent && setup.version < (7, 68),
        paths: &["embedded/bin/process-agent"],
    },
    Rule {
        what: "core-agent",
        why: "DD_PROCESS_AGENT is true: the program that is an agent of both kinds stays",
        when: |setup| setup.process_agent && setup.has_two_agents(),
        paths: &[super::CORE_AGENT],
    },
];

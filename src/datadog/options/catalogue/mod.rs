//! The table of config vars.

mod agent;
mod buildpack;
mod ours;
mod tracer;

use std::sync::LazyLock;

use super::{Kind, Standing, Variable};

/// Every config var that the catalogue knows, in the order of their names.
pub static VARIABLES: LazyLock<Vec<Variable>> = LazyLock::new(|| {
    let tables = [buildpack::VARIABLES, agent::VARIABLES, tracer::VARIABLES, ours::VARIABLES];
    let mut all = tables.concat();
    all.sort_by_key(|variable| variable.name);
    all
});

/// How the names of groups of options begin that are too many to list: each name of such a group is an option of the
/// Agent's configuration file or of a tracer, whose value is not checked.
pub(super) const GROUPS: [&str; 32] = [
    "DD_API_SECURITY_",
    "DD_APM_",
    "DD_APPSEC_",
    "DD_CIVISIBILITY_",
    "DD_COMPLIANCE_CONFIG_",
    "DD_CONTAINER_",
    "DD_CRASHTRACKING_",
    "DD_DATA_PLANE_",
    "DD_DATA_STREAMS_",
    "DD_DOGSTATSD_",
    "DD_DYNAMIC_INSTRUMENTATION_",
    "DD_EVP_PROXY_CONFIG_",
    "DD_EXCEPTION_",
    "DD_FORWARDER_",
    "DD_IAST_",
    "DD_INVENTORIES_",
    "DD_JMXFETCH_",
    "DD_JMX_",
    "DD_LLMOBS_",
    "DD_LOGS_CONFIG_",
    "DD_NETWORK_",
    "DD_OTLP_CONFIG_",
    "DD_PROCESS_CONFIG_",
    "DD_PROFILING_",
    "DD_REMOTE_CONFIGURATION_",
    "DD_RUM_",
    "DD_RUNTIME_SECURITY_CONFIG_",
    "DD_SERIALIZER_",
    "DD_SNMP_",
    "DD_SYMBOL_DATABASE_",
    "DD_SYSTEM_PROBE_",
    "DD_TRACE_",
];

/// Why a variable is better not set that the script of a dyno sets.
const BOOT_SETS_IT: &str = "the dyno's script sets it at each boot";

const fn var(name: &'static str, kind: Kind, about: &'static str) -> Variable {
    Variable { name, about, kind, default: None, recompile: false, standing: Standing::Current }
}

impl Variable {
    /// What holds when it is unset.
    const fn or(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }

    /// It is read when the slug is compiled.
    const fn compiled(self) -> Self {
        Self { recompile: true, ..self }
    }

    /// It is better not set.
    const fn but(self, why: &'static str) -> Self {
        Self { standing: Standing::Discouraged(why), ..self }
    }

    /// Another one took its place.
    const fn now(self, name: &'static str) -> Self {
        Self { standing: Standing::Replaced(name), ..self }
    }
}

//! The pure core: what is desired, what exists, and the plan between them. No I/O, no clock, no environment.

pub(crate) mod agent;
pub(crate) mod archive;
pub(crate) mod booleans;
pub(crate) mod buildpack;
pub(crate) mod change;
pub(crate) mod checks;
pub(crate) mod codes;
pub(crate) mod conf_folder;
pub(crate) mod database_urls;
pub(crate) mod dbm;
pub(crate) mod deployed;
pub(crate) mod desired;
pub(crate) mod docker;
pub(crate) mod drain_status;
pub(crate) mod drains;
pub mod facts;
pub(crate) mod findings;
pub(crate) mod integrations;
pub(crate) mod masking;
pub(crate) mod metrics;
pub(crate) mod nested;
pub(crate) mod order;
pub(crate) mod plan;
pub mod prerun;
pub(crate) mod receipt;
pub(crate) mod releases;
pub(crate) mod status;
pub(crate) mod telemetry;
pub(crate) mod versions;

pub use buildpack::Buildpack;
pub use change::{Change, Outcome, Rebuild, Source};
pub use desired::{Desired, Note};
pub use facts::{Facts, Part, Parts};
pub use plan::{Conflict, Plan, plan};
pub use receipt::Receipt;

//! The pure core: what is wanted, what is there, and the plan between them. No I/O, no clock, no environment.

pub mod agent;
pub mod booleans;
pub mod buildpack;
pub mod change;
pub mod checks;
pub mod codes;
pub mod database_urls;
pub mod dbm;
pub mod deployed;
pub mod desired;
pub mod docker;
pub mod drain_status;
pub mod drains;
pub mod facts;
pub mod findings;
pub mod integrations;
pub mod masking;
pub mod metrics;
pub mod order;
pub mod plan;
pub mod prerun;
pub mod receipt;
pub mod status;
pub mod telemetry;
pub mod versions;

pub use buildpack::Buildpack;
pub use change::{Change, Outcome, Rebuild, Source};
pub use desired::{Desired, Note};
pub use facts::{Facts, Part, Parts};
pub use plan::{Conflict, Plan, plan};
pub use receipt::Receipt;

//! What the verbs share: the context they run in, the options that all of them take, keys and the choice of apps.

pub mod available_versions;
pub mod context;
pub mod destination;
pub mod diagnosis;
pub mod global;
pub mod key;
pub mod keys;
pub mod organization;
pub mod rebuild_args;
pub mod usage;

pub use context::Context;
pub use global::Global;

//! What the verbs share: the context they run in, the options that all of them take, keys and the choice of apps.

pub mod app_folder;
pub mod app_names;
pub mod asked_version;
pub mod available_versions;
pub mod change_options;
pub mod context;
pub mod destination;
pub mod diagnosis;
pub mod global;
pub mod key;
pub mod keys;
mod messages;
pub mod organization;
pub mod place;
pub mod rebuild_args;
pub mod sandboxed;
mod services;
pub mod targets;
pub mod usage;

pub use change_options::ChangeOptions;
pub use context::Context;
pub use global::Global;
pub use targets::{Apps, AppsOrNames, OneApp, OneAppOrName, Targets};

//! The embedded stand-in for Heroku and Datadog that `--sandbox` and the tests use, over real HTTP on loopback.
//!
//! It is the other side: it uses nothing of [`crate::heroku`] or [`crate::datadog_api`], so that a mistake there cannot
//! hide behind the same mistake here. It never reaches the network and never listens beyond loopback.
//!
//! ```text
//! server ─ faults ─ routes ─┬─ platform/…   the Heroku Platform API, on World
//!   │        │              ├─ datadog → datadog_bodies   Datadog's API, on World
//!   │      journal          └─ files        uploads, and the output of builds and release commands
//!   └─ shared ─ store (state file) ─ world/…
//!        └─ background ─┬─ building → compile → agent_step, upstream   what a build does
//!                       └─ release_phase → dyno              what runs before a release does
//! packages: the Agent's repository; boot → dyno, agent_stub: a slug as it runs; dyno_exec: a session in it
//! ```

mod agent_step;
mod agent_stub;
mod atomic;
mod auth;
mod background;
mod body;
mod boot;
mod budget;
mod building;
mod certificate;
mod clone;
mod compile;
mod dashboards;
mod database;
mod datadog;
mod datadog_bodies;
mod dyno;
mod dyno_exec;
mod encryption;
mod exchange;
mod faults;
mod files;
mod headers;
mod ids;
mod journal;
mod log_pipelines;
mod options;
mod packages;
mod paging;
mod platform;
mod release_phase;
mod rendezvous;
mod routes;
mod series;
mod server;
mod shared;
mod show;
mod source_tree;
mod store;
mod upstream;
mod variables;
mod world;

pub use auth::{READ_ONLY_TOKEN, TOKEN};
pub use boot::{Boot, Up, boot};
pub use budget::RateLimit;
pub use clone::{Cloned, clone};
pub use database::database;
pub use faults::Fault;
pub use options::Options;
pub use packages::fingerprint;
pub use server::{Running, start};
pub use store::state;

pub(crate) use agent_stub::run as stand_in;
pub(crate) use dyno_exec::in_dyno;
pub(crate) use options::state_file;
pub(crate) use show::{HEADINGS, details, json, overview};
pub(crate) use store::{Store, read};
pub(crate) use variables::variables;
pub(crate) use world::World;

/// The Datadog API key that is used where none is given. The sandbox's Datadog accepts it on every site.
pub const DEMO_KEY: &str = "d06f00d5a4db0c5ea11e4e57cafe3f9a";
/// The application key that commands use on the sandbox when none is given.
pub const DEMO_APPLICATION_KEY: &str = "d06f00d5a4db0c5ea11e4e57cafe3f9ad06f00d5";

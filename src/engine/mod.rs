//! The way of every changing command: read, plan, show, confirm, apply, verify. It knows no command: a verb gives it a
//! [`Query`](crate::app::facts::Query) and a pure function from facts to what is desired.

mod apply;
mod executors;
mod key_check;
mod observe;
mod run;
mod schedule;
mod services;
mod source;
pub mod stop;

pub(crate) use executors::watch;
pub use key_check::KeyCheck;
pub use observe::{Observer, observe};
pub use run::{Mode, run, run_from};
pub use services::Services;

//! Heroku's own terms: the names of dynos, process types, stages, stacks, features, dyno sizes, database plans. Pure; it
//! calls nothing, so that the dyno, the build, the CLI and the sandbox share it.

pub mod dyno;
#[cfg(feature = "cli")]
pub mod feature;
#[cfg(feature = "cli")]
pub mod postgres;
#[cfg(feature = "cli")]
pub mod size;
#[cfg(feature = "cli")]
pub mod stack;
#[cfg(feature = "cli")]
pub mod stage;

#[cfg(feature = "cli")]
pub use stage::Stage;

//! The pure core: what is wanted, what is there, and the plan between them. No I/O, no clock, no environment.

pub mod buildpack;
pub mod change;
pub mod drains;
pub mod observed;

pub use buildpack::Buildpack;
pub use change::{Change, Outcome, Rebuild};
pub use observed::{Observed, Part, Parts};

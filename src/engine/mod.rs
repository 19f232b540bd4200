//! The way of every changing command, from reading to verifying. It knows no command.

pub mod apply;
pub mod executors;
pub mod promotion;
pub mod rebuild;
mod run;
pub mod source;
pub mod stop;

pub use run::{Desire, observe, run, run_from};

//! What the verbs share: the context they run in, the options that all of them take, and the way of a change from
//! reading to verifying.

pub mod apply;
pub mod beyond;
pub mod build;
pub mod change;
pub mod context;
pub mod global;
pub mod promotion;
pub mod rebuild;
pub mod releases;
pub mod source;
pub mod usage;

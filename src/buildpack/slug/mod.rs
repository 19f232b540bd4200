//! The slug: where the Agent is put, the cache that the next build starts from, and the report.

pub(crate) mod cache;
pub(crate) mod community;
pub(crate) mod install;
pub(crate) mod python;
pub(crate) mod report;
pub(crate) mod runtime;

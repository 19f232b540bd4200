//! The Agent's Debian package: the archive, its compression, and what of it is unpacked or pruned.

pub(crate) mod archive;
mod background;
pub(crate) mod cache_writer;
mod links;
mod pkg_config;
pub(crate) mod prune;
pub(crate) mod read_ahead;
pub(crate) mod skip_reader;
pub(crate) mod unpack;
pub(crate) mod xz;

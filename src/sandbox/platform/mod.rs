//! The Heroku Platform API, a file for each kind of object. A handler takes the world and the request, changes the
//! world, and answers; objects have the fields of Heroku's published schema.

#![allow(clippy::unnecessary_wraps, reason = "the handlers of one table have one signature")]

pub(crate) mod account;
pub(crate) mod addons;
pub(crate) mod apps;
pub(crate) mod buildpacks;
pub(crate) mod builds;
pub(crate) mod config;
pub(crate) mod drains;
pub(crate) mod dynos;
pub(crate) mod features;
pub(crate) mod pipelines;
pub(crate) mod postgres;
pub(crate) mod releases;
pub(crate) mod telemetry;

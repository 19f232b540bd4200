//! The one test binary: a module per verb, all of them through the real `dd-heroku`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod agent;
mod agent_version;
mod auth;
mod buildpack;
mod buildpacks;
mod checkout_lists;
mod completions;
mod config;
mod datadog_api;
mod dbm;
mod docker;
mod doctor;
mod engine;
mod flags;
mod flare;
mod foreign_text;
mod heroku;
mod init;
mod integrations;
mod logs;
mod metrics;
mod prerun_block;
mod readme;
mod rebuild;
mod remove;
mod repo;
mod rotate_key;
mod runtime;
mod sandbox;
mod screens;
mod status;
mod stored_values;
mod support;
mod tidy;
mod upgrade;

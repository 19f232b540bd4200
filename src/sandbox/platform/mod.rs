//! The Heroku Platform API, a file for each kind of object. A handler takes the world and the request, changes the
//! world, and answers; objects have the fields of Heroku's published schema.

#![allow(clippy::unnecessary_wraps, reason = "the handlers of one table have one signature")]

pub(crate) mod account;
pub(crate) mod addons;
pub(crate) mod apps;
pub(crate) mod backups;
pub(crate) mod buildpacks;
pub(crate) mod builds;
pub(crate) mod catalogue;
pub(crate) mod certificates;
pub(crate) mod ci;
pub(crate) mod collaborators;
pub(crate) mod config;
pub(crate) mod creation;
pub(crate) mod databases;
pub(crate) mod domains;
pub(crate) mod drains;
pub(crate) mod dynos;
pub(crate) mod features;
pub(crate) mod links;
pub(crate) mod log_sessions;
pub(crate) mod oauth;
pub(crate) mod pipeline_changes;
pub(crate) mod pipelines;
pub(crate) mod postgres;
pub(crate) mod provisioning;
pub(crate) mod redis;
pub(crate) mod registry;
pub(crate) mod releases;
pub(crate) mod rotation;
mod settings;
pub(crate) mod spaces;
pub(crate) mod teams;
pub(crate) mod telemetry;
pub(crate) mod transfers;
pub(crate) mod webhooks;

use serde::Deserialize;

/// A name or an id, by itself or in an object: the official CLI sends the latter.
#[derive(Deserialize)]
#[serde(untagged)]
enum Identity {
    Bare(String),
    Id { id: String },
    Name { name: String },
}

impl Identity {
    fn as_str(&self) -> &str {
        match self {
            Self::Bare(text) | Self::Id { id: text } | Self::Name { name: text } => text,
        }
    }
}

/// A plan's name as it is shown: `Standard 0` of `standard-0`.
fn plan_title(plan: &str) -> String {
    plan.split('-').map(capitalized).collect::<Vec<_>>().join(" ")
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

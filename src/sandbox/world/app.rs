//! An app and what belongs to it alone: config vars, drains, slugs, builds, releases, processes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::sandbox::ids;

/// Config vars by name.
pub(crate) type Config = BTreeMap<String, String>;

/// An app.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) stack: String,
    /// `cedar` or `fir`.
    pub(crate) generation: String,
    pub(crate) region: String,
    pub(crate) space: Option<String>,
    pub(crate) team: Option<String>,
    /// What the last buildpack calls itself: `Ruby`.
    pub(crate) language: Option<String>,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
    pub(crate) config: Config,
    pub(crate) features: BTreeSet<String>,
    /// As `PUT buildpack-installations` was given them.
    pub(crate) buildpacks: Vec<String>,
    pub(crate) drains: Vec<Drain>,
    pub(crate) formation: Vec<Process>,
    pub(crate) slugs: Vec<Slug>,
    pub(crate) builds: Vec<Build>,
    pub(crate) releases: Vec<Release>,
    pub(crate) one_off_dynos: Vec<OneOff>,
    /// Restarts that were asked for, by dyno name; `*` counts those of all.
    pub(crate) restarts: BTreeMap<String, u32>,
}

/// A log drain.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Drain {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) url: String,
    pub(crate) created_at: String,
}

/// A process type and how many dynos of it run.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Process {
    pub(crate) kind: String,
    pub(crate) command: String,
    pub(crate) quantity: u32,
    pub(crate) size: String,
    pub(crate) updated_at: String,
}

/// A compiled app.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Slug {
    pub(crate) id: String,
    pub(crate) commit: Option<String>,
    /// Bytes.
    pub(crate) size: u64,
    pub(crate) stack: String,
    pub(crate) language: Option<String>,
    pub(crate) process_types: BTreeMap<String, String>,
    /// The version of the Datadog Agent in it, as its package has it (`7.81.2-1`).
    pub(crate) agent: Option<String>,
    /// Bytes of that Agent, where it was really installed.
    #[serde(default)]
    pub(crate) agent_bytes: Option<u64>,
    pub(crate) created_at: String,
}

/// A build: of `source`, which became `slug` and `release` when it succeeded.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Build {
    pub(crate) id: String,
    /// The path of an upload, or a URL elsewhere.
    pub(crate) source: String,
    pub(crate) version: Option<String>,
    pub(crate) version_description: Option<String>,
    pub(crate) checksum: Option<String>,
    pub(crate) stack: String,
    pub(crate) buildpacks: Vec<String>,
    pub(crate) status: Status,
    /// Whether a fault has it fail.
    #[serde(default)]
    pub(crate) doomed: bool,
    pub(crate) slug: Option<String>,
    pub(crate) release: Option<String>,
    pub(crate) log: String,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

/// How far a build is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Pending,
    Succeeded,
    Failed,
}

/// A release: slug and config vars together.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Release {
    pub(crate) id: String,
    pub(crate) version: u32,
    pub(crate) description: String,
    pub(crate) slug: Option<String>,
    pub(crate) config: Config,
    pub(crate) created_at: String,
}

/// A dyno started by hand.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct OneOff {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) command: String,
    pub(crate) size: String,
    pub(crate) attached: bool,
    pub(crate) created_at: String,
}

impl App {
    /// The release that runs.
    pub(crate) fn current(&self) -> Option<&Release> {
        self.releases.last()
    }

    /// The slug that runs.
    pub(crate) fn current_slug(&self) -> Option<&Slug> {
        let id = self.current()?.slug.as_deref()?;
        self.slugs.iter().find(|slug| slug.id == id)
    }

    /// Makes a release of the present config vars and `slug`, and gives back its id.
    pub(crate) fn release_slug(&mut self, description: String, slug: Option<String>) -> String {
        let now = ids::now();
        let version = self.current().map_or(1, |release| release.version + 1);
        let id = ids::fresh();
        self.updated_at.clone_from(&now);
        self.releases.push(Release {
            id: id.clone(),
            version,
            description,
            slug,
            config: self.config.clone(),
            created_at: now,
        });
        id
    }

    /// Makes a release of the slug that runs: what a changed config var or feature does.
    pub(crate) fn release(&mut self, description: String) -> String {
        let slug = self.current().and_then(|release| release.slug.clone());
        self.release_slug(description, slug)
    }

    /// Whether the app is of the Fir generation.
    pub(crate) fn is_fir(&self) -> bool {
        self.generation == "fir"
    }

    /// The processes of a slug replace the formation; quantities of those that stay are kept.
    pub(crate) fn take_processes(&mut self, process_types: &BTreeMap<String, String>) {
        let now = ids::now();
        let old = std::mem::take(&mut self.formation);
        let size = old.first().map_or_else(|| "Basic".to_owned(), |process| process.size.clone());
        self.formation = process_types
            .iter()
            .map(|(kind, command)| {
                let before = old.iter().find(|process| process.kind == *kind);
                Process {
                    kind: kind.clone(),
                    command: command.clone(),
                    quantity: before.map_or(u32::from(kind == "web" && old.is_empty()), |p| p.quantity),
                    size: before.map_or_else(|| size.clone(), |p| p.size.clone()),
                    updated_at: before.map_or_else(|| now.clone(), |p| p.updated_at.clone()),
                }
            })
            .collect();
    }
}

//! An app and what belongs to it alone: config vars, drains, slugs, builds, releases, processes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::sandbox::ids;

/// Config vars by name.
pub(crate) type Config = BTreeMap<String, String>;

/// The process type whose command runs before a release does.
pub(crate) const RELEASE: &str = "release";

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
    /// When the last of them was.
    #[serde(default)]
    pub(crate) restarted_at: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) maintenance: bool,
    /// Whether members of the team must be let in.
    #[serde(default)]
    pub(crate) locked: bool,
    /// Whether Heroku manages its certificates.
    #[serde(default)]
    pub(crate) acm: bool,
    /// The stack of the next build, where it is another one.
    #[serde(default)]
    pub(crate) build_stack: Option<String>,
    /// The host name that Heroku gave it.
    #[serde(default)]
    pub(crate) hostname: Option<String>,
}

/// A log drain.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Drain {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) url: String,
    /// The name of the add-on that made it.
    #[serde(default)]
    pub(crate) addon: Option<String>,
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
    /// The slug that this one is a copy of: a promotion copies.
    #[serde(default)]
    pub(crate) original: Option<String>,
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

/// How far a build or a release is.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Pending,
    #[default]
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
    #[serde(default)]
    pub(crate) status: Status,
    /// What its release command printed; none where it has no command.
    #[serde(default)]
    pub(crate) output: Option<String>,
    pub(crate) created_at: String,
    /// When its release command ended.
    #[serde(default)]
    pub(crate) ended_at: Option<String>,
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

impl Slug {
    /// A copy for another app.
    pub(crate) fn copy(&self) -> Self {
        Self { id: ids::fresh(), original: Some(self.origin().to_owned()), ..self.clone() }
    }

    /// The id of the slug that a build made: its own, or that of the slug it is a copy of.
    pub(crate) fn origin(&self) -> &str {
        self.original.as_deref().unwrap_or(&self.id)
    }

    /// The command of its release phase (<https://devcenter.heroku.com/articles/release-phase>).
    pub(crate) fn release_command(&self) -> Option<&str> {
        self.process_types.get(RELEASE).map(String::as_str)
    }
}

impl Build {
    /// Forgets what it printed: it is about to start from its beginning.
    pub(crate) fn rewind(&mut self) {
        self.log.clear();
    }
}

impl Release {
    /// The name of the one-off dyno that runs its command.
    pub(crate) fn dyno_name(&self) -> String {
        format!("{RELEASE}.{}", 1000 + self.version)
    }

    /// Forgets what its command printed: it is about to start from its beginning.
    pub(crate) fn rewind(&mut self) {
        self.output = Some(String::new());
    }
}

impl App {
    /// An app of the account that nothing was done to yet.
    pub(crate) fn new(name: &str, stack: &str) -> Self {
        let (id, now) = (ids::fresh(), ids::now());
        Self {
            hostname: Some(format!("{name}-{}.herokuapp.com", ids::named_hex("hostname", &id, 12))),
            id,
            name: name.to_owned(),
            stack: stack.to_owned(),
            generation: "cedar".into(),
            region: "us".into(),
            space: None,
            team: None,
            language: None,
            created_at: now.clone(),
            updated_at: now,
            config: Config::new(),
            features: BTreeSet::new(),
            buildpacks: Vec::new(),
            drains: Vec::new(),
            formation: Vec::new(),
            slugs: Vec::new(),
            builds: Vec::new(),
            releases: Vec::new(),
            one_off_dynos: Vec::new(),
            restarts: BTreeMap::new(),
            restarted_at: BTreeMap::new(),
            maintenance: false,
            locked: false,
            acm: false,
            build_stack: None,
        }
    }

    /// The host name that Heroku gave it.
    pub(crate) fn hostname(&self) -> String {
        self.hostname.clone().unwrap_or_else(|| format!("{}.herokuapp.com", self.name))
    }

    /// The release that runs: the newest that succeeded.
    pub(crate) fn current(&self) -> Option<&Release> {
        self.releases.iter().rfind(|release| release.status == Status::Succeeded)
    }

    /// The slug that runs.
    pub(crate) fn current_slug(&self) -> Option<&Slug> {
        self.slug(self.current()?.slug.as_deref()?)
    }

    pub(crate) fn slug(&self, id: &str) -> Option<&Slug> {
        self.slugs.iter().find(|slug| slug.id == id)
    }

    /// Makes a release of a slug of the app with `config`, and returns its id. Where the slug has a release command the
    /// release is pending, and what ran before runs on, until the command has ended.
    pub(crate) fn deploy(&mut self, description: String, slug: &Slug, config: Config) -> String {
        let has_command = slug.release_command().is_some();
        let output = has_command.then(String::new);
        let id = self.add_release(description, Some(slug.id.clone()), config, output);
        if !has_command {
            self.end_release(&id, Status::Succeeded);
        }
        id
    }

    /// The release that the dynos run: a labs feature that is switched makes a release without starting them again.
    pub(crate) fn started_by(&self) -> Option<&Release> {
        let is_switch = |release: &&Release| release.description.ends_with(" feature");
        let current = self.current()?;
        let until = self.releases.iter().rev().skip_while(|release| release.id != current.id);
        let mut ended = until.filter(|release| release.status == Status::Succeeded);
        ended.find(|release| !is_switch(release)).or(Some(current))
    }

    /// Makes a release of the slug that runs and the present config vars: what a changed config var or feature does.
    pub(crate) fn release(&mut self, description: String) {
        let slug = self.current().and_then(|release| release.slug.clone());
        let id = self.add_release(description, slug, self.config.clone(), None);
        self.end_release(&id, Status::Succeeded);
    }

    /// Adds a pending release.
    fn add_release(
        &mut self,
        description: String,
        slug: Option<String>,
        config: Config,
        output: Option<String>,
    ) -> String {
        let id = ids::fresh();
        self.releases.push(Release {
            id: id.clone(),
            version: self.releases.last().map_or(1, |release| release.version + 1),
            description,
            slug,
            config,
            status: Status::Pending,
            output,
            created_at: ids::now(),
            ended_at: None,
        });
        id
    }

    /// Ends a pending release. The newest that succeeded is what runs: its config vars and processes are the app's.
    pub(crate) fn end_release(&mut self, id: &str, status: Status) {
        let now = ids::now();
        let Some(release) = self.releases.iter_mut().find(|release| release.id == id) else { return };
        release.status = status;
        release.ended_at = Some(now.clone());
        let Some(current) = self.current().filter(|current| current.id == id) else { return };
        let config = current.config.clone();
        let processes = self.current_slug().map(|slug| slug.process_types.clone());
        self.config = config;
        self.updated_at = now;
        if let Some(processes) = processes {
            self.take_processes(&processes);
        }
    }

    /// Whether the app is of the Fir generation.
    pub(crate) fn is_fir(&self) -> bool {
        self.generation == "fir"
    }

    /// The processes of a slug replace the formation; quantities of those that stay are kept.
    fn take_processes(&mut self, process_types: &BTreeMap<String, String>) {
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

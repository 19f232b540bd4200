//! What a command wants of an app: the one value that every changing command makes and [`crate::app::plan()`] compares with
//! what is there. What it does not mention stays as it is.

pub mod config;
pub mod init;
pub mod remove;
pub mod rotate_key;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::app::buildpack::Buildpack;
use crate::app::change::Source;
use crate::app::prerun::Block;
use crate::app::telemetry::Signal;
use crate::datadog::drain::DrainUrl;
use crate::datadog::{ApiKey, Site};
use crate::secret::Secret;

/// What is desired of one app.
#[derive(Clone, Debug, Default)]
pub struct Desired {
    /// Labs features to turn on or off, by name.
    pub features: BTreeMap<String, bool>,
    /// Config vars to set, or with `None` to unset.
    pub config: BTreeMap<String, Option<Secret>>,
    /// The desired the list of buildpacks.
    pub buildpacks: Buildpacks,
    /// The desired the log drains to Datadog.
    pub drain: Drain,
    /// The desired the telemetry drains to Datadog (Fir).
    pub telemetry: Telemetry,
    /// What the organization is to have at Datadog for log-based metrics.
    pub log_metrics: LogMetrics,
    /// The database that gets Database Monitoring: an add-on, an attachment or a config var.
    pub monitored: Option<String>,
    /// Whether a labs feature that is turned on takes a restart of the dynos.
    pub restart: bool,
    /// The files of the checkout to write or delete.
    pub files: Vec<File>,
    /// Whether to rebuild the slug.
    pub rebuild: RebuildWhen,
    /// The commit to build instead of the one that runs.
    pub commit: Option<String>,
    /// Whether what earlier builds kept is thrown away before a rebuild.
    pub clear_cache: bool,
    /// The version of the Agent that a rebuilt slug must hold.
    pub expects: Option<String>,
    /// Whether config vars and buildpacks are rolled back when the build or its release fails.
    pub roll_back: bool,
    /// Whether the slug is promoted to the next stage of the pipeline.
    pub promote: bool,
    /// Where a rebuild may take its source from; `None` when there is no checkout and no `--source-url`.
    pub source: Option<Source>,
    /// What the person should know, with any plan.
    pub notes: Vec<Note>,
}

/// The desired the list of buildpacks.
#[derive(Clone, Debug, Default)]
pub enum Buildpacks {
    /// As it is.
    #[default]
    Keep,
    /// With this one, which installs the Agent, at a right place.
    WithAgent(Buildpack),
    /// Without anything that installs the Agent.
    WithoutAgent,
    /// Exactly this.
    Exactly(Vec<Buildpack>),
}

/// The desired the log drains to Datadog.
#[derive(Clone, Debug, Default)]
pub enum Drain {
    /// As they are.
    #[default]
    Keep,
    /// This one and no other.
    One(DrainUrl),
    /// None.
    None,
    /// Those with a key, with another one.
    Rekey {
        /// The key that they have.
        old: ApiKey,
        /// The key that they are to have.
        new: ApiKey,
    },
}

/// The desired the telemetry drains to Datadog.
#[derive(Clone, Debug, Default)]
pub enum Telemetry {
    /// As they are.
    #[default]
    Keep,
    /// One that carries these signals.
    Carry {
        /// The site it sends to.
        site: Site,
        /// The key it sends.
        key: ApiKey,
        /// What it carries.
        signals: BTreeSet<Signal>,
        /// No other signals, also where it carries some already.
        exactly: bool,
    },
    /// None that carries any of these.
    Without(BTreeSet<Signal>),
    /// Those with a key, with another one.
    Rekey {
        /// The key that they have.
        old: ApiKey,
        /// The key that they are to have.
        new: ApiKey,
    },
}

/// What the organization is to have at Datadog for log-based metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogMetrics {
    /// What it has.
    #[default]
    Keep,
    /// The pipeline and the metrics.
    Present {
        /// The dashboard too.
        dashboard: bool,
    },
    /// Nothing of ours.
    Absent,
}

/// A file of the checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum File {
    /// `datadog/prerun.sh` with this managed block.
    Prerun {
        /// The block.
        block: Block,
        /// Whether it replaces a block that was edited by hand.
        force: bool,
    },
    /// A whole file.
    Whole {
        /// Its path in the checkout.
        path: PathBuf,
        /// What it is to hold; `None` deletes it.
        after: Option<String>,
        /// Whether it should be executable.
        executable: bool,
    },
}

/// When to rebuild the slug.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RebuildWhen {
    /// Not by this plan; a note says so when it is needed.
    #[default]
    Never,
    /// When the slug differs from the desired settings.
    Due,
    /// Unless what runs has just been built so.
    Asked,
    /// In any case.
    Always,
}

impl RebuildWhen {
    /// Whether someone asked for it, so that it is not a consequence of other changes.
    pub fn is_asked(&self) -> bool {
        matches!(self, Self::Asked | Self::Always)
    }
}

/// Something the person should know, with a code that never changes (`dd-heroku explain CODE`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// `DDH` and three digits.
    pub code: &'static str,
    /// What there is to know.
    pub message: String,
}

impl Note {
    /// A note.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl Desired {
    /// Both of them. Where they disagree, `other` wins.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let Self {
            features,
            config,
            buildpacks,
            drain,
            telemetry,
            log_metrics,
            monitored,
            restart,
            files,
            rebuild,
            commit,
            clear_cache,
            expects,
            roll_back,
            promote,
            source,
            notes,
        } = other;
        self.features.extend(features);
        self.config.extend(config);
        if !matches!(buildpacks, Buildpacks::Keep) {
            self.buildpacks = buildpacks;
        }
        if !matches!(drain, Drain::Keep) {
            self.drain = drain;
        }
        if !matches!(telemetry, Telemetry::Keep) {
            self.telemetry = telemetry;
        }
        if log_metrics != LogMetrics::Keep {
            self.log_metrics = log_metrics;
        }
        self.monitored = monitored.or(self.monitored);
        self.restart |= restart;
        for file in files {
            match (&file, self.files.iter_mut().find(|known| matches!(known, File::Prerun { .. }))) {
                (File::Prerun { block: other, .. }, Some(File::Prerun { block, .. })) => block.add(other),
                _ => self.files.push(file),
            }
        }
        if rebuild != RebuildWhen::Never {
            self.rebuild = rebuild;
        }
        self.commit = commit.or(self.commit);
        self.clear_cache |= clear_cache;
        self.expects = expects.or(self.expects);
        self.roll_back |= roll_back;
        self.promote |= promote;
        self.source = source.or(self.source);
        self.notes.extend(notes);
        self
    }
}

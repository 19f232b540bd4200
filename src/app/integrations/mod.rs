//! Integrations: what it takes to turn one on, off, or on for some dynos only. Pure: it is given the app as it was read
//! and the texts of the checkout's `datadog/` folder, and says what is desired of both.

mod add;
pub(super) mod databases;
pub mod dbm;
mod files;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
pub(super) mod leader;
mod limit;
mod refused;
mod remove;
mod sources;
mod state;

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::desired::{Desired, File};
use super::facts::Facts;
use super::prerun::{self, Block};
use crate::datadog::integrations::Integration;
use crate::datadog::integrations::conf::{self, Instance};

pub use add::add;
pub use leader::Place;
pub use limit::limit;
pub use refused::Refused;
pub use remove::remove;
pub use state::{On, state};

/// The texts of the checkout's `datadog/` folder, by their paths in the checkout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder(pub BTreeMap<String, String>);

impl Folder {
    /// That of the checkout that the app's files are written in.
    pub fn of(facts: &Facts) -> Option<Self> {
        Some(Self(facts.usable_checkout()?.files.clone()))
    }
}

/// What to turn on.
#[derive(Clone, Debug)]
pub struct Add {
    /// The integration.
    pub entry: &'static Integration,
    /// The version to install, of a community one.
    pub version: Option<String>,
    /// The options that were given.
    pub values: Instance,
    /// The config vars that hold its URLs, where they were named.
    pub variables: Vec<String>,
    /// With Database Monitoring.
    pub dbm: bool,
    /// On which dynos it runs.
    pub place: Place,
    /// Whether a file that somebody edited is replaced, after a copy was made.
    pub force: bool,
}

impl Folder {
    /// The text of a file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// The managed block of `prerun.sh`; an empty one where there is none, or none that can be read.
    pub fn block(&self) -> Block {
        self.text(prerun::PATH).map(Block::read).and_then(Result::ok).flatten().unwrap_or_default()
    }

    /// `prerun.sh` with this block, when that is another one than it has.
    fn with_block(&self, block: Block) -> Option<File> {
        let before = self.text(prerun::PATH);
        let current = before.map(Block::read);
        let same = match &current {
            None | Some(Ok(None)) => block == Block::default(),
            Some(Ok(Some(current))) => *current == block,
            Some(Err(_)) => false,
        };
        if same {
            return None;
        }
        // A file that would hold nothing but what this program began it with is not the user's.
        let is_left = before.map(|text| block.put_into(Some(text)));
        if let Some(Ok(left)) = is_left
            && Block::default().put_into(None).as_deref() == Ok(left.as_str())
        {
            return Some(whole(prerun::PATH, None));
        }
        Some(File::Prerun { block, force: false })
    }

    /// Whether a file asks for config vars to be put in.
    fn asks_for_values(text: &str) -> bool {
        conf::asks(text)
            && text.lines().any(|line| line.contains("${") && !line.trim_start().starts_with('#'))
    }

    /// Whether any configuration asks for config vars to be put in, once the files of `desired` are as desired.
    fn needs_fill(&self, desired: &Desired) -> bool {
        let changed: BTreeMap<_, _> = desired
            .files
            .iter()
            .filter_map(|file| match file {
                File::Whole { path, after, .. } => Some((path.to_str()?, after.as_deref())),
                File::Prerun { .. } => None,
            })
            .collect();
        let kept = self
            .0
            .iter()
            .filter(|(path, _)| !changed.contains_key(path.as_str()))
            .map(|(path, text)| (path.as_str(), text.as_str()));
        let written = changed.iter().filter_map(|(path, text)| Some((*path, (*text)?)));
        kept.chain(written).any(|(path, text)| {
            path.starts_with("datadog/conf.d/")
                && path.contains(".yaml")
                && !path.contains(".bak")
                && Self::asks_for_values(text)
        })
    }
}

/// Where an integration's configuration is.
fn path_of(entry: &Integration) -> Option<String> {
    entry.folder().map(|folder| format!("{folder}/conf.yaml"))
}

/// A file that is to hold `after`, or with `None` to go.
fn whole(path: &str, after: Option<String>) -> File {
    File::Whole { path: PathBuf::from(path), after, executable: false }
}

#[cfg(test)]
mod tests {
    use crate::app::desired::{Desired, File};
    use crate::app::facts::{Addon, App, Attachment, Facts, Process};

    use super::*;

    /// An app with these config vars, and these add-ons: plan and the name it is attached by.
    pub(super) fn app(vars: &[(&str, &str)], addons: &[(&str, &str)]) -> Facts {
        let addon = |(n, (plan, name)): (usize, &(&str, &str))| Addon {
            id: n.to_string(),
            name: format!("addon-{n}"),
            plan: (*plan).into(),
            config_vars: vec![format!("{name}_URL")],
            state: "provisioned".into(),
        };
        let attachment = |(n, (_, name)): (usize, &(&str, &str))| Attachment {
            id: format!("a{n}"),
            name: (*name).into(),
            addon_id: n.to_string(),
            addon: format!("addon-{n}"),
            owner: "shop".into(),
            namespace: None,
        };
        let process = |kind: &str| Process { kind: kind.into(), quantity: 1, size: "Basic".into() };
        Facts {
            app: App { name: "shop".into(), ..App::default() },
            config: Some(
                vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            ),
            addons: Some(addons.iter().enumerate().map(addon).collect()),
            attachments: Some(addons.iter().enumerate().map(attachment).collect()),
            formation: Some(vec![process("web"), process("worker")]),
            ..Facts::default()
        }
    }

    pub(super) fn asked(name: &str, set: &[&str]) -> Add {
        let set: Vec<_> = set.iter().map(|item| (*item).to_owned()).collect();
        Add::parse(name, &set).expect("an integration")
    }

    /// The folder after the files of `desired` were written.
    pub(super) fn written(folder: &Folder, desired: &Desired) -> Folder {
        let mut after = folder.clone();
        for file in &desired.files {
            match file {
                File::Prerun { block, force: _ } => {
                    let text = block.put_into(folder.text(prerun::PATH)).expect("a block that nobody edited");
                    after.0.insert(prerun::PATH.into(), text);
                }
                File::Whole { path, after: None, .. } => drop(after.0.remove(path.to_str().expect("a path"))),
                File::Whole { path, after: Some(text), .. } => {
                    after.0.insert(path.to_str().expect("a path").into(), text.clone());
                }
            }
        }
        after
    }

    /// What is desired of config vars, as `NAME=VALUE` or `NAME` for one to unset.
    pub(super) fn vars(desired: &Desired) -> Vec<String> {
        let shown = |(name, value): (&String, &Option<crate::secret::Secret>)| match value {
            Some(value) => format!("{name}={}", value.expose()),
            None => name.clone(),
        };
        desired.config.iter().map(shown).collect()
    }

    #[test]
    fn what_is_added_is_removed_to_the_byte() {
        let cloudamqp = [("CLOUDAMQP_URL", "amqps://u:p@host/v")];
        let facts = app(&cloudamqp, &[("cloudamqp:lemur", "CLOUDAMQP")]);
        for script in [None, Some("#!/bin/sh\necho mine\r\n"), Some("")] {
            let mut folder = Folder::default();
            folder.0.extend(script.map(|text| (prerun::PATH.to_owned(), text.to_owned())));
            let requested = [
                asked("rabbitmq", &[]),
                asked("gunicorn", &["proc_name=x"]),
                asked("ping@1.0.2", &["host=b"]),
            ];
            let desired = add(&requested, &facts, Some(&folder)).expect("all of them");
            let with = written(&folder, &desired);
            assert_eq!(with.0.len(), 4);
            assert!(
                add(&requested, &facts, Some(&with)).expect("all of them").files.is_empty(),
                "a second time changes nothing"
            );
            let limited = limit(requested[1].entry, &["web".into()], &facts, Some(&with)).expect("it is on");
            let with = written(&with, &limited);
            let entries: Vec<_> = requested.iter().map(|item| item.entry).collect();
            let without = remove(&entries, &facts, Some(&with), false).expect("nobody edited them");
            assert_eq!(written(&with, &without), folder);
        }
    }

    #[test]
    fn a_check_is_limited_only_when_it_is_on() {
        let facts = app(&[("DD_ENABLE_HEROKU_REDIS", "true"), ("REDIS_URL", "redis://h")], &[]);
        let entry = |name| crate::datadog::integrations::find(name).expect("an entry");
        let web = ["web.1".to_owned()];
        let folder = Folder::default();
        let desired = limit(entry("redis"), &web, &facts, Some(&folder)).expect("it is on");
        assert_eq!(written(&folder, &desired).block().limits["redisdb"], web);
        let lifted = limit(entry("redis"), &[], &facts, Some(&written(&folder, &desired))).expect("it is on");
        assert_eq!(written(&written(&folder, &desired), &lifted), folder);
        for (name, dynos, folder, why) in [
            ("postgres", &web[..], Some(&folder), "is not on"),
            ("puma", &web[..], Some(&folder), "the app itself sends"),
            ("redis", &web[..], None, "not its checkout"),
            ("redis", &["clock".to_owned()][..], Some(&folder), "no process type `clock`"),
        ] {
            let refused = limit(entry(name), dynos, &facts, folder).expect_err(name);
            assert!(refused.to_string().contains(why), "{refused}");
        }
    }
}

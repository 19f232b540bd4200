//! Turns integrations on.

use super::refused::{Refused, WrongTypeText};
use super::{Add, Folder, Place, databases, files, leader};
use crate::app::codes;
use crate::app::database_urls::Database;
use crate::app::desired::{Desired, Note};
use crate::app::facts::{Facts, Generation};
use crate::datadog::integrations::conf::{self, Instance};
use crate::datadog::integrations::{self, Integration, Kind};
use crate::datadog::options::has_credentials;

impl Add {
    /// What `name` (`redis`, `ping@1.0.0`) asks for, with the options given as `NAME=VALUE`.
    pub fn parse(name: &str, set: &[String]) -> Result<Self, Refused> {
        let (name, version) =
            name.split_once('@').map_or((name, None), |(name, version)| (name, Some(version)));
        let entry = integrations::find(name)
            .ok_or_else(|| Refused::Unknown { name: name.to_owned(), near: integrations::near(name) })?;
        if entry.kind == Kind::ConfigVar && !set.is_empty() {
            return Err(Refused::NoOptions(entry.name.clone()));
        }
        let add = Self {
            entry,
            version: version.map(str::to_owned),
            values: values(entry, set)?,
            variables: Vec::new(),
            dbm: false,
            place: Place::default(),
            force: false,
        };
        files::version(&add)?;
        Ok(add)
    }

    /// The required options that neither a default nor an add-on of the app gives, so that they must be asked for.
    pub fn unanswered(&self) -> Vec<&'static integrations::Opt> {
        if self.entry.kind == Kind::ConfigVar || !self.entry.sources.is_empty() {
            return Vec::new();
        }
        let mut instance = conf::usual(self.entry);
        instance.extend(self.values.clone());
        conf::missing(self.entry, &instance)
    }

    /// Takes a value that a person typed.
    pub fn answer(&mut self, option: &str, text: &str) -> Result<(), Refused> {
        self.values.extend(values(self.entry, &[format!("{option}={text}")])?);
        Ok(())
    }
}

/// The values of `NAME=VALUE`, of the types that the options take.
fn values(entry: &Integration, set: &[String]) -> Result<Instance, Refused> {
    let mut values = Instance::new();
    let integration = || entry.name.clone();
    for pair in set {
        let (option, text) = pair.split_once('=').ok_or_else(|| Refused::NotAPair(pair.clone()))?;
        let kind = entry.option(option).ok_or_else(|| Refused::NoOption {
            integration: integration(),
            option: option.to_owned(),
            near: near(entry, option),
        })?;
        let is_filled = text.contains("${");
        if !is_filled && (integrations::is_secret_option(option) || has_credentials(text)) {
            return Err(Refused::SecretValue { integration: integration(), option: option.to_owned() });
        }
        let value = kind.parse(text).map_err(|wrong| Refused::WrongType {
            integration: integration(),
            option: option.to_owned(),
            expected: WrongTypeText(wrong),
        })?;
        values.insert(option.to_owned(), value);
    }
    Ok(values)
}

fn near(entry: &Integration, option: &str) -> Option<String> {
    let likeness = |name: &str| strsim::normalized_damerau_levenshtein(name, option);
    let best = entry.option_names().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) > 0.6).then(|| best.to_owned())
}

/// What is desired of an app for these integrations to be on. `folder` is that of its checkout.
pub fn add(requested: &[Add], facts: &Facts, folder: Option<&Folder>) -> Result<Desired, Refused> {
    let mut desired = Desired::default();
    if facts.app.generation == Generation::Fir {
        desired
            .notes
            .push(Note::new(codes::FIR, "no Agent runs in the dynos of a Fir app, so nothing reads this"));
    }
    let mut block = folder.map(Folder::block).unwrap_or_default();
    for add in requested {
        match add.entry.kind {
            Kind::ConfigVar => {
                let database = Database::named(&add.entry.name);
                database.map_or(Ok(()), |database| databases::add(add, database, facts, &mut desired))?;
                if let Some(check) = &add.entry.check
                    && (add.dbm || add.place != Place::Leader)
                {
                    leader::put_database(&add.place, check, facts, folder, &mut block, &mut desired);
                }
            }
            Kind::ConfD | Kind::Community => {
                let before = desired.files.len();
                files::add(add, facts, folder, &mut desired)?;
                let is_new = add.entry.remote
                    && files::is_absent(add.entry, folder)
                    && !files::asks_the_dyno(&desired.files[before..]);
                if let Some(check) = &add.entry.check {
                    leader::put_check(&add.place, check, facts, &mut block, is_new);
                }
            }
            Kind::Library => desired.notes.push(Note::new(
                codes::INTEGRATION_NEEDS,
                format!(
                    "{}: {}\n{}",
                    add.entry.name,
                    add.entry.about,
                    add.entry.needs.as_deref().unwrap_or_default()
                ),
            )),
        }
        if let (Some(version), Some(check)) = (files::version(add)?, &add.entry.check)
            && (add.version.is_some() || !block.installs.contains_key(check))
        {
            block.installs.insert(check.clone(), version);
        }
    }
    if let Some(folder) = folder {
        block.fill = block.fill || folder.needs_fill(&desired);
        desired.files.extend(folder.with_block(block));
    }
    Ok(desired)
}

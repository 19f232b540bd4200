//! Which database is meant, and what is desired of the app for Database Monitoring of it.

use super::{Folder, Place, databases, leader};
use crate::app::booleans;
use crate::app::database_urls::Database;
use crate::app::dbm::{Account, CREDENTIAL};
use crate::app::desired::Desired;
use crate::app::facts::{Addon, ConfigVars, Facts};
use crate::env;
use crate::platform::postgres;
use crate::secret::Secret;

/// The database that is meant.
#[derive(Clone, Debug)]
pub struct Target {
    /// The add-on's name.
    pub addon: String,
    /// Its id.
    pub id: String,
    /// The URL of the app's own user.
    pub url: Secret,
    /// The config var of the credential, when the database is attached as it.
    pub variable: Option<String>,
    /// The URL of the credential's user.
    pub credential: Option<Secret>,
}

/// Why a database cannot be monitored, or is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No such database.
    #[error("`{app}` has no Heroku Postgres database `{name}`")]
    NoDatabase {
        /// The app.
        app: String,
        /// What was asked for.
        name: String,
        /// What it has.
        has: Vec<String>,
    },
    /// The plan has no credentials.
    #[error("Database Monitoring needs a separate database user, which `{plan}` ({addon}) cannot have")]
    Plan {
        /// The add-on.
        addon: String,
        /// Its plan.
        plan: String,
        /// The app.
        app: String,
    },
    /// The plan manages its users by another API.
    #[error(
        "`{plan}` ({addon}) is of the Advanced tier, whose database users this program cannot create yet"
    )]
    Advanced {
        /// The add-on.
        addon: String,
        /// Its plan.
        plan: String,
        /// The app.
        app: String,
    },
}

impl Refused {
    /// What to do.
    pub fn hint(&self) -> String {
        match self {
            Self::NoDatabase { has, app, .. } if has.is_empty() => {
                format!("heroku addons:create heroku-postgresql:standard-0 -a {app}")
            }
            Self::NoDatabase { has, .. } => format!("it has {}", has.join(", ")),
            Self::Advanced { addon, app, .. } => {
                format!("heroku data:pg:credentials:create {addon} --name datadog -a {app}")
            }
            Self::Plan { addon, app, .. } => {
                format!("heroku addons:upgrade {addon} heroku-postgresql:standard-0 -a {app}")
            }
        }
    }
}

/// The database called `name`: an add-on, an attachment or a config var.
pub fn target(facts: &Facts, name: &str) -> Result<Target, Refused> {
    let empty = ConfigVars::default();
    let config = facts.config.as_ref().unwrap_or(&empty);
    let attachments = facts.attachments.as_deref().unwrap_or_default();
    let postgres: Vec<_> =
        facts.addons.iter().flatten().filter(|addon| addon.plan.starts_with("heroku-postgresql:")).collect();
    let named = |addon: &&&Addon| {
        let is_attached = |attached: &str| attached == name || format!("{attached}_URL") == name;
        addon.name == name
            || attachments
                .iter()
                .any(|attachment| attachment.addon_id == addon.id && is_attached(&attachment.name))
    };
    let none = || Refused::NoDatabase {
        app: facts.app.name.clone(),
        name: name.to_owned(),
        has: postgres.iter().map(|addon| addon.name.clone()).collect(),
    };
    let addon = postgres.iter().find(named).ok_or_else(none)?;
    if postgres::has_one_user_only(&addon.plan) {
        let (addon, plan) = (addon.name.clone(), addon.plan.clone());
        return Err(Refused::Plan { addon, plan, app: facts.app.name.clone() });
    }
    if postgres::is_advanced(&addon.plan) {
        let (addon, plan) = (addon.name.clone(), addon.plan.clone());
        return Err(Refused::Advanced { addon, plan, app: facts.app.name.clone() });
    }
    let attached = attachments.iter().filter(|attachment| attachment.addon_id == addon.id);
    let namespace = format!("credential:{CREDENTIAL}");
    let value = |name: &str| config.get(&format!("{name}_URL")).map(Secret::new);
    let url = attached
        .clone()
        .filter(|attachment| attachment.namespace.is_none())
        .find_map(|attachment| value(&attachment.name))
        .ok_or_else(none)?;
    let as_credential =
        attached.clone().find(|attachment| attachment.namespace.as_deref() == Some(namespace.as_str()));
    Ok(Target {
        addon: addon.name.clone(),
        id: addon.id.clone(),
        url,
        variable: as_credential.map(|attachment| format!("{}_URL", attachment.name)),
        credential: as_credential.and_then(|attachment| value(&attachment.name)),
    })
}

impl Target {
    /// The config var of the credential: the one it has, or the one that it gets when it is attached.
    fn credential_variable(&self, facts: &Facts) -> String {
        self.variable.clone().unwrap_or_else(|| format!("{}_URL", free_name(facts, &self.id)))
    }

    /// The app's side of it.
    pub fn account(&self, facts: &Facts) -> Account {
        let empty = ConfigVars::default();
        let config = facts.config.as_ref().unwrap_or(&empty);
        let listed = databases::listed(Database::Postgres, config);
        Account {
            app: facts.app.name.clone(),
            variable: self.variable.clone(),
            is_listed: self.variable.as_ref().is_some_and(|variable| listed.contains(variable)),
            is_on: databases::is_on(Database::Postgres, facts),
            is_deep: booleans::is_on(facts, env::DD_ENABLE_DBM),
        }
    }
}

/// What is desired of the app for Database Monitoring of `target`.
pub fn desired(facts: &Facts, name: &str, target: &Target, place: &Place) -> Desired {
    let mut desired = Desired { monitored: Some(name.to_owned()), ..Desired::default() };
    databases::sign_in_by(facts, &target.id, &target.credential_variable(facts), &mut desired);
    let folder = Folder::of(facts);
    let mut block = folder.as_ref().map(Folder::block).unwrap_or_default();
    leader::put_database(place, "postgres", facts, folder.as_ref(), &mut block, &mut desired);
    desired.files.extend(folder.and_then(|folder| folder.with_block(block)));
    desired
}

/// A name for the attachment that the app does not have yet.
pub(in crate::app) fn free_name(facts: &Facts, addon: &str) -> String {
    let attachments = facts.attachments.as_deref().unwrap_or_default();
    let is_free = |name: &String| attachments.iter().all(|attachment| attachment.name != *name);
    let alias = attachments
        .iter()
        .find(|attachment| attachment.addon_id == addon)
        .map_or("POSTGRES", |attachment| attachment.name.as_str());
    ["DATADOG".to_owned(), format!("DATADOG_{alias}")]
        .into_iter()
        .find(is_free)
        .unwrap_or_else(|| format!("DATADOG_{alias}_2"))
}

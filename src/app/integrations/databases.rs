//! Redis and Postgres: turned on by config vars, of which one lists the names of those that hold the URLs.

use super::Add;
use super::refused::Refused;
use crate::app::booleans;
use crate::app::codes;
use crate::app::database_urls::{self, Database};
use crate::app::dbm::CREDENTIAL;
use crate::app::desired::{Desired, Note};
use crate::app::facts::{Addon, Attachment, ConfigVars, Facts};
use crate::env;
use crate::platform::postgres;
use crate::secret::Secret;

const MONITORING: &str = env::DD_ENABLE_DBM;

/// What turns the check of `database` on.
pub(super) fn add(
    add: &Add,
    database: Database,
    facts: &Facts,
    desired: &mut Desired,
) -> Result<(), Refused> {
    let empty = ConfigVars::default();
    let config = facts.config.as_ref().unwrap_or(&empty);
    let mut names = sources(add, database, facts, config)?;
    if names.is_empty() {
        return Err(Refused::NoSource {
            app: facts.app.name.clone(),
            integration: add.entry.name.clone(),
            variable: database.default_var().to_owned(),
        });
    }
    let mut set = |name: &str, value: &str| {
        desired.config.insert(name.to_owned(), Some(Secret::new(value)));
    };
    set(database.switch(), "true");
    if add.dbm {
        for name in &mut names {
            let Some(addon) = addon_of(facts, name) else { continue };
            if postgres::has_one_user_only(&addon.plan) {
                return Err(Refused::NoMonitoring { addon: addon.name.clone(), plan: addon.plan.clone() });
            }
            match credential_of(facts, addon) {
                Some(attachment) => *name = format!("{}_URL", attachment.name),
                None => desired.notes.push(Note::new(
                    codes::DBM_OWN_USER,
                    format!("Database Monitoring would sign in to {} as the app itself; `dd-heroku dbm setup -a {}` creates a separate user", addon.name, facts.app.name),
                )),
            }
        }
        names.dedup();
        set(MONITORING, "true");
    }
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let list = database_urls::url_var(&names, database);
    if list.is_some() || config.raw(database.url_var()).is_some() {
        set(database.url_var(), list.as_deref().unwrap_or(database.default_var()));
    }
    for old in old_names(database) {
        desired.config.insert(old.to_owned(), None);
    }
    Ok(())
}

/// What makes the Postgres check sign in to an add-on by `variable`, with Database Monitoring.
pub(in crate::app) fn sign_in_by(facts: &Facts, addon: &str, variable: &str, desired: &mut Desired) {
    let empty = ConfigVars::default();
    let config = facts.config.as_ref().unwrap_or(&empty);
    let is_other =
        |name: &String| name != variable && addon_of(facts, name).is_none_or(|other| other.id != addon);
    let others = listed(Database::Postgres, config)
        .into_iter()
        .filter(|name| is_on(Database::Postgres, facts) && is_other(name));
    let names: Vec<_> =
        others.filter(|name| config.get(name).is_some()).chain([variable.to_owned()]).collect();
    let database = Database::Postgres;
    for (name, value) in
        [(database.switch(), "true"), (MONITORING, "true"), (database.url_var(), &names.join(","))]
    {
        desired.config.insert(name.to_owned(), Some(Secret::new(value)));
    }
    for old in old_names(database) {
        desired.config.insert(old.to_owned(), None);
    }
}

/// What turns the check of `database` off again.
pub(super) fn remove(database: Database, desired: &mut Desired) {
    let deep = (database == Database::Postgres).then_some(MONITORING);
    for name in [database.switch(), database.url_var()].into_iter().chain(deep).chain(old_names(database)) {
        desired.config.insert(name.to_owned(), None);
    }
}

/// Whether the check of `database` is on.
pub(in crate::app) fn is_on(database: Database, facts: &Facts) -> bool {
    let [old_switch, _] = old_names(database);
    [database.switch(), old_switch].iter().any(|name| booleans::is_on(facts, name))
}

/// The names of the variables that the check of `database` reads.
pub(in crate::app) fn listed(database: Database, config: &ConfigVars) -> Vec<String> {
    let [_, old_list] = old_names(database);
    let list =
        config.get(database.url_var()).or_else(|| config.get(old_list)).unwrap_or(database.default_var());
    let names = list.split(',').map(str::trim).filter(|name| !name.is_empty() && !name.contains("://"));
    names.map(str::to_owned).collect()
}

/// The names of the variables to read: those that were named; else those listed already that hold something, and one for
/// every other instance that the app's config vars know.
fn sources(
    add: &Add,
    database: Database,
    facts: &Facts,
    config: &ConfigVars,
) -> Result<Vec<String>, Refused> {
    for name in &add.variables {
        if name.contains("://") {
            return Err(Refused::UrlForName);
        }
        if config.get(name).is_none() {
            return Err(Refused::NoVariable { app: facts.app.name.clone(), variable: name.clone() });
        }
    }
    if !add.variables.is_empty() {
        return Ok(add.variables.clone());
    }
    let existing: Vec<_> =
        listed(database, config).into_iter().filter(|name| config.get(name).is_some()).collect();
    let mut names = existing.clone();
    for variable in database_urls::variables(config, database) {
        let is_known = existing
            .iter()
            .any(|name| name == variable || database_urls::is_same_instance(config, name, variable));
        let addon = |name: &str| addon_of(facts, name).map(|addon| &addon.id);
        let is_same_addon =
            addon(variable).is_some() && existing.iter().any(|name| addon(name) == addon(variable));
        if !is_known && !is_same_addon {
            names.push(variable.to_owned());
        }
    }
    Ok(names)
}

/// The names that older buildpacks read: the switch and the list.
fn old_names(database: Database) -> [&'static str; 2] {
    let bare = |name: &'static str| name.trim_start_matches("DD_");
    [bare(database.switch()), bare(database.url_var())]
}

/// The add-on that brought a config var.
pub(super) fn addon_of<'o>(facts: &'o Facts, variable: &str) -> Option<&'o Addon> {
    let addons = facts.addons.as_deref().unwrap_or_default();
    let attachments = facts.attachments.as_deref().unwrap_or_default();
    let attachment =
        attachments.iter().find(|attachment| variable.strip_suffix("_URL") == Some(attachment.name.as_str()));
    match attachment {
        Some(attachment) => addons.iter().find(|addon| addon.id == attachment.addon_id),
        None => addons.iter().find(|addon| addon.config_vars.iter().any(|name| name == variable)),
    }
}

/// The attachment of an add-on as the credential that Database Monitoring signs in with.
fn credential_of<'o>(facts: &'o Facts, addon: &Addon) -> Option<&'o Attachment> {
    let namespace = format!("credential:{CREDENTIAL}");
    let attachments = facts.attachments.as_deref().unwrap_or_default();
    attachments.iter().find(|attachment| {
        attachment.addon_id == addon.id && attachment.namespace.as_deref() == Some(namespace.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{app, asked, vars};
    use super::super::{Refused, add};
    use crate::app::codes;
    use crate::app::facts::Facts;

    fn redis(facts: &Facts) -> Vec<String> {
        vars(&add(&[asked("redis", &[])], facts, None).expect("there is one"))
    }

    const ONE: (&str, &str) = ("REDIS_URL", "rediss://:p@one:1");
    const TWO: (&str, &str) = ("HEROKU_REDIS_PINK_URL", "rediss://:p@two:1");

    #[test]
    fn the_list_of_names_is_set_only_where_it_is_needed() {
        for (config, expected) in [
            (vec![ONE], vec!["DD_ENABLE_HEROKU_REDIS=true"]),
            (
                vec![ONE, TWO],
                vec!["DD_ENABLE_HEROKU_REDIS=true", "DD_REDIS_URL_VAR=REDIS_URL,HEROKU_REDIS_PINK_URL"],
            ),
            (vec![TWO], vec!["DD_ENABLE_HEROKU_REDIS=true", "DD_REDIS_URL_VAR=HEROKU_REDIS_PINK_URL"]),
            (
                vec![ONE, ("DD_REDIS_URL_VAR", "redis://:p@one:1")],
                vec!["DD_ENABLE_HEROKU_REDIS=true", "DD_REDIS_URL_VAR=REDIS_URL"],
            ),
            (
                vec![ONE, TWO, ("DD_REDIS_URL_VAR", "HEROKU_REDIS_PINK_URL,GONE_URL")],
                vec!["DD_ENABLE_HEROKU_REDIS=true", "DD_REDIS_URL_VAR=HEROKU_REDIS_PINK_URL,REDIS_URL"],
            ),
            (
                vec![TWO, ("REDIS_URL_VAR", "HEROKU_REDIS_PINK_URL"), ("ENABLE_HEROKU_REDIS", "true")],
                vec!["DD_ENABLE_HEROKU_REDIS=true", "DD_REDIS_URL_VAR=HEROKU_REDIS_PINK_URL"],
            ),
        ] {
            let old = ["ENABLE_HEROKU_REDIS", "REDIS_URL_VAR"].map(str::to_owned);
            let expected: Vec<_> = expected.into_iter().map(str::to_owned).chain(old).collect();
            assert_eq!(redis(&app(&config, &[])), expected, "{config:?}");
        }
    }

    #[test]
    fn the_variables_that_were_named_are_taken_as_they_are() {
        let facts = app(&[ONE, TWO], &[]);
        let named = |name: &str| {
            let mut asked = asked("redis", &[]);
            asked.variables = vec![name.to_owned()];
            add(&[asked], &facts, None).map(|desired| vars(&desired))
        };
        assert!(
            named(TWO.0).expect("it is there").contains(&"DD_REDIS_URL_VAR=HEROKU_REDIS_PINK_URL".to_owned())
        );
        assert_eq!(named("redis://:hunter2@h"), Err(Refused::UrlForName));
        assert!(matches!(named("GONE_URL"), Err(Refused::NoVariable { .. })));
        let none = add(&[asked("redis", &[])], &app(&[], &[]), None).expect_err("no redis");
        assert!(none.hint(Some("shop")).is_some_and(|hint| hint.contains("--var REDIS_URL")));
    }

    #[test]
    fn database_monitoring_needs_a_plan_with_credentials_and_takes_the_credential() {
        let mut postgres = asked("postgres", &[]);
        postgres.dbm = true;
        let url =
            [("DATABASE_URL", "postgres://u:p@one:1/d"), ("DATADOG_URL", "postgres://datadog:p@one:1/d")];
        for plan in ["essential-0", "mini", "basic", "hobby-dev", "dev"] {
            let facts = app(&url, &[(&format!("heroku-postgresql:{plan}"), "DATABASE")]);
            let refused = add(&[postgres.clone()], &facts, None).expect_err(plan);
            assert!(refused.to_string().contains(plan), "{refused}");
        }
        let mut facts = app(&url, &[("heroku-postgresql:standard-0", "DATABASE")]);
        let desired = add(&[postgres.clone()], &facts, None).expect("a plan that can");
        assert!(vars(&desired).contains(&"DD_ENABLE_DBM=true".to_owned()));
        assert!(desired.notes[0].message.contains("dbm setup"), "{:?}", desired.notes);
        let attachments = facts.attachments.as_mut().expect("attachments");
        let mut credential = attachments[0].clone();
        (credential.name, credential.namespace) = ("DATADOG".into(), Some("credential:datadog".into()));
        attachments.push(credential);
        let desired = add(&[postgres], &facts, None).expect("a plan that can");
        assert!(
            vars(&desired).contains(&"DD_POSTGRES_URL_VAR=DATADOG_URL".to_owned()),
            "{:?}",
            vars(&desired)
        );
        assert!(desired.notes.iter().all(|note| note.code != codes::DBM_OWN_USER), "{:?}", desired.notes);
    }
}

//! What is desired when a user sets or unsets options: the variables, and what to know about them. Pure.

use std::collections::BTreeMap;

use super::{Desired, Note};
use crate::app::codes;
use crate::app::facts::ConfigVars;
use crate::datadog::options::{self, Kind, Standing, Variable};
use crate::secret::Secret;

/// What `config set` and `config unset` want of an app: the values have been checked.
pub fn desired(changes: &BTreeMap<String, Option<Secret>>, existing: &ConfigVars) -> Desired {
    let set = changes.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_ref()?.expose())));
    let notes = set.flat_map(|(name, value)| notes(name, value, existing)).collect();
    Desired { config: changes.clone(), notes, ..Desired::default() }
}

/// Whether a change of these variables takes effect only with a recompiled slug.
pub fn need_rebuild<'n>(names: impl IntoIterator<Item = &'n String>) -> bool {
    names.into_iter().any(|name| options::needs_rebuild(name))
}

/// What there is to know about a variable that is set to a value.
fn notes(name: &str, value: &str, existing: &ConfigVars) -> Vec<Note> {
    let Some(variable) = options::find(name) else {
        if options::is_known(name) {
            return Vec::new();
        }
        let near: Vec<_> = options::near(name).into_iter().map(|near| format!("`{near}`")).collect();
        let meant =
            if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(", ")) };
        let message =
            format!("`{name}` is not an option that this program knows: its value is not checked{meant}");
        return vec![Note::new(codes::UNKNOWN_OPTION, message)];
    };
    let mut notes = Vec::new();
    match variable.standing {
        Standing::Current => {}
        Standing::Discouraged(why) => notes.push(Note::new(codes::DISCOURAGED, format!("`{name}`: {why}"))),
        Standing::Replaced(by) => {
            notes.push(Note::new(codes::DEPRECATED, format!("`{name}` is the old name of `{by}`")));
        }
    }
    if variable.kind == Kind::VarNames {
        for named in value.split(',').filter(|named| existing.get(named).is_none()) {
            let message = format!("`{name}` names `{named}`, which the app does not have");
            notes.push(Note::new(codes::NAMES_NOTHING, message));
        }
    }
    notes
}

/// An option of an app: what the catalogue says, and what is set.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// Its name.
    pub name: &'a str,
    /// What the catalogue knows of it.
    pub variable: Option<&'static Variable>,
    /// What it is set to.
    pub value: Option<&'a str>,
}

impl Row<'_> {
    /// Whether its value must not show.
    pub fn is_secret(&self) -> bool {
        self.value.is_some_and(|value| options::is_secret(self.name, value))
            || self.variable.is_some_and(Variable::is_secret)
    }

    /// What holds when it is not set.
    pub fn default(&self) -> Option<&'static str> {
        self.variable.and_then(|variable| variable.default)
    }

    /// Where the value that holds comes from.
    pub fn source(&self) -> Option<&'static str> {
        match (self.value, self.default()) {
            (Some(_), _) => Some("app"),
            (None, Some(_)) => Some("default"),
            (None, None) => None,
        }
    }
}

/// Every option of the catalogue, and the `DD_` variables of the app that it does not know, by name.
pub fn rows(existing: &ConfigVars) -> Vec<Row<'_>> {
    let known = options::VARIABLES.iter().map(|variable| Row {
        name: variable.name,
        variable: Some(variable),
        value: existing.raw(variable.name),
    });
    let unknown = existing
        .iter()
        .filter(|(name, _)| name.starts_with("DD_") && options::find(name).is_none())
        .map(|(name, value)| Row { name, variable: None, value: Some(value) });
    let mut rows: Vec<_> = known.chain(unknown).collect();
    rows.sort_by_key(|row| row.name);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(vars: &[(&str, &str)]) -> ConfigVars {
        vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn codes_of(name: &str, value: &str) -> Vec<&'static str> {
        let existing = config(&[("DATABASE_URL", "postgres://u:p@h/d")]);
        let changes = BTreeMap::from([(name.to_owned(), Some(Secret::new(value)))]);
        desired(&changes, &existing).notes.iter().map(|note| note.code).collect()
    }

    #[test]
    fn what_is_odd_about_a_variable_is_noted() {
        assert_eq!(codes_of("DD_SITE", "datadoghq.eu"), [""; 0]);
        assert_eq!(codes_of("DD_SIET", "x"), [codes::UNKNOWN_OPTION]);
        assert_eq!(codes_of("DD_HOSTNAME", "x"), [codes::DISCOURAGED]);
        assert_eq!(codes_of("ENABLE_HEROKU_REDIS", "true"), [codes::DEPRECATED]);
        assert_eq!(codes_of("DD_POSTGRES_URL_VAR", "DATABASE_URL"), [""; 0]);
        assert_eq!(codes_of("DD_POSTGRES_URL_VAR", "DATABASE_URL,LEDGER_URL"), [codes::NAMES_NOTHING]);
    }

    #[test]
    fn unknown_options_are_listed_in_their_place() {
        let existing = config(&[("DD_ENVIRONMENT", "x"), ("RAILS_ENV", "x"), ("DD_SITE", "eu")]);
        let rows = rows(&existing);
        let at = |name: &str| rows.iter().position(|row| row.name == name);
        assert!(at("DD_ENV") < at("DD_ENVIRONMENT") && at("RAILS_ENV").is_none());
        assert_eq!(rows.len(), options::VARIABLES.len() + 1);
        assert_eq!(rows[at("DD_SITE").unwrap()].source(), Some("app"));
        assert_eq!(rows[at("DD_LOG_LEVEL").unwrap()].source(), Some("default"));
    }
}

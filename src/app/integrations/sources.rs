//! The config vars of an app that an integration's options can be taken from, whichever add-on brought them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::refused::Refused;
use crate::app::facts::{ConfigVars, Facts};
use crate::datadog::integrations::conf::Instance;
use crate::datadog::integrations::{Integration, Source};

/// The values that an app's add-ons give an integration's options: one instance for each add-on.
pub(super) fn instances(
    entry: &Integration,
    facts: &Facts,
    named: &[String],
) -> Result<Vec<Instance>, Refused> {
    let empty = ConfigVars::default();
    let config = facts.config.as_ref().unwrap_or(&empty);
    if let Some(missing) = named.iter().find(|name| config.get(name).is_none()) {
        return Err(if missing.contains("://") {
            Refused::UrlForName
        } else {
            Refused::NoVariable { app: facts.app.name.clone(), variable: missing.clone() }
        });
    }
    let mut seen = BTreeSet::new();
    let mut instances = Vec::new();
    for source in entry.sources.iter().filter(|source| !source.set.is_empty()) {
        for prefix in prefixes(source, facts, named) {
            let is_complete = variables(&source.set, &prefix).all(|name| config.get(&name).is_some());
            if is_complete && seen.insert(prefix.clone()) {
                instances.push(with_prefix(&source.set, &prefix));
            }
        }
    }
    instances.extend(named.iter().filter_map(|name| from_url(entry, config, name, &seen)));
    Ok(instances)
}

/// The values from a named config var that holds a URL, of any name, where one variable is all that a
/// source needs.
fn from_url(
    entry: &Integration,
    config: &ConfigVars,
    name: &str,
    seen: &BTreeSet<String>,
) -> Option<Instance> {
    let is_taken = seen.iter().any(|prefix| name.starts_with(prefix.as_str()));
    let has_url = config.get(name).is_some_and(|value| value.contains("://"));
    let source = entry.sources.iter().find(|source| variables(&source.set, "PREFIX").count() == 1)?;
    let variable = variables(&source.set, "PREFIX").next()?;
    let value = |value: &Value| match value.as_str() {
        Some(text) => text.replace(&format!("${{{variable}"), &format!("${{{name}")).into(),
        None => value.clone(),
    };
    (!is_taken && has_url)
        .then(|| source.set.iter().map(|(option, set)| (option.clone(), value(set))).collect())
}

/// The config var that would do for an integration that nothing of the app's serves.
pub(super) fn usual_variable(entry: &Integration) -> Option<String> {
    let source = entry.sources.first()?;
    variables(&source.set, &source.prefix).next().or_else(|| Some(format!("{}_URL", source.prefix)))
}

/// What the config vars of a source may begin with: the names of its add-on's attachments, else the usual prefix; or
/// what the named variables begin with.
fn prefixes(source: &Source, facts: &Facts, named: &[String]) -> Vec<String> {
    if !named.is_empty() {
        let ends: Vec<_> = variables(&source.set, "").collect();
        let begins =
            |name: &String| ends.iter().find_map(|end| name.strip_suffix(end.as_str()).map(str::to_owned));
        return named.iter().filter_map(begins).collect();
    }
    let service = |id: &str| {
        let addons = facts.addons.as_deref().unwrap_or_default();
        addons
            .iter()
            .find(|addon| addon.id == id)
            .map(|addon| addon.plan.split(':').next().unwrap_or_default())
    };
    let attachments = facts.attachments.as_deref().unwrap_or_default().iter();
    let prefixes = attachments
        .filter(|attachment| service(&attachment.addon_id) == Some(source.addon.as_str()))
        .map(|attachment| attachment.name.clone());
    prefixes.chain([source.prefix.clone()]).collect()
}

/// The names of the config vars that a source's values name.
fn variables(set: &Map<String, Value>, prefix: &str) -> impl Iterator<Item = String> {
    let mut names: Vec<String> = Vec::new();
    for text in set.values().filter_map(Value::as_str) {
        for (at, _) in text.match_indices("${PREFIX") {
            let rest = &text[at + "${PREFIX".len()..];
            let name = format!("{prefix}{}", rest.split(['.', '}']).next().unwrap_or_default());
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.into_iter()
}

fn with_prefix(set: &Map<String, Value>, prefix: &str) -> Instance {
    set.iter()
        .map(|(name, value)| match value.as_str() {
            Some(text) => (name.clone(), text.replace("${PREFIX", &format!("${{{prefix}")).into()),
            None => (name.clone(), value.clone()),
        })
        .collect()
}

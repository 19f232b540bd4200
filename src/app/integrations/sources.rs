//! The config vars of an app that an integration's options can be taken from, whichever add-on brought them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::refused::Refused;
use crate::app::facts::{ConfigVars, Facts};
use crate::datadog::ServiceUrl;
use crate::datadog::integrations::conf::Instance;
use crate::datadog::integrations::{Integration, Source};

/// Values for one instance, and the config var that they are read from.
struct Candidate {
    variable: String,
    instance: Instance,
}

/// The values that an app's add-ons give an integration's options: one instance for each service.
pub(super) fn instances(
    entry: &Integration,
    facts: &Facts,
    named: &[String],
) -> Result<Vec<Instance>, Refused> {
    Ok(candidates(entry, facts, named)?.into_iter().map(|candidate| candidate.instance).collect())
}

/// The config vars of an app that serve an integration.
pub(super) fn serving(entry: &Integration, facts: &Facts) -> Vec<String> {
    let candidates = candidates(entry, facts, &[]).unwrap_or_default();
    candidates.into_iter().map(|candidate| candidate.variable).collect()
}

fn candidates(entry: &Integration, facts: &Facts, named: &[String]) -> Result<Vec<Candidate>, Refused> {
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
    let mut candidates = Vec::new();
    for source in entry.sources.iter().filter(|source| !source.set.is_empty()) {
        for prefix in prefixes(source, facts, named) {
            let is_complete = variables(&source.set, &prefix).all(|name| config.get(&name).is_some());
            if is_complete && seen.insert(prefix.clone()) {
                let variable = variables(&source.set, &prefix).next().unwrap_or_default();
                candidates.push(Candidate { variable, instance: with_prefix(&source.set, &prefix) });
            }
        }
    }
    let is_taken = |name: &str| seen.iter().any(|prefix| name.starts_with(prefix.as_str()));
    if named.is_empty() {
        let fitting = config.iter().filter(|(name, value)| {
            let scheme = value.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
            let fits = scheme.is_some_and(|scheme| entry.schemes.contains(&scheme));
            fits && !name.starts_with("DD_") && !is_taken(name)
        });
        candidates.extend(fitting.filter_map(|(name, _)| from_url(entry, name)));
    } else {
        let has_url = |name: &&String| config.get(name).is_some_and(|value| value.contains("://"));
        let rest = named.iter().filter(|name| !is_taken(name)).filter(has_url);
        candidates.extend(rest.filter_map(|name| from_url(entry, name)));
    }
    Ok(one_of_each(candidates, config))
}

/// The values from a config var that holds a URL, of any name, where one variable is all that a source needs.
fn from_url(entry: &Integration, name: &str) -> Option<Candidate> {
    let source = entry.sources.iter().find(|source| variables(&source.set, "PREFIX").count() == 1)?;
    let variable = variables(&source.set, "PREFIX").next()?;
    let value = |value: &Value| match value.as_str() {
        Some(text) => text.replace(&format!("${{{variable}"), &format!("${{{name}")).into(),
        None => value.clone(),
    };
    let instance = source.set.iter().map(|(option, set)| (option.clone(), value(set))).collect();
    Some(Candidate { variable: name.to_owned(), instance })
}

/// Of several config vars that lead to one service an encrypted one, else the first.
fn one_of_each(candidates: Vec<Candidate>, config: &ConfigVars) -> Vec<Candidate> {
    let url = |candidate: &Candidate| ServiceUrl::parse(config.get(&candidate.variable)?);
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        let Some(candidate_url) = url(&candidate) else {
            kept.push(candidate);
            continue;
        };
        let same = kept
            .iter_mut()
            .find(|known| url(known).is_some_and(|known| known.is_same_database(&candidate_url)));
        match same {
            Some(known) => {
                let is_plain = url(known).is_some_and(|known| !known.is_encrypted());
                if is_plain && candidate_url.is_encrypted() {
                    *known = candidate;
                }
            }
            None => kept.push(candidate),
        }
    }
    kept
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

#[cfg(test)]
mod tests {
    use super::super::tests::app;
    use super::*;
    use crate::datadog::integrations::find;

    #[test]
    fn a_service_of_any_provider_is_recognized_by_its_url() {
        for (integration, config, expected) in [
            (
                "mysql",
                &[("DATABASE_URL", "mysql2://u:pscale_pw_x@aws.connect.psdb.cloud/shop?sslaccept=strict")][..],
                &["DATABASE_URL"][..],
            ),
            (
                "mysql",
                &[("STACKHERO_MARIADB_URL", "mariadb://u:p@h.stackhero.example/d")],
                &["STACKHERO_MARIADB_URL"],
            ),
            (
                "mysql",
                &[("DATABASE_URL", "mysql2://u:p@h/d"), ("JAWSDB_URL", "mysql://u:p@h:3306/d")],
                &["JAWSDB_URL"],
            ),
            ("mysql", &[("DATABASE_URL", "postgres://u:p@h/d"), ("DD_X", "mysql://h/d")], &[]),
            ("mongo", &[("MONGODB_URI", "mongodb+srv://u:p@c0.example.net/shop")], &["MONGODB_URI"]),
            (
                "rabbitmq",
                &[
                    ("STACKHERO_RABBITMQ_AMQP_URL_CLEAR", "amqp://u:p@h/v"),
                    ("STACKHERO_RABBITMQ_AMQP_URL_TLS", "amqps://u:p@h/v"),
                ],
                &["STACKHERO_RABBITMQ_AMQP_URL_TLS"],
            ),
            (
                "elastic",
                &[("SEARCHBOX_URL", "http://u:p@h"), ("SEARCHBOX_SSL_URL", "https://u:p@h")],
                &["SEARCHBOX_SSL_URL"],
            ),
            ("elastic", &[("WEBSITE", "https://example.org")], &[]),
        ] {
            let entry = find(integration).unwrap();
            assert_eq!(serving(entry, &app(config, &[])), expected, "{integration} {config:?}");
        }
    }
}

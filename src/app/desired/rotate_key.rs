//! The rotation of an API key: what of an app holds the old one, and what replaces it. Drains change first, by
//! adding the new one before the old one goes, the app's config vars last: until then the old key is known by them, so
//! that a run which broke off can be taken up.

use super::{Desired, Drain, Note, Telemetry};
use crate::app::facts::{self, ConfigVars, Facts};
use crate::app::{codes, drains, telemetry};
use crate::datadog::ApiKey;
use crate::env;
use crate::secret::Secret;

/// What is desired of an app whose old key is to become `new`. `last4` says which key is the old one; else it is the
/// one in the app's `DD_API_KEY`, or where it has none, the one of its first drain to Datadog.
pub fn desired(new: &ApiKey, last4: Option<&str>, facts: &Facts) -> Desired {
    let mut desired = Desired::default();
    let current = config_keys(facts).find(|(name, _)| *name == env::DD_API_KEY).map(|(_, key)| key);
    let mut held = config_keys(facts).map(|(_, key)| key).chain(drain_keys(facts));
    let old = match (last4, current) {
        (Some(last4), _) => held.find(|key| key.last4() == last4 && key != new),
        (None, Some(current)) if current == *new => left_behind(new, facts),
        (None, Some(current)) => Some(current),
        (None, None) => drain_keys(facts).next(),
    };
    let Some(old) = old.filter(|old| old != new) else {
        let missing = missing(new, last4, facts).map(|message| Note::new(codes::NO_OLD_KEY, message));
        desired.notes.extend(missing);
        return desired;
    };
    let vars = facts.config.iter().flat_map(ConfigVars::iter);
    let replaced = vars.filter_map(|(name, value)| Some((name.to_owned(), old.replaced_in(value, new)?)));
    desired.config = replaced.map(|(name, value)| (name, Some(Secret::new(value)))).collect();
    desired.drain = Drain::Rekey { old: old.clone(), new: new.clone() };
    desired.telemetry = Telemetry::Rekey { old: old.clone(), new: new.clone() };
    if let Some(other) = drain_keys(facts).find(|key| *key != old && key != new) {
        let message = format!(
            "a drain has the key {}, which is neither the old one nor the new; it is left as it is",
            other.masked()
        );
        desired.notes.push(Note::new(codes::OTHER_KEY, message));
    }
    let message = format!("when no app uses {} any more, revoke it at Datadog", old.masked());
    desired.notes.push(Note::new(codes::OLD_KEY, message));
    desired
}

/// The key of a drain beside which the same drain with the new key stands: an earlier rotation did not take it away.
fn left_behind(new: &ApiKey, facts: &Facts) -> Option<ApiKey> {
    let drains = facts.drains.as_deref().unwrap_or_default();
    let is_replaced = |(drain, old): &(&facts::Drain, ApiKey)| {
        let replaced = old.replaced_in(drain.url.expose(), new);
        old != new && drains.iter().any(|other| Some(other.url.expose()) == replaced.as_deref())
    };
    let keyed = drains::to_datadog(drains).filter_map(|(drain, url)| Some((drain, url.key?)));
    keyed.into_iter().find(is_replaced).map(|(_, old)| old)
}

/// Why there is nothing to rotate on an app that does not have the new key either.
pub fn missing(new: &ApiKey, last4: Option<&str>, facts: &Facts) -> Option<String> {
    let app = &facts.app.name;
    let of_agent = config_keys(facts).filter(|(name, _)| *name == env::DD_API_KEY).map(|(_, key)| key);
    let mut keys: Vec<_> = of_agent.chain(drain_keys(facts)).map(|key| key.masked()).collect();
    keys.dedup();
    let has = |keep: &dyn Fn(&ApiKey) -> bool| {
        config_keys(facts).map(|(_, key)| key).chain(drain_keys(facts)).any(|key| keep(&key))
    };
    let is_old = |key: &ApiKey| last4.is_none_or(|last4| key.last4() == last4) && key != new;
    match last4 {
        _ if has(&|key| key == new) => None,
        _ if keys.is_empty() && !has(&is_old) => Some(format!(
            "`{app}` has no Datadog API key: neither DD_API_KEY nor a drain to Datadog holds one"
        )),
        Some(last4) if !has(&is_old) => {
            Some(format!("no key of `{app}` ends in `{last4}`; it has {}", keys.join(", ")))
        }
        _ => None,
    }
}

fn config_keys(facts: &Facts) -> impl Iterator<Item = (&str, ApiKey)> {
    let vars = facts.config.iter().flat_map(ConfigVars::iter);
    vars.filter_map(|(name, value)| Some((name, ApiKey::parse(value).ok()?)))
}

fn drain_keys(facts: &Facts) -> impl Iterator<Item = ApiKey> {
    let logs = drains::to_datadog(facts.drains.as_deref().unwrap_or_default()).filter_map(|(_, url)| url.key);
    let telemetry = facts.telemetry_drains.as_deref().unwrap_or_default();
    logs.chain(telemetry::to_datadog(telemetry).filter_map(telemetry::key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(digit: char) -> ApiKey {
        ApiKey::parse(&digit.to_string().repeat(32)).unwrap()
    }

    fn app(config: &[(&str, char)], drains: &[char]) -> Facts {
        let url = |digit: &char| {
            format!(
                "https://http-intake.logs.datadoghq.com/api/v2/logs?dd-api-key={}",
                digit.to_string().repeat(32)
            )
        };
        let drain = |digit| facts::Drain { id: "d".into(), url: Secret::new(url(digit)), addon: None };
        Facts {
            config: Some(
                config
                    .iter()
                    .map(|(name, digit)| ((*name).to_owned(), digit.to_string().repeat(32)))
                    .collect(),
            ),
            drains: Some(drains.iter().map(drain).collect()),
            ..Facts::default()
        }
    }

    fn old(desired: &Desired) -> Option<&ApiKey> {
        match &desired.drain {
            Drain::Rekey { old, .. } => Some(old),
            _ => None,
        }
    }

    #[test]
    fn the_old_key_is_the_apps_own_or_the_one_that_is_named() {
        for (config, drains, last4, expected) in [
            (vec![("DD_API_KEY", 'a')], vec!['a'], None, Some('a')),
            (vec![], vec!['a'], None, Some('a')),
            (vec![("DD_API_KEY", 'b')], vec!['a'], None, None),
            (vec![("DD_API_KEY", 'b')], vec!['a', 'b'], None, Some('a')),
            (vec![("DD_API_KEY", 'c')], vec!['a'], Some("aaaa"), Some('a')),
            (vec![("DD_API_KEY", 'a')], vec![], Some("cccc"), None),
            (vec![], vec![], None, None),
        ] {
            let desired = desired(&key('b'), last4, &app(&config, &drains));
            assert_eq!(old(&desired), expected.map(key).as_ref(), "{config:?} {drains:?} {last4:?}");
        }
    }

    #[test]
    fn every_variable_that_holds_the_old_key_gets_the_new_one() {
        let desired = desired(
            &key('b'),
            None,
            &app(&[("DATADOG_API_KEY", 'a'), ("DD_API_KEY", 'a'), ("SALT", 'c')], &['c']),
        );
        let mut within = app(&[("DD_API_KEY", 'a')], &[]);
        let url = |key: &str| format!("https://logs.example.com/{key}/x");
        within.config.as_mut().unwrap().set("LOG_URL", Some(&url(&"A".repeat(32))));
        let replaced = super::desired(&key('b'), None, &within).config["LOG_URL"].clone();
        assert_eq!(replaced.map(|value| value.expose().to_owned()), Some(url(&"b".repeat(32))));
        assert_eq!(desired.config.keys().collect::<Vec<_>>(), ["DATADOG_API_KEY", "DD_API_KEY"]);
        assert_eq!(desired.notes[0].code, codes::OTHER_KEY);
    }
}

//! The telemetry drain of a Fir app to Datadog: which changes give it the requested signals, with the key and
//! the requested site, and which take them away. Fir has no log drains and no Agent in the dyno.
//!
//! <https://devcenter.heroku.com/articles/heroku-telemetry>

use std::collections::{BTreeMap, BTreeSet};

use super::facts::TelemetryDrain;
use crate::datadog::drain::{host, otlp_endpoint};
use crate::datadog::{ApiKey, Site};
use crate::secret::Secret;

/// The header that the key travels in.
const KEY_HEADER: &str = "dd-api-key";
/// How the drain sends: OTLP over HTTP.
pub const EXPORTER: &str = "otlphttp";

/// What a telemetry drain carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    /// Requests and what they led to.
    Traces,
    /// Memory, load, requests.
    Metrics,
    /// Log lines.
    Logs,
}

impl Signal {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Traces, Self::Metrics, Self::Logs];

    /// Heroku's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Metrics => "metrics",
            Self::Logs => "logs",
        }
    }
}

/// A change to the telemetry drains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Adds one.
    Add(Target),
    /// Changes one.
    Set {
        /// The drain as it is.
        before: TelemetryDrain,
        /// What it is to be.
        after: Target,
    },
    /// Removes one.
    Remove(TelemetryDrain),
}

/// Where a telemetry drain sends what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// What it carries.
    pub signals: BTreeSet<Signal>,
    /// Base URL of the intake.
    pub endpoint: String,
    /// Request headers, the key among them.
    pub headers: BTreeMap<String, Secret>,
}

impl Target {
    /// The signals in Heroku's words.
    pub fn signal_words(&self) -> Vec<&'static str> {
        self.signals.iter().map(|signal| signal.as_str()).collect()
    }
}

/// A telemetry drain of the app to Datadog.
pub fn to_datadog(drains: &[TelemetryDrain]) -> impl Iterator<Item = &TelemetryDrain> {
    drains.iter().filter(|drain| site(drain).is_some())
}

/// The site that a telemetry drain sends to, when it is one of Datadog's.
pub fn site(drain: &TelemetryDrain) -> Option<Site> {
    let host = host(&drain.endpoint);
    let (_, domain) = host.split_once(".otlp.")?;
    Site::stored(domain)
}

/// The key that a telemetry drain sends.
pub fn key(drain: &TelemetryDrain) -> Option<ApiKey> {
    key_of(&drain.headers)
}

/// The key in these request headers.
pub fn key_of(headers: &BTreeMap<String, Secret>) -> Option<ApiKey> {
    let header = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(KEY_HEADER));
    header.and_then(|(_, value)| ApiKey::parse(value.expose()).ok())
}

/// The changes after which one telemetry drain to Datadog carries `signals`, and those it carries already unless
/// `exactly` these are requested. An existing one is changed in place, so that nothing is lost; doubles go.
pub fn enable(
    site: Site,
    key: &ApiKey,
    signals: &BTreeSet<Signal>,
    exactly: bool,
    drains: &[TelemetryDrain],
) -> Vec<Change> {
    let mut existing = to_datadog(drains);
    let first = existing.next();
    let mut after = Target {
        signals: signals.clone(),
        endpoint: otlp_endpoint(site),
        headers: BTreeMap::from([(KEY_HEADER.to_owned(), Secret::new(key.expose()))]),
    };
    let mut changes = Vec::new();
    match first {
        None => changes.push(Change::Add(after)),
        Some(before) => {
            if !exactly {
                after.signals.extend(carried(before));
            }
            let others = before.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case(KEY_HEADER));
            after.headers.extend(others.map(|(name, value)| (name.clone(), value.clone())));
            let is_same = self::site(before) == Some(site)
                && self::key(before).as_ref() == Some(key)
                && carried(before) == after.signals;
            if !is_same {
                changes.push(Change::Set { before: before.clone(), after });
            }
        }
    }
    changes.extend(existing.cloned().map(Change::Remove));
    changes
}

/// The changes after which no telemetry drain to Datadog carries any of `signals`.
pub fn disable(signals: &BTreeSet<Signal>, drains: &[TelemetryDrain]) -> Vec<Change> {
    to_datadog(drains)
        .filter_map(|before| {
            let existing = carried(before);
            let left: BTreeSet<_> = existing.difference(signals).copied().collect();
            if left.len() == existing.len() {
                None
            } else if left.is_empty() {
                Some(Change::Remove(before.clone()))
            } else {
                let after = Target {
                    signals: left,
                    endpoint: before.endpoint.clone(),
                    headers: before.headers.clone(),
                };
                Some(Change::Set { before: before.clone(), after })
            }
        })
        .collect()
}

/// The changes that give every telemetry drain that holds the key `old`, in any header or in its URL, the key `new`, in
/// place.
pub fn rekey(old: &ApiKey, new: &ApiKey, drains: &[TelemetryDrain]) -> Vec<Change> {
    let change = |before: &TelemetryDrain| {
        let is_to_datadog = site(before).is_some();
        let mut is_held = false;
        let mut replaced = |text: &str| {
            let replaced = old.replaced_in(text, new);
            is_held |= replaced.is_some();
            replaced.unwrap_or_else(|| text.to_owned())
        };
        let mut headers = BTreeMap::new();
        for (name, value) in &before.headers {
            let is_key = is_to_datadog && name.eq_ignore_ascii_case(KEY_HEADER);
            let name = if is_key { KEY_HEADER } else { name }.to_owned();
            headers.insert(name, Secret::new(replaced(value.expose())));
        }
        let endpoint = replaced(&before.endpoint);
        is_held.then(|| {
            let after = Target { signals: carried(before), endpoint, headers };
            Change::Set { before: before.clone(), after }
        })
    };
    drains.iter().filter_map(change).collect()
}

fn carried(drain: &TelemetryDrain) -> BTreeSet<Signal> {
    Signal::ALL
        .into_iter()
        .filter(|signal| drain.signals.iter().any(|word| word == signal.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(digit: &str) -> ApiKey {
        ApiKey::parse(&digit.repeat(32)).unwrap()
    }

    fn drain(id: &str, site: &str, key: &str, signals: &[&str]) -> TelemetryDrain {
        TelemetryDrain {
            id: id.into(),
            signals: signals.iter().map(|word| (*word).to_owned()).collect(),
            exporter: EXPORTER.into(),
            endpoint: format!("https://heroku.integrations.otlp.{site}"),
            headers: [("DD-API-KEY", key.repeat(32)), ("x-team", "a".into())]
                .map(|(name, value)| (name.to_owned(), Secret::new(value)))
                .into(),
        }
    }

    /// `+ signals`, `~ id signals` and `- id`.
    fn shown(changes: &[Change]) -> Vec<String> {
        let words = |target: &Target| target.signal_words().join(",");
        changes
            .iter()
            .map(|change| match change {
                Change::Add(target) => format!("+ {}", words(target)),
                Change::Set { before, after } => format!("~ {} {}", before.id, words(after)),
                Change::Remove(before) => format!("- {}", before.id),
            })
            .collect()
    }

    #[test]
    fn an_app_ends_up_with_one_telemetry_drain_to_datadog() {
        let com = "datadoghq.com";
        let logs = BTreeSet::from([Signal::Logs]);
        let other =
            TelemetryDrain { endpoint: "https://otel.example.com".into(), ..drain("o", com, "a", &["logs"]) };
        for (existing, changes) in [
            (vec![], vec!["+ logs"]),
            (vec![other.clone()], vec!["+ logs"]),
            (vec![drain("1", com, "a", &["logs"])], vec![]),
            (vec![drain("1", com, "a", &["logs", "traces"])], vec![]),
            (vec![drain("1", com, "a", &["traces"])], vec!["~ 1 traces,logs"]),
            (vec![drain("1", com, "b", &["logs"])], vec!["~ 1 logs"]),
            (vec![drain("1", "datadoghq.eu", "a", &["logs"])], vec!["~ 1 logs"]),
            (vec![drain("1", com, "a", &["logs"]), other, drain("2", com, "a", &["logs"])], vec!["- 2"]),
        ] {
            assert_eq!(
                shown(&enable(Site::default(), &key_of("a"), &logs, false, &existing)),
                changes,
                "{existing:?}"
            );
        }
        let both = [drain("1", com, "a", &["logs", "traces"])];
        assert_eq!(shown(&enable(Site::default(), &key_of("a"), &logs, true, &both)), ["~ 1 logs"]);
    }

    #[test]
    fn other_headers_stay_and_the_key_is_there_once() {
        let existing = [drain("1", "datadoghq.com", "b", &["logs"])];
        let changes =
            enable(Site::default(), &key_of("a"), &BTreeSet::from([Signal::Logs]), false, &existing);
        let [Change::Set { after, .. }] = &changes[..] else { panic!("{changes:?}") };
        assert_eq!(after.headers.keys().collect::<Vec<_>>(), ["dd-api-key", "x-team"]);
        assert_eq!(after.headers["dd-api-key"].expose(), "a".repeat(32));
        assert!(!format!("{changes:?}").contains(&"a".repeat(32)));
    }

    #[test]
    fn another_key_is_all_that_changes() {
        let existing =
            [drain("1", "datadoghq.eu", "a", &["logs"]), drain("2", "datadoghq.eu", "c", &["logs"])];
        let changes = rekey(&key_of("a"), &key_of("b"), &existing);
        assert_eq!(shown(&changes), ["~ 1 logs"]);
        let [Change::Set { after, .. }] = &changes[..] else { panic!("{changes:?}") };
        assert_eq!(after.headers.keys().collect::<Vec<_>>(), ["dd-api-key", "x-team"]);
        assert_eq!(after.endpoint, existing[0].endpoint);
    }

    #[test]
    fn a_drain_goes_with_its_last_signal() {
        let existing = [
            drain("1", "datadoghq.com", "a", &["logs"]),
            drain("2", "datadoghq.eu", "a", &["logs", "traces"]),
        ];
        assert_eq!(shown(&disable(&BTreeSet::from([Signal::Logs]), &existing)), ["- 1", "~ 2 traces"]);
        assert_eq!(shown(&disable(&BTreeSet::from([Signal::Metrics]), &existing)), Vec::<String>::new());
    }
}

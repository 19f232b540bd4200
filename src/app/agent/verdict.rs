//! What an Agent's status comes to, in a few sentences.

use super::{Apm, Check, DogStatsD, Health, Status};

/// How good or bad a remark is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Good,
    /// Perhaps not as it should be, or not known.
    Doubt,
    /// Not as it should be.
    Bad,
}

impl Level {
    /// The word for scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Doubt => "warning",
            Self::Bad => "error",
        }
    }
}

/// A remark on the Agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// How good or bad.
    pub level: Level,
    /// What it is about: `key`, `checks`, `traces`, `statsd`, `host`.
    pub about: &'static str,
    /// What there is to say.
    pub text: String,
}

fn remark(level: Level, about: &'static str, text: impl Into<String>) -> Remark {
    Remark { level, about, text: text.into() }
}

/// The remarks on a status, in the order in which they are shown.
pub fn verdict(status: &Status) -> Vec<Remark> {
    let Status { version: _, hostname, taken_at: _, started_at: _, keys, checks, broken, apm, dogstatsd } =
        status;
    let mut remarks = vec![match hostname {
        Some(name) => remark(Level::Good, "host", format!("reports as {name}")),
        None => unknown("host", "its host name"),
    }];
    if keys.is_empty() {
        remarks.push(unknown("key", "its API key"));
    }
    remarks.extend(keys.iter().map(|key| match key.valid {
        Some(true) => remark(Level::Good, "key", format!("API key ••••{} is valid", key.last4)),
        Some(false) => remark(Level::Bad, "key", format!("API key ••••{} is refused by the site", key.last4)),
        None => remark(Level::Doubt, "key", format!("API key ••••{} could not be checked", key.last4)),
    }));
    remarks.extend(of_checks(checks));
    remarks.extend(
        broken
            .iter()
            .map(|(name, why)| remark(Level::Bad, "checks", format!("{name} does not start: {why}"))),
    );
    remarks.push(apm.as_ref().map_or_else(|| unknown("traces", "the trace-agent"), of_apm));
    remarks.push(dogstatsd.as_ref().map_or_else(|| unknown("statsd", "DogStatsD"), of_dogstatsd));
    remarks
}

/// The level of the worst remark.
pub fn worst(remarks: &[Remark]) -> Level {
    remarks.iter().map(|remark| remark.level).max().unwrap_or(Level::Doubt)
}

fn unknown(about: &'static str, what: &str) -> Remark {
    remark(Level::Doubt, about, format!("the status says nothing of {what}; it may have been cut short"))
}

fn of_checks(checks: &[Check]) -> Vec<Remark> {
    let mut remarks: Vec<_> = checks
        .iter()
        .filter_map(|check| {
            let level = match check.health {
                Health::Ok => return None,
                Health::Warning => Level::Doubt,
                Health::Error => Level::Bad,
            };
            let why = check.message.as_deref().unwrap_or("the status does not say why");
            Some(remark(level, "checks", format!("{}: {why}", check.name)))
        })
        .collect();
    let ok = checks.iter().filter(|check| check.health == Health::Ok).count();
    let last = checks.iter().filter_map(|check| check.last_run.as_deref()).max();
    let last = last.map(|time| format!(", the last at {time}")).unwrap_or_default();
    match (ok, checks.len()) {
        (_, 0) => remarks.push(unknown("checks", "its checks")),
        (ok, _) => remarks
            .insert(0, remark(Level::Good, "checks", format!("{ok} of {} run well{last}", checks.len()))),
    }
    remarks
}

fn of_apm(Apm { running, receiver, traces, clients }: &Apm) -> Remark {
    let at = receiver.as_ref().map(|receiver| format!(" on {receiver}")).unwrap_or_default();
    match (running, traces) {
        (false, _) => remark(Level::Bad, "traces", "the trace-agent does not run or does not answer"),
        (true, Some(0)) => remark(Level::Doubt, "traces", format!("no trace in the minute before{at}")),
        (true, Some(traces)) => {
            let from =
                if clients.is_empty() { String::new() } else { format!(" from {}", clients.join("; ")) };
            remark(Level::Good, "traces", format!("{traces} in the minute before{at}{from}"))
        }
        (true, None) => unknown("traces", "the traces it received"),
    }
}

fn of_dogstatsd(DogStatsD { packets, metrics, errors }: &DogStatsD) -> Remark {
    let received = format!("{packets} packets, {metrics} metrics since it was started");
    match errors {
        0 => remark(Level::Good, "statsd", received),
        errors => remark(Level::Doubt, "statsd", format!("{received}; {errors} could not be read")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::agent::read::read;

    #[test]
    fn the_verdict_is_short_and_says_what_is_wrong() {
        let text = include_str!("../../../tests/fixtures/agent-status/7.81.txt");
        let remarks = verdict(&read(text).unwrap());
        let shown: Vec<_> = remarks
            .iter()
            .map(|remark| format!("{:7} {:6} {}", remark.level.as_str(), remark.about, remark.text))
            .collect();
        snapbox::assert_data_eq!(
            shown.join("\n") + "\n",
            snapbox::file!["../../../tests/fixtures/agent-status/7.81.verdict.txt"].raw()
        );
        assert_eq!(worst(&remarks), Level::Bad);
    }

    #[test]
    fn what_is_not_said_is_a_doubt() {
        let remarks = verdict(&Status { version: Some("7.0.0".into()), ..Status::default() });
        assert_eq!(remarks.len(), 5);
        assert!(
            remarks.iter().all(|remark| remark.level == Level::Doubt && remark.text.contains("cut short"))
        );
    }
}

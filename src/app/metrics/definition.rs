//! The log-based metrics that Datadog is to compute, and which of them are already present.

use super::Measure;

/// Which logs are looked at: those of the drains that we make.
pub const SOURCE: &str = "source:heroku";

/// What every metric is grouped by: the log attribute or tag, and the name of the metric's tag, which is the Agent's
/// where it has one. The drain's `host` is the app.
const GROUPS: [(&str, &str); 5] = [
    ("host", "appname"),
    ("@heroku.dyno", "dyno"),
    ("@heroku.dynotype", "dynotype"),
    ("env", "env"),
    ("service", "service"),
];
/// What requests are also grouped by.
const REQUEST_GROUPS: [(&str, &str); 2] = [("@heroku.status", "status"), ("@heroku.code", "code")];

/// A log-based metric (<https://docs.datadoghq.com/api/latest/logs-metrics/>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogMetric {
    /// Its name.
    pub id: String,
    /// The attribute whose values make a distribution; `None` counts the logs.
    pub path: Option<String>,
    /// Whether percentiles are computed, which Datadog bills as further metrics.
    pub percentiles: bool,
    /// Which logs are looked at.
    pub query: String,
    /// What it is grouped by: attribute or tag, and the name of the metric's tag.
    pub group_by: Vec<(String, String)>,
}

impl LogMetric {
    /// The metric for a measure.
    pub fn of(measure: Measure) -> Self {
        let attribute = format!("@{}", measure.attribute());
        let owned = |(path, tag): &(&str, &str)| ((*path).to_owned(), (*tag).to_owned());
        let groups = GROUPS.iter();
        let (path, query, group_by) = match measure {
            Measure::Requests => {
                (None, format!("{SOURCE} {attribute}:*"), groups.chain(&REQUEST_GROUPS).map(owned).collect())
            }
            _ => (Some(attribute), SOURCE.to_owned(), groups.map(owned).collect()),
        };
        let percentiles = measure == Measure::Service;
        Self { id: measure.id().to_owned(), path, percentiles, query, group_by }
    }

    /// Whether it computes the same, in any order of its groups.
    fn computes_the_same(&self, other: &Self) -> bool {
        let Self { id, path, percentiles, query, group_by } = self;
        let sorted = |groups: &[(String, String)]| {
            let mut groups = groups.to_vec();
            groups.sort();
            groups
        };
        (id, path, percentiles, query.trim())
            == (&other.id, &other.path, &other.percentiles, other.query.trim())
            && sorted(group_by) == sorted(&other.group_by)
    }
}

/// How the desired metrics compare with the existing ones.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Not there: to be created.
    pub missing: Vec<LogMetric>,
    /// There, and the same.
    pub same: Vec<Measure>,
    /// There under the name, but computed otherwise: someone's own, and left alone.
    pub different: Vec<Measure>,
}

/// Compares the metrics that we define with the existing ones.
pub fn compare(existing: &[LogMetric]) -> Comparison {
    let mut comparison = Comparison::default();
    for measure in Measure::ALL {
        let desired = LogMetric::of(measure);
        match existing.iter().find(|metric| metric.id == desired.id) {
            None => comparison.missing.push(desired),
            Some(metric) if desired.computes_the_same(metric) => comparison.same.push(measure),
            Some(_) => comparison.different.push(measure),
        }
    }
    comparison
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_kept_and_the_rest_is_missing() {
        let mut existing: Vec<_> = Measure::ALL.into_iter().map(LogMetric::of).collect();
        assert_eq!(compare(&existing).same.len(), Measure::ALL.len());
        existing[0].group_by.reverse();
        existing[1].query = "source:nginx".into();
        existing.remove(2);
        let Comparison { missing, same, different } = compare(&existing);
        assert_eq!(missing, [LogMetric::of(Measure::MemoryCache)]);
        assert_eq!(different, [Measure::MemoryRss]);
        assert_eq!(same.len(), Measure::ALL.len() - 2);
    }

    #[test]
    fn every_metric_is_told_apart_by_app_and_dyno() {
        for measure in Measure::ALL {
            let tags: Vec<_> = LogMetric::of(measure).group_by.into_iter().map(|(_, tag)| tag).collect();
            assert!(tags.starts_with(&["appname".into(), "dyno".into(), "dynotype".into()]), "{tags:?}");
        }
    }
}

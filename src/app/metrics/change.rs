//! A change to what the organization has at Datadog for these metrics, and which ones are needed. All apps of the
//! organization share it.

use super::definition::{self, LogMetric};
use super::{Measure, dashboard, pipeline};
use crate::datadog::{ApiKey, Site};
use crate::secret::Secret;

/// Where and with which keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The site.
    pub site: Site,
    /// The API key.
    pub key: ApiKey,
    /// The application key.
    pub application_key: Secret,
}

/// A change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Makes the log pipeline, or puts the one with this id right.
    PipelineSet {
        /// Its id, when it is existing.
        id: Option<String>,
    },
    /// Deletes the log pipeline.
    PipelineRemove {
        /// Its id.
        id: String,
    },
    /// Makes a log-based metric.
    MetricCreate(LogMetric),
    /// Deletes a log-based metric, and with it the way to its values.
    MetricRemove {
        /// Its name.
        id: String,
    },
    /// Makes the dashboard.
    DashboardCreate,
    /// Deletes the dashboard.
    DashboardRemove {
        /// Its id.
        id: String,
    },
}

/// What there is at Datadog.
#[derive(Clone, Debug, Default)]
pub struct Existing {
    /// The log-based metrics, ours and others'.
    pub metrics: Vec<LogMetric>,
    /// The id of our log pipeline, and whether it does what it should.
    pub pipeline: Option<(String, bool)>,
    /// The id of our dashboard.
    pub dashboard: Option<String>,
}

/// The changes that make what is missing, and the metrics that exist but are not ours.
pub fn enable(existing: &Existing, with_dashboard: bool) -> (Vec<Change>, Vec<Measure>) {
    let definition::Comparison { missing, same: _, different } = definition::compare(&existing.metrics);
    let pipeline = match &existing.pipeline {
        Some((_, true)) => None,
        Some((id, false)) => Some(Change::PipelineSet { id: Some(id.clone()) }),
        None => Some(Change::PipelineSet { id: None }),
    };
    let dashboard = (with_dashboard && existing.dashboard.is_none()).then_some(Change::DashboardCreate);
    let changes = pipeline.into_iter().chain(missing.into_iter().map(Change::MetricCreate)).chain(dashboard);
    (changes.collect(), different)
}

/// The changes that take away what we made; metrics that are somebody's own stay.
pub fn disable(existing: &Existing) -> Vec<Change> {
    let ours = definition::compare(&existing.metrics).same;
    let dashboard = existing.dashboard.iter().map(|id| Change::DashboardRemove { id: id.clone() });
    let metrics = ours.iter().map(|measure| Change::MetricRemove { id: measure.id().to_owned() });
    let pipeline = existing.pipeline.iter().map(|(id, _)| Change::PipelineRemove { id: id.clone() });
    dashboard.chain(metrics).chain(pipeline).collect()
}

/// The name of what is changed.
pub fn name(change: &Change) -> &str {
    match change {
        Change::PipelineSet { .. } | Change::PipelineRemove { .. } => pipeline::NAME,
        Change::MetricCreate(metric) => &metric.id,
        Change::MetricRemove { id } => id,
        Change::DashboardCreate | Change::DashboardRemove { .. } => dashboard::TITLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_is_not_made_twice_and_goes_again() {
        let (changes, different) = enable(&Existing::default(), true);
        assert_eq!((changes.len(), different.len()), (Measure::ALL.len() + 2, 0));
        let existing = Existing {
            metrics: Measure::ALL.into_iter().map(LogMetric::of).collect(),
            pipeline: Some(("p".into(), true)),
            dashboard: Some("d".into()),
        };
        assert_eq!(enable(&existing, true), (vec![], vec![]));
        assert_eq!(disable(&existing).len(), Measure::ALL.len() + 2);
        assert_eq!(disable(&Existing::default()), []);
    }

    #[test]
    fn a_pipeline_that_is_out_of_date_is_put_right_and_foreign_metrics_stay() {
        let mut metric = LogMetric::of(Measure::Load1);
        metric.query = "source:mine".into();
        let existing =
            Existing { metrics: vec![metric], pipeline: Some(("p".into(), false)), dashboard: None };
        let (changes, different) = enable(&existing, false);
        assert_eq!(changes[0], Change::PipelineSet { id: Some("p".into()) });
        assert_eq!(changes.len(), Measure::ALL.len());
        assert_eq!(different, [Measure::Load1]);
        assert_eq!(disable(&existing), [Change::PipelineRemove { id: "p".into() }]);
    }
}

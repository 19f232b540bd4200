//! What an organization has at Datadog other than keys: log-based metrics, log pipelines, dashboards. All of it takes an
//! application key with the right permission (<https://docs.datadoghq.com/account_management/rbac/permissions/>).

use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Answer, Client};
use super::error::Error;
use super::keys::{API_KEY, APPLICATION_KEY};
use super::reason::reason;
use crate::app::metrics::LogMetric;
use crate::datadog::key::ApiKey;
use crate::datadog::site::Site;
use crate::secret::Secret;

const METRICS: &str = "/api/v2/logs/config/metrics";
const PIPELINES: &str = "/api/v1/logs/config/pipelines";
const DASHBOARDS: &str = "/api/v1/dashboard";
/// How many dashboards are asked for at a time. The lists of pipelines and of metrics come whole.
const PAGE: usize = 1000;
/// No organization has more dashboards: a server that knows no pages would answer the first one for ever.
const MOST: usize = 100_000;

/// An organization, as somebody with both keys sees it.
#[derive(Clone, Copy, Debug)]
pub struct Organization<'a> {
    client: &'a Client,
    site: Site,
    key: &'a ApiKey,
    application_key: &'a Secret,
}

/// Something that is found by its name and deleted by its id.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// All of it.
    pub body: Value,
}

impl Client {
    /// The organization that these keys belong to.
    pub fn organization<'a>(
        &'a self,
        site: Site,
        key: &'a ApiKey,
        application_key: &'a Secret,
    ) -> Organization<'a> {
        Organization { client: self, site, key, application_key }
    }
}

impl Organization<'_> {
    /// The log-based metrics.
    pub fn log_metrics(&self) -> Result<Vec<LogMetric>, Error> {
        let answer = self.ask(&Method::GET, METRICS, None, "logs_read_config")?;
        Ok(list(&answer, &answer.json["data"])?.iter().filter_map(log_metric).collect())
    }

    /// Makes a log-based metric. One of that name that is already present is left as it is.
    pub fn create_log_metric(&self, metric: &LogMetric) -> Result<(), Error> {
        let made = self.ask(&Method::POST, METRICS, Some(&log_metric_body(metric)), "logs_generate_metrics");
        match made {
            Err(Error::Exists { .. }) => Ok(()),
            made => made.map(|_| ()),
        }
    }

    /// Deletes a log-based metric. One that is already gone is not an error.
    pub fn delete_log_metric(&self, id: &str) -> Result<(), Error> {
        self.delete(&format!("{METRICS}/{id}"), "logs_generate_metrics")
    }

    /// The log pipeline of that name.
    pub fn log_pipeline(&self, name: &str) -> Result<Option<Named>, Error> {
        Ok(self.log_pipelines(name)?.into_iter().next())
    }

    /// The log pipelines of that name, in their order: a new one is the last.
    fn log_pipelines(&self, name: &str) -> Result<Vec<Named>, Error> {
        let answer = self.ask(&Method::GET, PIPELINES, None, "logs_read_config")?;
        Ok(named(list(&answer, &answer.json)?, "name", name))
    }

    /// Makes the log pipeline, or replaces what the one with `id` does.
    pub fn put_log_pipeline(&self, id: Option<&str>, body: &Value) -> Result<(), Error> {
        let permission = "logs_write_pipelines";
        let Some(id) = id else {
            let name = body["name"].as_str().unwrap_or_default();
            return self.create(PIPELINES, body, permission, || self.log_pipelines(name));
        };
        self.ask(&Method::PUT, &format!("{PIPELINES}/{id}"), Some(body), permission).map(|_| ())
    }

    /// Deletes a log pipeline. One that is already gone is not an error.
    pub fn delete_log_pipeline(&self, id: &str) -> Result<(), Error> {
        self.delete(&format!("{PIPELINES}/{id}"), "logs_write_pipelines")
    }

    /// The dashboard of that title; of its body, only a summary.
    pub fn dashboard(&self, title: &str) -> Result<Option<Named>, Error> {
        Ok(self.dashboards(title, |dashboards| !dashboards.is_empty())?.into_iter().next())
    }

    /// The dashboards of that title, the oldest first, as far as they are read until there are enough.
    fn dashboards(&self, title: &str, are_enough: impl Fn(&[Named]) -> bool) -> Result<Vec<Named>, Error> {
        let mut dashboards = Vec::new();
        let mut start = 0;
        loop {
            let path = format!("{DASHBOARDS}?count={PAGE}&start={start}");
            let answer = self.ask(&Method::GET, &path, None, "dashboards_read")?;
            let page = list(&answer, &answer.json["dashboards"])?;
            dashboards.append(&mut named(page, "title", title));
            let length = page.len();
            start += length;
            // A page may be shorter than what was asked for: only an empty one is the end.
            if length == 0 || start > MOST || are_enough(&dashboards) {
                dashboards.sort_by(|a, b| made(a).cmp(&made(b)));
                return Ok(dashboards);
            }
        }
    }

    /// Makes a dashboard.
    pub fn create_dashboard(&self, body: &Value) -> Result<(), Error> {
        let title = body["title"].as_str().unwrap_or_default();
        self.create(DASHBOARDS, body, "dashboards_write", || self.dashboards(title, |_| false))
    }

    /// Deletes a dashboard. One that is already gone is not an error.
    pub fn delete_dashboard(&self, id: &str) -> Result<(), Error> {
        self.delete(&format!("{DASHBOARDS}/{id}"), "dashboards_write")
    }

    /// Makes something whose name Datadog allows twice: when the answer is lost, it is looked for before the request
    /// is sent again. When another run made one at the same moment, the older one stays.
    fn create(
        &self,
        path: &str,
        body: &Value,
        permission: &'static str,
        existing: impl Fn() -> Result<Vec<Named>, Error>,
    ) -> Result<(), Error> {
        let send = || {
            let answer =
                self.client.ask_once(self.site, &Method::POST, path, |request| self.keys(request).json(body));
            answer.map_err(|(error, _)| error).and_then(|answer| self.understood(answer, permission))
        };
        let answer = match send() {
            Err(error) if error.is_passing() => {
                if !existing()?.is_empty() {
                    return Ok(());
                }
                send()?
            }
            answer => answer?,
        };
        // It is made: nothing that happens from here on changes that.
        let all = existing().unwrap_or_default();
        let id = answer.json["id"].as_str();
        if let Some(newer) = all.iter().skip(1).find(|named| Some(named.id.as_str()) == id) {
            self.delete(&format!("{path}/{}", newer.id), permission)?;
        }
        Ok(())
    }

    fn delete(&self, path: &str, permission: &'static str) -> Result<(), Error> {
        let answer = self.client.ask(self.site, &Method::DELETE, path, |request| self.keys(request))?;
        if answer.status == 404 { Ok(()) } else { self.understood(answer, permission).map(|_| ()) }
    }

    fn ask(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
        permission: &'static str,
    ) -> Result<Answer, Error> {
        let answer = self.client.ask(self.site, method, path, |request| match body {
            Some(body) => self.keys(request).json(body),
            None => self.keys(request),
        })?;
        self.understood(answer, permission)
    }

    /// An answer that grants what was asked for, or the reason why not.
    fn understood(&self, answer: Answer, permission: &'static str) -> Result<Answer, Error> {
        let Answer { status, host, .. } = &answer;
        let host = host.clone();
        match status {
            200..=299 => Ok(answer),
            401 | 403 => Err(Error::Forbidden { host, permission }),
            409 => Err(Error::Exists { host }),
            status => {
                let message = reason(&answer.json, &[self.key.expose(), self.application_key.expose()]);
                let message = if message.is_empty() { "no reason was given".to_owned() } else { message };
                Err(Error::NotAccepted { host, status: *status, message })
            }
        }
    }

    fn keys(&self, request: reqwest::blocking::RequestBuilder) -> reqwest::blocking::RequestBuilder {
        request.header(API_KEY, self.key.expose()).header(APPLICATION_KEY, self.application_key.expose())
    }
}

/// The list in an answer. To take another form for an empty list would make once more what exists.
fn list<'a>(answer: &Answer, part: &'a Value) -> Result<&'a [Value], Error> {
    let Answer { host, status, .. } = answer;
    let list = part.as_array().map(Vec::as_slice);
    list.ok_or_else(|| Error::Garbled { host: host.clone(), status: *status })
}

pub(super) fn named(list: &[Value], field: &str, name: &str) -> Vec<Named> {
    let assets = list.iter().filter(|item| item[field] == name);
    assets
        .filter_map(|body| Some(Named { id: body["id"].as_str()?.to_owned(), body: body.clone() }))
        .collect()
}

/// When a dashboard was made, RFC 3339 UTC; of two in the same moment, the id decides.
fn made(dashboard: &Named) -> (&str, &str) {
    (dashboard.body["created_at"].as_str().unwrap_or_default(), &dashboard.id)
}

pub(super) fn log_metric(data: &Value) -> Option<LogMetric> {
    let attributes = &data["attributes"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let compute = &attributes["compute"];
    let groups = attributes["group_by"].as_array().map(Vec::as_slice).unwrap_or_default();
    Some(LogMetric {
        id: data["id"].as_str()?.to_owned(),
        path: compute["path"].as_str().filter(|_| compute["aggregation_type"] != "count").map(str::to_owned),
        percentiles: compute["include_percentiles"].as_bool().unwrap_or(false),
        query: text(&attributes["filter"]["query"]),
        group_by: groups.iter().map(|group| (text(&group["path"]), text(&group["tag_name"]))).collect(),
    })
}

pub(super) fn log_metric_body(LogMetric { id, path, percentiles, query, group_by }: &LogMetric) -> Value {
    let compute = match path {
        Some(path) => {
            json!({"aggregation_type": "distribution", "path": path, "include_percentiles": percentiles})
        }
        None => json!({"aggregation_type": "count"}),
    };
    let group_by: Vec<_> =
        group_by.iter().map(|(path, tag)| json!({"path": path, "tag_name": tag})).collect();
    json!({"data": {"id": id, "type": "logs_metrics", "attributes": {
        "compute": compute,
        "filter": {"query": query},
        "group_by": group_by,
    }}})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::metrics::Measure;

    #[test]
    fn a_metric_is_read_back_as_it_was_written() {
        for measure in Measure::ALL {
            let metric = LogMetric::of(measure);
            assert_eq!(log_metric(&log_metric_body(&metric)["data"]), Some(metric));
        }
        assert_eq!(log_metric(&json!({})), None);
    }
}

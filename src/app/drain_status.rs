//! Every drain of an app, and whether the app's own settings agree with it.

use super::facts::{Facts, TelemetryDrain};
use super::telemetry;
use crate::datadog::drain::{host, is_documented, masked};
use crate::datadog::{ApiKey, DrainUrl, Site};
use crate::env;

/// What a drain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A log drain.
    Log,
    /// A telemetry drain.
    Telemetry,
}

/// A drain as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub kind: Kind,
    /// Its UUID.
    pub id: String,
    /// The host that it sends to.
    pub host: String,
    /// Where it sends to, masked.
    pub url: String,
    /// What a telemetry drain carries.
    pub signals: Vec<String>,
    /// The add-on that made it.
    pub addon: Option<String>,
    /// What it is to Datadog; `None` when it sends elsewhere.
    pub datadog: Option<Datadog>,
}

/// A drain to Datadog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datadog {
    /// The site.
    pub site: Site,
    /// The last four characters of its key.
    pub last4: Option<String>,
    /// The environment it tags with.
    pub env: Option<String>,
    /// The service it tags with.
    pub service: Option<String>,
    /// In what it disagrees with the app: `key`, `site`, `double` where there are several; `url` where its URL is not the
    /// one of Datadog's guide.
    pub disagrees: Vec<&'static str>,
}

/// The drains of an app.
pub fn lines(facts: &Facts) -> Vec<Line> {
    let config = |name| facts.config.as_ref().and_then(|config| config.get(name));
    let expected = Expected {
        key: config(env::DD_API_KEY).and_then(|text| ApiKey::parse(text).ok()),
        site: config(env::DD_SITE).map_or(Some(Site::default()), Site::parse),
    };
    let logs = facts.drains.iter().flatten().map(|drain| {
        let url = drain.url.expose();
        let datadog = DrainUrl::parse(url).map(|parsed| {
            let (env, service) = (parsed.labels.env, parsed.labels.service);
            let mut datadog = expected.datadog(parsed.site, parsed.key.as_ref(), env, service);
            datadog.disagrees.extend((!is_documented(url)).then_some("url"));
            datadog
        });
        Line {
            kind: Kind::Log,
            id: drain.id.clone(),
            host: host(url),
            url: masked(url),
            signals: Vec::new(),
            addon: drain.addon.clone(),
            datadog,
        }
    });
    let telemetry = facts.telemetry_drains.iter().flatten().map(|drain: &TelemetryDrain| {
        let site = telemetry::site(drain);
        Line {
            kind: Kind::Telemetry,
            id: drain.id.clone(),
            host: host(&drain.endpoint),
            url: masked(&drain.endpoint),
            signals: drain.signals.clone(),
            addon: None,
            datadog: site.map(|site| expected.datadog(site, telemetry::key(drain).as_ref(), None, None)),
        }
    });
    let mut lines: Vec<_> = logs.chain(telemetry).collect();
    mark_doubles(&mut lines);
    lines
}

/// What the app's config vars say.
struct Expected {
    key: Option<ApiKey>,
    site: Option<Site>,
}

impl Expected {
    fn datadog(
        &self,
        site: Site,
        key: Option<&ApiKey>,
        env: Option<String>,
        service: Option<String>,
    ) -> Datadog {
        let mut disagrees = Vec::new();
        if self.key.is_some() && key != self.key.as_ref() {
            disagrees.push("key");
        }
        if self.key.is_some() && self.site != Some(site) {
            disagrees.push("site");
        }
        Datadog { site, last4: key.map(|key| key.last4().to_owned()), env, service, disagrees }
    }
}

fn mark_doubles(lines: &mut [Line]) {
    for kind in [Kind::Log, Kind::Telemetry] {
        let of_kind = |line: &&mut Line| line.kind == kind && line.addon.is_none();
        let to_datadog = lines.iter_mut().filter(of_kind).filter_map(|line| line.datadog.as_mut());
        for double in to_datadog.skip(1) {
            double.disagrees.push("double");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::facts::Drain;
    use crate::secret::Secret;

    #[test]
    fn a_drain_is_held_against_the_apps_own_settings() {
        let key = "0123456789abcdef0123456789ab3f9a";
        let url = |site: &str, key: &str| {
            format!(
                "https://http-intake.logs.{site}/api/v2/logs?dd-api-key={key}&ddtags=env:prod&service=shop"
            )
        };
        let drain = |url: String| Drain { id: "d".into(), url: Secret::new(url), addon: None };
        let config = [("DD_API_KEY", key), ("DD_SITE", "datadoghq.eu")];
        let facts = Facts {
            config: Some(
                config.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect(),
            ),
            drains: Some(vec![
                drain(url("datadoghq.eu", key)),
                drain(url("datadoghq.com", &"a".repeat(32))),
                drain("syslog+tls://u:p@logs.example.com:1".into()),
            ]),
            ..Facts::default()
        };
        let lines = lines(&facts);
        let disagrees: Vec<_> =
            lines.iter().map(|line| line.datadog.clone().map(|datadog| datadog.disagrees)).collect();
        assert_eq!(disagrees, [Some(vec![]), Some(vec!["key", "site", "double"]), None]);
        assert_eq!(lines[0].datadog.as_ref().unwrap().env.as_deref(), Some("prod"));
        assert!(!format!("{lines:?}").contains(key) && !format!("{lines:?}").contains(":p@"));
    }
}

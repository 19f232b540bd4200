//! Where an app's logs and telemetry go at Datadog: the log drain's URL, made and recognized, and how any drain's
//! URL is shown. These URLs hold keys: nothing here may print one whole.
//!
//! Form: <https://docs.datadoghq.com/logs/guide/collect-heroku-logs/>.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

use super::{ApiKey, Site, tags};

mod masked;

pub use masked::{host, masked};

/// What a value of the query may hold as it is; a colon, a slash and a comma are common in tags and harmless.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'/')
    .remove(b',');

/// What the guide gives as the source; Datadog's log pipeline for Heroku goes by it.
const SOURCE: &str = "heroku";

/// The path of the intake.
const PATH: &str = "/api/v2/logs";

/// A log drain to Datadog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrainUrl {
    /// The site it sends to.
    pub site: Site,
    /// The API key in it; `None` when no text in it has the shape of a key.
    pub key: Option<ApiKey>,
    /// The labels that its lines get.
    pub labels: Labels,
}

/// The labels that a drain puts on its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// The source, `heroku` when the drain is ours.
    pub source: Option<String>,
    /// The environment.
    pub env: Option<String>,
    /// The service.
    pub service: Option<String>,
    /// The host; the app's name when the drain is ours.
    pub host: Option<String>,
    /// Further tags.
    pub tags: Vec<String>,
    /// Custom attributes: every other parameter, with its value.
    pub attributes: Vec<(String, String)>,
}

impl Labels {
    /// The labels of an app's drain. Without an environment or a service, those of the existing drain are as
    /// good as any; see [`DrainUrl::instead_of`].
    pub fn of_app(app: &str, env: Option<&str>, service: Option<&str>) -> Self {
        Self {
            source: Some(SOURCE.to_owned()),
            env: env.map(one_tag),
            service: service.map(str::to_owned),
            host: Some(app.to_owned()),
            tags: Vec::new(),
            attributes: Vec::new(),
        }
    }

    /// Whether a drain with the labels `existing` does what is desired; more tags and attributes do not matter.
    fn are_met_by(&self, existing: &Self) -> bool {
        let Self { source, env, service, host, tags, attributes } = self;
        source == &existing.source
            && (env.is_none() || env == &existing.env)
            && (service.is_none() && existing.service.is_some() || service == &existing.service)
            && host == &existing.host
            && tags.iter().all(|tag| existing.tags.contains(tag))
            && attributes.iter().all(|attribute| existing.attributes.contains(attribute))
    }
}

/// How an existing drain differs from the desired one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// In nothing that matters.
    Same,
    /// It sends to another of Datadog's sites.
    OtherSite,
    /// It has another key, or none.
    OtherKey,
    /// Site and key fit; environment, service, host, source or tags do not.
    OtherLabels,
}

impl DrainUrl {
    /// Recognizes a drain to Datadog's log intake: parameters in any order, any site, the old `env=` form, the old
    /// path with the key in it. `None` for every other drain.
    pub fn parse(url: &str) -> Option<Self> {
        let url = Url::parse(url.trim()).ok()?;
        let (_, domain) = url.host_str()?.split_once(".logs.")?;
        let site = Site::stored(domain)?;
        let in_path = url.path().strip_prefix("/v1/input/").and_then(|rest| rest.split('/').next());
        let mut key = in_path.and_then(|text| ApiKey::parse(&decoded(text)).ok());
        let mut labels = Labels::default();
        for (name, value) in pairs(&url) {
            let value = value.trim().to_owned();
            match name.to_ascii_lowercase().as_str() {
                "dd-api-key" | "dd_api_key" => key = ApiKey::parse(&value).ok().or(key),
                "ddsource" => labels.source = Some(value),
                "env" => labels.env = Some(one_tag(&value)),
                "service" => labels.service = Some(value),
                "host" | "hostname" => labels.host = Some(value),
                "ddtags" => {
                    for tag in tags::split(&value) {
                        match tag.strip_prefix("env:") {
                            Some(env) => labels.env = Some(env.to_owned()),
                            None => labels.tags.push(tag.to_owned()),
                        }
                    }
                }
                name if name.ends_with("key") => {}
                _ => labels.attributes.push((name, value)),
            }
        }
        Some(Self { site, key, labels })
    }

    /// The whole URL, the key in it.
    pub fn expose(&self) -> String {
        let Labels { source, env, service, host, tags, attributes } = &self.labels;
        let env = env.as_ref().map(|env| format!("env:{env}"));
        let tags = env.iter().chain(tags).map(String::as_str).collect::<Vec<_>>().join(",");
        let parameters = [
            ("dd-api-key", self.key.as_ref().map(ApiKey::expose)),
            ("ddsource", source.as_deref()),
            ("ddtags", Some(tags.as_str()).filter(|tags| !tags.is_empty())),
            ("service", service.as_deref()),
            ("host", host.as_deref()),
        ];
        let labels = parameters.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let attributes = attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let query: Vec<_> = labels.chain(attributes).map(|(name, value)| parameter(name, value)).collect();
        format!("https://{}{PATH}?{}", self.site.logs_host(), query.join("&"))
    }

    /// How `existing`, a drain of the app, differs from this one, which is desired.
    pub fn compare(&self, existing: &Self) -> Difference {
        if existing.site != self.site {
            Difference::OtherSite
        } else if existing.key != self.key {
            Difference::OtherKey
        } else if self.labels.are_met_by(&existing.labels) {
            Difference::Same
        } else {
            Difference::OtherLabels
        }
    }

    /// This drain, complete: what it leaves open it takes from the one that it replaces, whose tags and attributes
    /// it keeps; a service that neither has is the host's name.
    #[must_use]
    pub fn instead_of(mut self, old: Option<&Self>) -> Self {
        let labels = &mut self.labels;
        if let Some(Self { labels: old, .. }) = old {
            labels.env = labels.env.take().or_else(|| old.env.clone());
            labels.service = labels.service.take().or_else(|| old.service.clone());
            keep(&mut labels.tags, &old.tags);
            keep(&mut labels.attributes, &old.attributes);
        }
        labels.service = labels.service.take().or_else(|| labels.host.clone());
        self
    }
}

/// Adds what is missing.
fn keep<T: Clone + PartialEq>(list: &mut Vec<T>, old: &[T]) {
    for item in old {
        if !list.contains(item) {
            list.push(item.clone());
        }
    }
}

impl fmt::Display for DrainUrl {
    /// The URL with its key masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&masked(&self.expose()))
    }
}

/// Base URL of Datadog's OTLP intake for Heroku, which a Fir app's telemetry drain sends to.
pub fn otlp_endpoint(site: Site) -> String {
    format!("https://heroku.integrations.otlp.{site}")
}

/// Whether a log drain's URL is, but for its query, the one of Datadog's guide: https, the host of the site's log intake,
/// the path `/api/v2/logs` and no slash after it. Heroku follows no redirects, so every other one loses lines (L10).
pub fn is_documented(url: &str) -> bool {
    let Ok(url) = Url::parse(url.trim()) else { return false };
    let is_intake = |host: &str| super::site::SITES.into_iter().any(|site| site.logs_host() == host);
    url.scheme() == "https"
        && url.host_str().is_some_and(is_intake)
        && url.port().is_none()
        && url.path() == PATH
}

/// A part of a URL, decoded as a server does it.
fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// The query's names and values, decoded as a server does it.
fn pairs(url: &Url) -> impl Iterator<Item = (String, String)> + '_ {
    url.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()).map(move |pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    })
}

/// `name=value` as it is in a query.
fn parameter(name: &str, value: &str) -> String {
    format!("{}={}", utf8_percent_encode(name, VALUE), utf8_percent_encode(value, VALUE))
}

/// A value that stays one tag: white space and commas, which would end it, become underscores as Datadog's do.
fn one_tag(value: &str) -> String {
    value.trim().replace([' ', ',', '\t', '\r', '\n'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789ab3f9a";
    const OTHER: &str = "aaaabbbbccccddddeeeeffff00001111";

    fn desired() -> DrainUrl {
        DrainUrl {
            site: Site::parse("eu").unwrap(),
            key: ApiKey::parse(KEY).ok(),
            labels: Labels::of_app("shop", Some("prod"), Some("web shop")),
        }
    }

    #[test]
    fn the_url_has_the_form_of_the_guide() {
        assert_eq!(
            desired().expose(),
            format!(
                "https://http-intake.logs.datadoghq.eu/api/v2/logs?dd-api-key={KEY}&ddsource=heroku\
                 &ddtags=env:prod&service=web%20shop&host=shop"
            )
        );
        let bare = DrainUrl { labels: Labels::of_app("shop", None, None), ..desired() }.instead_of(None);
        assert!(bare.expose().ends_with("&ddsource=heroku&service=shop&host=shop"));
    }

    #[test]
    fn no_key_shows() {
        assert!(!format!("{:?} {}", desired(), desired()).contains(KEY));
    }

    #[test]
    fn what_is_written_is_read_back() {
        for (env, service) in [("prod", "shop"), ("a b,c", "é & ü=?#%+"), ("x:y/z", "a,b")] {
            let drain = DrainUrl { labels: Labels::of_app("shop", Some(env), Some(service)), ..desired() };
            assert_eq!(DrainUrl::parse(&drain.expose()), Some(drain));
        }
        // The old form takes an environment of several words, which the form that is written has as a tag.
        let old = format!("https://http-intake.logs.datadoghq.eu/v1/input/{KEY}?env=blue%20green,eu");
        let drain = DrainUrl::parse(&old).expect("a drain");
        assert_eq!(drain.labels.env.as_deref(), Some("blue_green_eu"));
        assert_eq!(DrainUrl::parse(&drain.expose()), Some(drain));
    }

    #[test]
    fn a_drain_is_compared_by_what_it_does() {
        let host = "https://http-intake.logs.datadoghq.eu";
        let labels = "ddsource=heroku&service=web%20shop&host=shop";
        for (url, difference) in [
            (desired().expose(), Difference::Same),
            (
                format!(
                    "{host}/api/v2/logs/?host=shop&service=web%20shop&env=prod&ddsource=heroku&dd-api-key={KEY}"
                ),
                Difference::Same,
            ),
            (
                format!(
                    "{host}/api/v2/logs?DD-API-KEY={}&ddtags=env%3Aprod%2Cteam%3Aa&{labels}#x",
                    KEY.to_uppercase()
                ),
                Difference::Same,
            ),
            (format!(" {host}:443/v1/input/{KEY}?ddtags=env:prod&{labels}\n"), Difference::Same),
            (format!("{host}/api/v2/logs?dd-api-key={OTHER}&ddtags=env:prod&{labels}"), Difference::OtherKey),
            (
                format!("{host}/api/v2/logs?dd-api-key=%3Ckey%3E&ddtags=env:prod&{labels}"),
                Difference::OtherKey,
            ),
            (
                format!("{host}/api/v2/logs?dd-api-key={KEY}&ddtags=env:staging&{labels}"),
                Difference::OtherLabels,
            ),
            (format!("{host}/api/v2/logs?dd-api-key={KEY}"), Difference::OtherLabels),
            (desired().expose().replace(".eu/", ".com/"), Difference::OtherSite),
        ] {
            let existing = DrainUrl::parse(&url).expect(&url);
            assert_eq!(desired().compare(&existing), difference, "{url}");
        }
    }

    #[test]
    fn only_the_url_of_the_guide_is_documented() {
        let host = "https://http-intake.logs.datadoghq.eu";
        for (url, is_right) in [
            (desired().expose(), true),
            (format!("{host}:443/api/v2/logs?dd-api-key={KEY}"), true),
            (format!("{host}/api/v2/logs/?dd-api-key={KEY}"), false),
            (format!("{host}/api/v2/logs/"), false),
            (format!("{host}/api/v2/logs/{KEY}"), false),
            (format!("{host}//api/v2/logs?dd-api-key={KEY}"), false),
            (format!("{host}/api/v2/log?dd-api-key={KEY}"), false),
            (format!("{host}/v1/input/{KEY}?"), false),
            (format!("{host}/?dd-api-key={KEY}"), false),
            (format!("{host}:10516/api/v2/logs?dd-api-key={KEY}"), false),
            (desired().expose().replace("https", "http"), false),
            (desired().expose().replace("http-intake", "agent-http-intake"), false),
            (format!("syslog+tls://intake.logs.datadoghq.eu:443/api/v2/logs?dd-api-key={KEY}"), false),
        ] {
            assert_eq!(is_documented(&url), is_right, "{url}");
        }
        for path in ["v1/input/KEY", "v1/input/KEY/", "v1/input/KEY/x", "v1/input/%30KEY"] {
            let key = if path.contains("%30") { &KEY[1..] } else { KEY };
            let url = format!("{host}/{}?ddsource=heroku", path.replace("KEY", key));
            assert_eq!(DrainUrl::parse(&url).and_then(|url| url.key), ApiKey::parse(KEY).ok(), "{path}");
        }
    }

    #[test]
    fn other_drains_are_not_datadogs() {
        for url in [
            "syslog+tls://logs.example.com:514",
            "https://http-intake.logs.datadoghq.com.evil.example/api/v2/logs",
            "https://evil.example/http-intake.logs.datadoghq.com",
            "https://api.datadoghq.com/",
            "",
        ] {
            assert_eq!(DrainUrl::parse(url), None, "{url}");
        }
    }

    #[test]
    fn a_drain_that_replaces_another_keeps_what_it_does_not_set() {
        let old =
            "https://http-intake.logs.datadoghq.com/api/v2/logs?ddtags=env:old,team:a&service=s&squad=x%26y";
        let open = DrainUrl { labels: Labels::of_app("shop", None, None), ..desired() };
        let new = open.clone().instead_of(DrainUrl::parse(old).as_ref());
        assert!(new.expose().ends_with("&ddtags=env:old,team:a&service=s&host=shop&squad=x%26y"), "{new}");
        assert_eq!(open.clone().instead_of(None).labels.service.as_deref(), Some("shop"));
        assert_eq!(open.compare(&new), Difference::Same);
        assert_eq!(desired().instead_of(Some(&new)).labels.env.as_deref(), Some("prod"));
    }

    #[test]
    fn telemetry_goes_to_the_sites_otlp_intake() {
        assert_eq!(otlp_endpoint(Site::default()), "https://heroku.integrations.otlp.datadoghq.com");
    }
}

//! Where an app's logs and telemetry go at Datadog: the log drain's URL, made and recognised, and how any drain's
//! URL is shown. These URLs hold keys: nothing here may print one whole.
//!
//! Form: <https://docs.datadoghq.com/logs/guide/collect-heroku-logs/>.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

use super::{ApiKey, Site, tags};

/// What a value of the query may hold as it is; a colon and a slash are common in tags and harmless.
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

/// The query's names that hold labels, which may be shown; everything else may be a token.
const LABELS: [&str; 7] = ["ddsource", "ddtags", "env", "service", "host", "hostname", "source"];

/// A log drain to Datadog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrainUrl {
    /// The site it sends to.
    pub site: Site,
    /// The API key in it; `None` when there is none of the right shape.
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
}

impl Labels {
    /// The labels of an app's drain.
    pub fn of_app(app: &str, env: Option<&str>, service: Option<&str>) -> Self {
        Self {
            source: Some(SOURCE.to_owned()),
            env: env.map(one_tag),
            service: Some(service.unwrap_or(app).to_owned()),
            host: Some(app.to_owned()),
            tags: Vec::new(),
        }
    }

    /// Whether every label of `self` is among those of `there`; more tags there do not matter.
    fn are_in(&self, there: &Self) -> bool {
        let Self { source, env, service, host, tags } = self;
        source == &there.source
            && (env.is_none() || env == &there.env)
            && service == &there.service
            && host == &there.host
            && tags.iter().all(|tag| there.tags.contains(tag))
    }
}

/// How a drain that is there differs from the one that is wanted.
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
    /// Recognises a drain to Datadog's log intake: parameters in any order, any site, the old `env=` form, the old
    /// path with the key in it. `None` for every other drain.
    pub fn parse(url: &str) -> Option<Self> {
        let url = Url::parse(url.trim()).ok()?;
        let (_, domain) = url.host_str()?.split_once(".logs.")?;
        let site = super::site::SITES.into_iter().find(|site| site.domain() == domain)?;
        let mut key = url.path().strip_prefix("/v1/input/").and_then(|rest| ApiKey::parse(rest).ok());
        let mut labels = Labels::default();
        for (name, value) in pairs(&url) {
            let value = value.trim().to_owned();
            match name.to_ascii_lowercase().as_str() {
                "dd-api-key" | "dd_api_key" => key = ApiKey::parse(&value).ok().or(key),
                "ddsource" => labels.source = Some(value),
                "env" => labels.env = Some(value),
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
                _ => {}
            }
        }
        Some(Self { site, key, labels })
    }

    /// The whole URL, the key in it.
    pub fn expose(&self) -> String {
        let Labels { source, env, service, host, tags } = &self.labels;
        let env = env.as_ref().map(|env| format!("env:{env}"));
        let tags = env.iter().chain(tags).map(String::as_str).collect::<Vec<_>>().join(",");
        let parameters = [
            ("dd-api-key", self.key.as_ref().map(ApiKey::expose)),
            ("ddsource", source.as_deref()),
            ("ddtags", Some(tags.as_str()).filter(|tags| !tags.is_empty())),
            ("service", service.as_deref()),
            ("host", host.as_deref()),
        ];
        let query: Vec<_> = parameters
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", utf8_percent_encode(value?, VALUE))))
            .collect();
        format!("https://{}/api/v2/logs?{}", self.site.logs_host(), query.join("&"))
    }

    /// How `there`, a drain of the app, differs from this one, which is wanted.
    pub fn compare(&self, there: &Self) -> Difference {
        if there.site != self.site {
            Difference::OtherSite
        } else if there.key != self.key {
            Difference::OtherKey
        } else if self.labels.are_in(&there.labels) {
            Difference::Same
        } else {
            Difference::OtherLabels
        }
    }

    /// This drain with what is worth keeping of the one it replaces: tags, and the environment if none was given.
    #[must_use]
    pub fn instead_of(mut self, old: &Self) -> Self {
        let Labels { env, tags, .. } = &old.labels;
        self.labels.env = self.labels.env.or_else(|| env.clone());
        for tag in tags {
            if !self.labels.tags.contains(tag) {
                self.labels.tags.push(tag.clone());
            }
        }
        self
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

/// The host that a drain's URL sends to; `?` when it is no URL.
pub fn host(url: &str) -> String {
    Url::parse(url.trim())
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_else(|| "?".into())
}

/// Any drain's URL as it may be shown: no user info, no fragment, `••••` for every value that may be a token. The
/// key of a Datadog drain keeps its last four characters.
pub fn masked(url: &str) -> String {
    let Ok(url) = Url::parse(url.trim()) else { return "••••".to_owned() };
    let user = if url.username().is_empty() && url.password().is_none() { "" } else { "••••@" };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let path: Vec<_> =
        url.path().split('/').map(|part| if is_token(part) { mask(part) } else { part.into() }).collect();
    let query: Vec<_> = pairs(&url)
        .map(|(name, value)| match name.as_str() {
            label if LABELS.contains(&label) => format!("{name}={}", utf8_percent_encode(&value, VALUE)),
            _ if value.is_empty() => {
                if is_token(&name) {
                    mask(&name)
                } else {
                    name
                }
            }
            _ => format!("{name}={}", mask(&value)),
        })
        .collect();
    let question = if query.is_empty() { "" } else { "?" };
    format!(
        "{}://{user}{}{port}{}{question}{}",
        url.scheme(),
        url.host_str().unwrap_or_default(),
        path.join("/"),
        query.join("&"),
    )
}

/// The query's names and values, decoded as a server does it.
fn pairs(url: &Url) -> impl Iterator<Item = (String, String)> + '_ {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    url.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()).map(move |pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    })
}

/// `••••`, and the last four characters of what has the shape of a Datadog key.
fn mask(value: &str) -> String {
    ApiKey::parse(value).map_or_else(|_| "••••".to_owned(), |key| key.masked())
}

/// Whether a part of a path looks like a token: long, and with digits or both cases in it.
fn is_token(part: &str) -> bool {
    let has = |test: fn(&char) -> bool| part.chars().any(|c| test(&c));
    part.len() >= 16
        && (has(char::is_ascii_digit) || has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase))
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

    fn wanted() -> DrainUrl {
        DrainUrl {
            site: Site::parse("eu").unwrap(),
            key: ApiKey::parse(KEY).ok(),
            labels: Labels::of_app("shop", Some("prod"), Some("web shop")),
        }
    }

    #[test]
    fn the_url_has_the_form_of_the_guide() {
        assert_eq!(
            wanted().expose(),
            format!(
                "https://http-intake.logs.datadoghq.eu/api/v2/logs?dd-api-key={KEY}&ddsource=heroku\
                 &ddtags=env:prod&service=web%20shop&host=shop"
            )
        );
        let bare = DrainUrl { labels: Labels::of_app("shop", None, None), ..wanted() };
        assert!(bare.expose().ends_with("&ddsource=heroku&service=shop&host=shop"));
    }

    #[test]
    fn what_is_written_is_read_back() {
        for (env, service) in [("prod", "shop"), ("a b,c", "é & ü=?#%+"), ("x:y/z", "a,b")] {
            let drain = DrainUrl { labels: Labels::of_app("shop", Some(env), Some(service)), ..wanted() };
            assert_eq!(DrainUrl::parse(&drain.expose()), Some(drain));
        }
    }

    #[test]
    fn a_drain_is_compared_by_what_it_does() {
        let host = "https://http-intake.logs.datadoghq.eu";
        let labels = "ddsource=heroku&service=web%20shop&host=shop";
        for (url, difference) in [
            (wanted().expose(), Difference::Same),
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
            (wanted().expose().replace(".eu/", ".com/"), Difference::OtherSite),
        ] {
            let there = DrainUrl::parse(&url).expect(&url);
            assert_eq!(wanted().compare(&there), difference, "{url}");
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
    fn a_drain_that_replaces_another_keeps_its_tags() {
        let old = DrainUrl::parse(
            "https://http-intake.logs.datadoghq.com/api/v2/logs?ddtags=env:old,team:a&service=s",
        );
        let bare = DrainUrl { labels: Labels::of_app("shop", None, None), ..wanted() };
        let new = bare.instead_of(&old.unwrap());
        assert_eq!(new.labels.env.as_deref(), Some("old"));
        assert_eq!(new.labels.tags, ["team:a"]);
        assert_eq!(new.labels.service.as_deref(), Some("shop"));
    }

    #[test]
    fn no_shown_url_holds_a_secret() {
        for (url, shown) in [
            (
                wanted().expose(),
                "https://http-intake.logs.datadoghq.eu/api/v2/logs?dd-api-key=••••3f9a&ddsource=heroku\
                 &ddtags=env:prod&service=web%20shop&host=shop",
            ),
            (
                format!("https://http-intake.logs.datadoghq.com/v1/input/{KEY}"),
                "https://http-intake.logs.datadoghq.com/v1/input/••••3f9a",
            ),
            (
                "https://user:pass@logs.example.com:8080/drain?token=s3cret&service=shop#frag".to_owned(),
                "https://••••@logs.example.com:8080/drain?token=••••&service=shop",
            ),
            (
                "https://logs.example.com/heroku-log-drain-production/4B0aA1bC9d8e7f6g?s3cretS3CRETs3cret1"
                    .to_owned(),
                "https://logs.example.com/heroku-log-drain-production/••••?••••",
            ),
            ("syslog+tls://t0ken@logs.example.com:514".to_owned(), "syslog+tls://••••@logs.example.com:514"),
            ("not a url with a k3y".to_owned(), "••••"),
        ] {
            assert_eq!(masked(&url), shown);
        }
        assert!(!format!("{:?} {}", wanted(), wanted()).contains(KEY));
    }

    #[test]
    fn the_host_of_a_drain_can_be_told() {
        assert_eq!(host("syslog+tls://u@logs.example.com:514"), "logs.example.com");
        assert_eq!(host("nonsense"), "?");
        assert_eq!(otlp_endpoint(Site::default()), "https://heroku.integrations.otlp.datadoghq.com");
    }
}

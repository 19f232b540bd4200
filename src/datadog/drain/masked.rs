//! Any drain's URL as it may be shown: what could be a token is masked.

use url::Url;

use super::{pairs, parameter};
use crate::datadog::ApiKey;

/// The query's names that hold labels, which may be shown; everything else may be a token.
const LABELS: [&str; 7] = ["ddsource", "ddtags", "env", "service", "host", "hostname", "source"];

/// The host that a drain's URL sends to; `?` when it is not a URL.
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
            label if LABELS.contains(&label) => parameter(label, &value),
            token if value.is_empty() && is_token(token) => mask(token),
            _ if value.is_empty() => name,
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

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789ab3f9a";

    #[test]
    fn no_shown_url_holds_a_secret() {
        for (url, shown) in [
            (
                format!(
                    "https://http-intake.logs.datadoghq.eu/api/v2/logs?dd-api-key={KEY}&ddsource=heroku\
                     &ddtags=env:prod&service=web%20shop&host=shop"
                ),
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
    }

    #[test]
    fn the_host_of_a_drain_can_be_told() {
        assert_eq!(host("syslog+tls://u@logs.example.com:514"), "logs.example.com");
        assert_eq!(host("nonsense"), "?");
    }
}

//! Which values must not show. When in doubt, it is a secret.

use super::{Kind, find};

/// Words in a variable's name that say its value is a secret.
const WORDS: [&str; 14] = [
    "KEY",
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "PASS",
    "PWD",
    "CREDENTIAL",
    "CREDENTIALS",
    "PRIVATE",
    "DSN",
    "AUTH",
    "COOKIE",
];

/// Whether the value of a config var must not show: by the catalogue, by the name, or by the value itself.
pub fn is_secret(name: &str, value: &str) -> bool {
    if let Some(known) = find(name) {
        let named_by_url = known.kind == Kind::VarNames && value.contains("://");
        let holds_key = matches!(known.kind, Kind::Text | Kind::Path | Kind::Url) && is_key(value);
        return known.is_secret() || has_credentials(value) || named_by_url || holds_key;
    }
    let is_address = name.starts_with("DD_") && is_address(value);
    holds_secret(name)
        || (names_url(name) && !is_address)
        || has_credentials(value)
        || (is_key(value) && !sounds_like_commit(name))
}

/// Whether a text is a URL with a user's password, or a key in its query.
pub fn has_credentials(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let query = rest.split_once('?').map(|(_, query)| query).unwrap_or_default();
    // A password may hold a `/` that nobody encoded: look for the last `@` of the whole text too.
    let before_host = rest.rsplit_once('@').map(|(user, _)| user);
    authority.contains('@')
        || before_host.is_some_and(|user| user.contains(':'))
        || query.split('&').filter_map(|pair| pair.split_once('=')).any(|(name, _)| sounds_secret(name))
}

/// 32 or 40 hex digits and nothing else: Datadog's keys, and many others'.
fn is_key(value: &str) -> bool {
    let value = value.trim();
    matches!(value.len(), 32 | 40) && value.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether a value is the address of a server or a socket, and nothing else.
fn is_address(value: &str) -> bool {
    value.split_once("://").is_some_and(|(scheme, rest)| {
        !scheme.is_empty()
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '+')
            && !rest.is_empty()
    })
}

/// Whether a name suggests a secret, or a URL, which may hold one.
fn sounds_secret(name: &str) -> bool {
    holds_secret(name) || names_url(name)
}

fn holds_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.split(['_', '-', '.'])
        .any(|part| WORDS.contains(&part) || part.ends_with("KEY") || part.ends_with("TOKEN"))
}

fn names_url(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["_URL", "_URI", "_URLS"].iter().any(|end| name.ends_with(end)) || ["URL", "URI"].contains(&name.as_str())
}

fn sounds_like_commit(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["COMMIT", "SHA", "REVISION", "SLUG"].iter().any(|word| name.split('_').any(|part| part == *word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn secrets_are_known_by_name_and_by_value() {
        for (name, value) in [
            ("DD_API_KEY", ""),
            ("STRIPE_SECRET", "x"),
            ("GITHUB_TOKEN", "x"),
            ("MEMCACHIER_PASSWORD", "x"),
            ("DATABASE_URL", "x"),
            ("HEROKU_POSTGRESQL_PINK_URL", "x"),
            ("MONGOLAB_URI", "x"),
            ("APIKEY", "x"),
            ("SENTRY_DSN", "x"),
            ("KAFKA_CLIENT_CERT_KEY", "x"),
            ("ANYTHING", HEX),
            ("ANYTHING", "postgres://u:p@h/d"),
            ("ANYTHING", "https://:p@h"),
            ("ANYTHING", "redis://u:p/w@h:1"),
            ("ANYTHING", "https://h/x?dd-api-key=1"),
            ("DD_TRACE_AGENT_URL", "http://u:hunter2@localhost:8126"),
            ("DD_SOME_NEW_URL", "http://u:hunter2@localhost:8126"),
            ("DD_SOME_NEW_URL", "hunter2"),
            ("DD_SOME_KEY_URL", "http://localhost"),
            ("DD_LLMOBS_ML_APP", HEX),
            ("DD_APM_ADDITIONAL_ENDPOINTS", "{}"),
            ("DD_PROXY_HTTPS", "http://u:p@proxy:3128"),
            ("DD_REDIS_URL_VAR", "redis://h"),
            ("DD_GIT_REPOSITORY_URL", "https://token@github.com/a/b"),
        ] {
            assert!(is_secret(name, value), "{name}={value}");
        }
    }

    #[test]
    fn plain_values_show() {
        for (name, value) in [
            ("DD_SITE", "datadoghq.eu"),
            ("DD_TAGS", "team:core"),
            ("DD_GIT_COMMIT_SHA", "0123456789abcdef0123456789abcdef01234567"),
            ("HEROKU_SLUG_COMMIT", "0123456789abcdef0123456789abcdef01234567"),
            ("DD_VERSION", "0123456789abcdef0123456789abcdef01234567"),
            ("DD_POSTGRES_URL_VAR", "DATABASE_URL"),
            ("DD_GIT_REPOSITORY_URL", "https://github.com/a/b"),
            ("DD_TRACE_AGENT_URL", "http://localhost:8126"),
            ("DD_TRACE_AGENT_URL", "unix:///tmp/apm.socket"),
            ("DD_DOGSTATSD_URL", "udp://127.0.0.1:8125"),
            ("DD_SOME_NEW_URL", "https://intake.example:443/v1"),
            ("DD_HEROKU_APT_KEYS_URL", "https://keys.example/"),
            ("DD_HEROKU_APT_KEY_FINGERPRINTS", "0123456789ABCDEF0123456789ABCDEF01234567"),
            ("RAILS_ENV", "production"),
            ("WEB_CONCURRENCY", "2"),
            ("LOG_LEVEL", "info"),
        ] {
            assert!(!is_secret(name, value), "{name}={value}");
        }
    }
}

//! Secrets taken out of any text: by the values that are known to be secret, and by what looks like one. Pure.

use super::facts::{ConfigVars, Facts};
use crate::datadog::options;
use crate::secret::mask;

/// A shorter value would take ordinary words out with it.
const SHORTEST: usize = 6;

/// Takes secrets out of texts.
#[derive(Clone, Default)]
pub struct Masker {
    /// The longest first, so that no part of one is left.
    secrets: Vec<String>,
}

impl Masker {
    /// One that knows the secrets of an app, and others.
    pub fn new(facts: &Facts, others: impl IntoIterator<Item = String>) -> Self {
        let empty = ConfigVars::default();
        let config = facts.config.as_ref().unwrap_or(&empty);
        let mut secrets: Vec<String> = others.into_iter().collect();
        for (_, value) in config.iter().filter(|(name, value)| options::is_secret(name, value)) {
            secrets.push(value.to_owned());
            secrets.extend(password(value).map(str::to_owned));
        }
        secrets.extend(facts.drains.iter().flatten().map(|drain| drain.url.expose().to_owned()));
        for drain in facts.telemetry_drains.iter().flatten() {
            secrets.extend(drain.headers.values().map(|value| value.expose().to_owned()));
        }
        for build in facts.builds.iter().flatten() {
            let urls = [&build.source_url, &build.output_stream_url];
            secrets.extend(urls.into_iter().flatten().map(|url| url.expose().to_owned()));
        }
        secrets.retain(|secret| secret.len() >= SHORTEST);
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        Self { secrets }
    }

    /// The text without them.
    pub fn mask(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), &mask(secret));
            }
        }
        text.split_inclusive(is_end).map(word).collect()
    }
}

/// What ends a word of a log, a table or JSON.
fn is_end(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | '<' | '>' | '(' | ')' | '{' | '}' | '[' | ']')
}

/// A word, masked when it looks like a secret: a URL with a password or a key in it, 32 hex digits.
fn word(word: &str) -> String {
    let (bare, end) = word
        .char_indices()
        .next_back()
        .filter(|(_, last)| is_end(*last))
        .map_or((word, ""), |(at, _)| word.split_at(at));
    if options::has_credentials(bare) {
        let scheme = bare.split_once("://").map(|(scheme, _)| scheme).unwrap_or_default();
        return format!("{scheme}://••••{end}");
    }
    let value = bare.rsplit_once('=').map_or(bare, |(_, value)| value);
    let is_key = value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_key { format!("{}{}{end}", &bare[..bare.len() - 32], mask(value)) } else { word.to_owned() }
}

/// The password in a URL.
fn password(url: &str) -> Option<&str> {
    let (user, _) = url.split_once("://")?.1.rsplit_once('@')?;
    user.split_once(':').map(|(_, password)| password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_and_evident_secrets_are_taken_out() {
        let vars = [
            ("DATABASE_URL", "postgres://u:hunter22@db.example/x"),
            ("STRIPE_SECRET", "sk_live_abcdef"),
            ("RAILS_ENV", "production"),
        ];
        let config = vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let facts = Facts { config: Some(config), ..Facts::default() };
        let masker = Masker::new(&facts, ["tok-12345".to_owned()]);
        for (text, masked) in [
            ("RAILS_ENV=production", "RAILS_ENV=production"),
            ("password is hunter22.", "password is ••••."),
            ("key sk_live_abcdef!", "key ••••!"),
            ("Bearer tok-12345", "Bearer ••••"),
            ("see redis://:other@h:1, ok", "see redis://••••, ok"),
            ("\"k\": \"0123456789abcdef0123456789ab3f9a\"", "\"k\": \"••••3f9a\""),
            ("KEY=0123456789abcdef0123456789ab3f9a\n", "KEY=••••3f9a\n"),
            (
                "commit 60883d9e8947a57e04dc9124f25df004866a2051",
                "commit 60883d9e8947a57e04dc9124f25df004866a2051",
            ),
        ] {
            assert_eq!(masker.mask(text), masked);
        }
    }
}

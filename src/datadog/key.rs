//! Datadog API keys: 32 hex digits.

use std::fmt;

/// An API key of the right shape. It shows its last four characters and no more.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// The text with `new` in the place of this key, however its letters are written; `None` where the key is not in it.
    pub fn replaced_in(&self, text: &str, new: &Self) -> Option<String> {
        let mut replaced = String::new();
        let (small, mut rest) = (text.to_ascii_lowercase(), 0);
        while let Some(at) = small[rest..].find(self.expose()) {
            replaced.push_str(&text[rest..rest + at]);
            replaced.push_str(new.expose());
            rest += at + self.expose().len();
        }
        replaced.push_str(&text[rest..]);
        (rest > 0).then_some(replaced)
    }

    /// The key in `text`, white space around it dropped. `Err` says what is wrong with it, without showing it.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let text = text.trim();
        let length = text.chars().count();
        let hex = text.chars().all(|c| c.is_ascii_hexdigit());
        match (hex, length) {
            (true, 32) => Ok(Self(text.to_ascii_lowercase())),
            (true, 40) => Err(NotAKey::ApplicationKey),
            (_, 0) => Err(NotAKey::Empty),
            (true, _) => Err(NotAKey::Length(length)),
            (false, _) => Err(NotAKey::NotHex),
        }
    }

    /// The key itself. Only for the wire and the keyring.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// `••••` and the last four characters.
    pub fn masked(&self) -> String {
        format!("••••{}", self.last4())
    }

    /// The last four characters.
    pub fn last4(&self) -> &str {
        &self.0[28..]
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// Why a text is not an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAKey {
    /// Nothing was given.
    Empty,
    /// Forty hex digits: the other kind of key.
    ApplicationKey,
    /// Hex digits, but not 32 of them.
    Length(usize),
    /// Something other than hex digits is in it.
    NotHex,
}

impl fmt::Display for NotAKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the Datadog API key is empty"),
            Self::ApplicationKey => f.write_str(
                "that is a Datadog application key (40 hex digits); the Agent needs an API key (32)",
            ),
            Self::Length(n) => write!(f, "a Datadog API key has 32 hex digits; this has {n}"),
            Self::NotHex => f.write_str("a Datadog API key has 32 hex digits and nothing else"),
        }
    }
}

impl std::error::Error for NotAKey {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_replaced_wherever_it_stands() {
        let (old, new) = (ApiKey::parse(&"aB".repeat(16)).unwrap(), ApiKey::parse(&"0".repeat(32)).unwrap());
        let text = format!("x/{}/?k={}&é={}", "ab".repeat(16), "AB".repeat(16), "aB".repeat(16));
        let zeros = "0".repeat(32);
        assert_eq!(old.replaced_in(&text, &new), Some(format!("x/{zeros}/?k={zeros}&é={zeros}")));
        assert_eq!(old.replaced_in("nothing", &new), None);
    }

    #[test]
    fn a_key_is_32_hex_digits() {
        let key = ApiKey::parse(" 0123456789ABCDEF0123456789ab3f9a\n").expect("a key");
        assert_eq!(key.masked(), "••••3f9a");
        assert_eq!(key.expose(), "0123456789abcdef0123456789ab3f9a");
        assert_eq!(ApiKey::parse("  "), Err(NotAKey::Empty));
        assert_eq!(ApiKey::parse("abc"), Err(NotAKey::Length(3)));
        assert_eq!(ApiKey::parse(&"a".repeat(40)), Err(NotAKey::ApplicationKey));
        assert_eq!(ApiKey::parse(&"z".repeat(32)), Err(NotAKey::NotHex));
    }
}

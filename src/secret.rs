//! The secret type: it cannot be printed or serialized by accident.

use std::fmt;

/// A value that must not show: no `Display`, no `Serialize`, and a `Debug` that is masked.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a value in.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself. Only for the wire, the keyring and comparisons.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The value as a person may see it: `••••` and, of 16 characters and more, the last four.
    pub fn masked(&self) -> String {
        mask(&self.0)
    }

    /// The last four characters, of values long enough that four give nothing away.
    pub fn last4(&self) -> Option<&str> {
        last4(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// `••••` and, of values of 16 characters and more, the last four.
pub fn mask(value: &str) -> String {
    format!("••••{}", last4(value).unwrap_or_default())
}

fn last4(value: &str) -> Option<&str> {
    (value.len() >= 16).then(|| value.get(value.len() - 4..)).flatten()
}

/// `text` with what looks like a secret masked: words of hex digits of one of these `lengths`, and Heroku tokens.
/// A net below the messages, for what a person put where no secret belongs.
pub fn without_keys(text: &str, lengths: &[usize]) -> String {
    let is_key = |word: &str| {
        let hex = word.bytes().all(|byte| byte.is_ascii_hexdigit());
        hex && lengths.contains(&word.len())
            || word.strip_prefix("HRKU-").is_some_and(|rest| rest.len() >= 16)
    };
    let is_apart = |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let words = text.split_inclusive(is_apart).map(|piece| {
        let word = piece.trim_end_matches(is_apart);
        if is_key(word) { mask(word) + &piece[word.len()..] } else { piece.to_owned() }
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_its_last_four_at_most() {
        let key = Secret::new("0123456789abcdef0123456789ab3f9a");
        assert_eq!(format!("{key:?}"), "••••3f9a");
        assert_eq!(Secret::new("short").masked(), "••••");
        assert_eq!(Secret::new("ééééééééé").masked(), "••••éé");
    }

    #[test]
    fn keys_are_masked_in_any_text() {
        let key = "0123456789abcdef0123456789ab3f9a";
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let text = format!("'{key}' and {key}, HRKU-0123456789abcdef! not {commit} nor --flag={key}0");
        let masked = "'••••3f9a' and ••••3f9a, ••••cdef! not ";
        assert_eq!(without_keys(&text, &[32]), format!("{masked}{commit} nor --flag={key}0"));
        assert_eq!(without_keys(commit, &[32, 40]), "••••4567");
    }
}

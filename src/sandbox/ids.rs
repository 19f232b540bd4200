//! Identifiers and times, as Heroku writes them: UUIDs and RFC 3339 in UTC, seconds exact.

use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

/// The id of a thing that is there from the start: always the same for the same kind and name.
pub(crate) fn named(kind: &str, name: &str) -> String {
    uuid(digest(&SHA256, format!("{kind}/{name}").as_bytes()).as_ref())
}

/// Hex digits that are always the same for the same words: passwords and the like of things there from the start.
pub(crate) fn named_hex(kind: &str, name: &str, digits: usize) -> String {
    let mut text = hex(digest(&SHA256, format!("{kind}/{name}").as_bytes()).as_ref());
    text.truncate(digits);
    text
}

/// A new id.
pub(crate) fn fresh() -> String {
    let mut bytes = [0_u8; 16];
    // Without randomness the clock has to do: an id need only be new.
    if SystemRandom::new().fill(&mut bytes).is_err() {
        bytes = jiff::Timestamp::now().as_nanosecond().to_le_bytes();
    }
    uuid(&bytes)
}

/// Bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The SHA-256 of `bytes`, as hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

/// The present time.
pub(crate) fn now() -> String {
    instant(jiff::Timestamp::now())
}

/// A time as Heroku writes it.
pub(crate) fn instant(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The first 16 bytes as a UUID of version 4.
fn uuid(bytes: &[u8]) -> String {
    let mut digits = hex(&bytes[..16]);
    digits.replace_range(12..13, "4");
    digits.replace_range(16..17, "a");
    format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids_and_those_of_the_start_never_change() {
        assert_eq!(named("app", "shop"), named("app", "shop"));
        assert_ne!(named("app", "shop"), named("app", "legacy"));
        assert_ne!(fresh(), fresh());
        let id = fresh();
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(&id[14..15], "4");
    }
}

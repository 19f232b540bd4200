//! Versions of Debian packages and their order.
//! Rules: <https://www.debian.org/doc/debian-policy/ch-controlfields.html#version>.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A version: `[epoch:]upstream[-revision]`.
#[derive(Clone, Debug)]
pub struct Version {
    epoch: u32,
    upstream: String,
    revision: String,
}

/// Text that is not a version.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not the version of a package")]
pub struct NotAVersion(String);

impl Version {
    /// What the packaged program calls itself: `7.81.2`.
    pub fn upstream(&self) -> &str {
        &self.upstream
    }

    /// The version without its epoch, as people write it: `7.81.2-1`.
    pub fn without_epoch(&self) -> String {
        if self.revision.is_empty() {
            self.upstream.clone()
        } else {
            format!("{}-{}", self.upstream, self.revision)
        }
    }

    /// The first and the second number: `(7, 81)`.
    pub fn major_minor(&self) -> (u32, u32) {
        let mut numbers = self.upstream.split(['.', '~', '+']).map(|part| part.parse().unwrap_or(0));
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
    }
}

impl FromStr for Version {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let bad = || NotAVersion(text.to_owned());
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) if epoch.bytes().all(|b| b.is_ascii_digit()) => {
                (epoch.parse().map_err(|_| bad())?, rest)
            }
            Some(_) => return Err(bad()),
            None => (0, text),
        };
        let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
        let plain = |part: &str, more: &[u8]| {
            part.bytes().all(|b| b.is_ascii_alphanumeric() || b"+.~".contains(&b) || more.contains(&b))
        };
        if !upstream.starts_with(|c: char| c.is_ascii_digit())
            || !plain(upstream, b"-")
            || !plain(revision, b"")
            || (revision.is_empty() && rest.ends_with('-'))
        {
            return Err(bad());
        }
        Ok(Self { epoch, upstream: upstream.to_owned(), revision: revision.to_owned() })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.epoch > 0 {
            write!(f, "{}:", self.epoch)?;
        }
        f.write_str(&self.without_epoch())
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.epoch
            .cmp(&other.epoch)
            .then_with(|| compare(&self.upstream, &other.upstream))
            .then_with(|| compare(&self.revision, &other.revision))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Equal as the order has it: `1.0` and `1.00` are.
impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

/// Compares stretches of non-digits and of digits in turn.
fn compare(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    while !left.is_empty() || !right.is_empty() {
        let words = (split(&mut left, |b| !b.is_ascii_digit()), split(&mut right, |b| !b.is_ascii_digit()));
        let numbers = (split(&mut left, u8::is_ascii_digit), split(&mut right, u8::is_ascii_digit));
        let order = compare_words(words.0, words.1).then_with(|| compare_numbers(numbers.0, numbers.1));
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

/// Takes the leading bytes that `belong` off `text`.
fn split<'a>(text: &mut &'a [u8], belong: impl Fn(&u8) -> bool) -> &'a [u8] {
    let end = text.iter().position(|b| !belong(b)).unwrap_or(text.len());
    let (head, tail) = text.split_at(end);
    *text = tail;
    head
}

/// `~` before the end, the end before letters, letters before everything else.
fn compare_words(left: &[u8], right: &[u8]) -> Ordering {
    let weight = |byte: Option<&u8>| match byte {
        Some(b'~') => -1,
        None => 0,
        Some(letter) if letter.is_ascii_alphabetic() => i32::from(*letter),
        Some(other) => i32::from(*other) + 256,
    };
    (0..left.len().max(right.len()))
        .map(|at| weight(left.get(at)).cmp(&weight(right.get(at))))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Numbers of any length.
fn compare_numbers(left: &[u8], right: &[u8]) -> Ordering {
    let significant = |digits: &[u8]| digits.iter().position(|d| *d != b'0').unwrap_or(digits.len());
    let (left, right) = (&left[significant(left)..], &right[significant(right)..]);
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn versions_stand_in_debians_order() {
        let ordered = [
            "7.9.0~rc.2-1",
            "7.9.0-1",
            "7.10.0-1",
            "7.10.0-2",
            "7.10.0+dfsg-1",
            "1:6.53.1-1",
            "1:7.0-1",
            "1:7.81.2",
            "1:7.81.2-1",
        ];
        for pair in ordered.windows(2) {
            assert!(version(pair[0]) < version(pair[1]), "{pair:?}");
        }
        assert_eq!(version("1.0-0"), version("1.00"));
    }

    #[test]
    fn a_version_is_taken_apart_and_put_together_again() {
        let version = version("1:7.81.2-1");
        assert_eq!(version.to_string(), "1:7.81.2-1");
        assert_eq!(version.without_epoch(), "7.81.2-1");
        assert_eq!(version.upstream(), "7.81.2");
        assert_eq!(version.major_minor(), (7, 81));
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in
            ["", "latest", "1:", ":7", "x:7", "7.81 2", "7.81/2", "7-", "7.81.2_amd64", "99999999999:1"]
        {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }
}

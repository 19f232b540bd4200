//! Whether Datadog keeps a tag as it is written. Rules: <https://docs.datadoghq.com/getting_started/tagging/>.

use std::fmt;

/// The length that Datadog cuts tags at, in characters.
pub const LONGEST: usize = 200;

/// Whether Datadog keeps a tag as it is written. Upper case is fine: it is only folded.
pub fn check(tag: &str) -> Result<(), Problem> {
    let Some(first) = tag.chars().next() else { return Err(Problem::Empty) };
    if first == ':' {
        return Err(Problem::NoKey);
    }
    if !first.is_alphabetic() {
        return Err(Problem::Start(first));
    }
    if tag.ends_with(':') {
        return Err(Problem::NoValue);
    }
    if let Some(odd) = tag.chars().find(|c| !is_allowed(*c)) {
        return Err(Problem::Character(odd));
    }
    match tag.chars().count() {
        length if length > LONGEST => Err(Problem::Length(length)),
        _ => Ok(()),
    }
}

/// The tag as Datadog would store it: small letters, `_` for what is not allowed, nothing before the first
/// letter, no colon or underscore at the end, at most 200 characters. Empty when nothing is left.
pub fn normalized(tag: &str) -> String {
    let mut kept = String::new();
    for c in tag.trim().chars().skip_while(|c| !c.is_alphabetic()).flat_map(char::to_lowercase).take(LONGEST)
    {
        match c {
            c if is_allowed(c) && c != '_' => kept.push(c),
            _ if !kept.ends_with('_') => kept.push('_'),
            _ => {}
        }
    }
    kept.trim_end_matches([':', '_']).to_owned()
}

fn is_allowed(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '.' | '/')
}

/// What is wrong with a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There is nothing.
    Empty,
    /// A colon and a value, but no key.
    NoKey,
    /// A key and a colon, but no value.
    NoValue,
    /// It starts with this instead of a letter.
    Start(char),
    /// Datadog turns this character into `_`.
    Character(char),
    /// It is longer than 200 characters.
    Length(usize),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a tag is empty"),
            Self::NoKey => f.write_str("a tag has no key before its colon"),
            Self::NoValue => f.write_str("a tag has no value after its colon"),
            Self::Start(c) => write!(f, "a tag starts with a letter, not with `{}`", c.escape_debug()),
            Self::Character(c) => write!(
                f,
                "a tag has letters, digits and `_-:./`; Datadog would replace `{}` by `_`",
                c.escape_debug()
            ),
            Self::Length(n) => write!(f, "a tag has at most {LONGEST} characters; this has {n}"),
        }
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_tag_is_kept_as_written() {
        for tag in ["env:prod", "simple", "a:b:c", "path:/x/y", "Team:Core", "größe:l", "v:1.2-3_4"] {
            assert_eq!(check(tag), Ok(()), "{tag}");
        }
        assert_eq!(check(&"a".repeat(LONGEST)), Ok(()));
    }

    #[test]
    fn a_malformed_tag_is_told_apart() {
        for (tag, problem) in [
            ("", Problem::Empty),
            (":value", Problem::NoKey),
            ("env:", Problem::NoValue),
            ("1st:x", Problem::Start('1')),
            ("_x", Problem::Start('_')),
            ("env:a b", Problem::Character(' ')),
            ("mail:a@b", Problem::Character('@')),
        ] {
            assert_eq!(check(tag), Err(problem), "{tag}");
        }
        assert_eq!(check(&"a".repeat(201)), Err(Problem::Length(201)));
    }

    #[test]
    fn the_normal_form_passes_the_check() {
        for (tag, normal) in [
            ("Env:Prod", "env:prod"),
            (":value", "value"),
            ("env:", "env"),
            ("mail:a@b", "mail:a_b"),
            ("x: a  b", "x:_a_b"),
            ("123", ""),
        ] {
            assert_eq!(normalized(tag), normal, "{tag}");
            assert!(normal.is_empty() || check(normal).is_ok(), "{normal}");
        }
        assert_eq!(check(&normalized(&"İ".repeat(300))), Ok(()));
    }
}

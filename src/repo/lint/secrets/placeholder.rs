//! What may be in place of a secret: variables, templates, patterns, and words such as `changeme`.

/// Words of which samples are made up: `YOUR_PASSWORD`, `my-secret-token`, `password_here`.
const SAMPLES: [&str; 27] = [
    "placeholder",
    "changeme",
    "password",
    "redacted",
    "passwd",
    "secret",
    "sample",
    "example",
    "insert",
    "change",
    "replace",
    "hidden",
    "token",
    "value",
    "dummy",
    "fake",
    "pass",
    "your",
    "here",
    "goes",
    "with",
    "some",
    "pwd",
    "the",
    "api",
    "key",
    "my",
];

/// Whether a value is only a placeholder for a secret.
pub(super) fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    let is_variable = value.split('$').skip(1).any(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '{' | '_' | '(')) || rest.is_empty()
    });
    let is_template = ["%%", "%{", "%(", "<%", "#{"].iter().any(|open| value.contains(open))
        || matches!(value, "%s" | "%d" | "%v")
        || value.starts_with("ENC[")
        || [('<', '>'), ('{', '}'), ('[', ']'), ('%', '%'), ('@', '@')]
            .iter()
            .any(|(open, close)| value.len() > 2 && value.starts_with(*open) && value.ends_with(*close));
    let is_name = value.len() > 2
        && ["PASS", "PWD", "TOKEN", "SECRET", "KEY"].iter().any(|word| value.contains(word))
        && value.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c == '-');
    value.is_empty()
        || is_variable
        || is_template
        || is_name
        || value.chars().all(|c| "*xX.•-_".contains(c))
        || is_sample(value)
}

fn is_sample(value: &str) -> bool {
    let mut rest: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
    rest.make_ascii_lowercase();
    // What is not ASCII or a sign that samples do not have is left for a real one.
    let is_plain = value.chars().all(|c| c.is_ascii_alphanumeric() || " _-.".contains(c));
    for word in SAMPLES {
        rest = rest.replace(word, "");
    }
    is_plain && rest.is_empty()
}

/// Whether the password of a URL is part of a pattern, as in `://([^:]+):([^@]+)@`.
pub(super) fn is_pattern(password: &str) -> bool {
    password.contains(['(', ')', '[', ']', '{', '}', '<', '>', '^', '|', '\\', '*'])
        || password.chars().all(|c| ".+?".contains(c))
}

/// Whether a text looks random rather than made up for a comment.
pub(super) fn looks_random(text: &str) -> bool {
    let small = text.to_ascii_lowercase();
    let is_keyboard = ["asdf", "qwer", "1234", "abcd", "example", "password", "secret"]
        .iter()
        .any(|row| small.contains(row));
    text.len() >= 12 && has_digit_and_letter(text) && distinct(text) >= 8 && !is_keyboard
}

pub(super) fn has_digit_and_letter(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().any(|b| b.is_ascii_alphabetic())
}

pub(super) fn distinct(text: &str) -> usize {
    text.chars().collect::<std::collections::BTreeSet<_>>().len()
}

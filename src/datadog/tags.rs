//! Tags as `DD_TAGS` has them: separated by spaces or commas, each a `key:value` or a bare word.

#[cfg(feature = "cli")]
mod check;

#[cfg(feature = "cli")]
pub use check::{Problem, check, normalized};

/// The tags of a text, in its order, empty ones dropped.
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ',', '\t', '\r', '\n']).filter(|tag| !tag.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_separated_by_spaces_and_commas() {
        assert_eq!(
            split(" env:prod, team:core\tsimple,,").collect::<Vec<_>>(),
            ["env:prod", "team:core", "simple"]
        );
    }
}

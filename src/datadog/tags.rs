//! Tags as `DD_TAGS` has them: separated by spaces or commas, each a `key:value` or a bare word.
//! Rules: <https://docs.datadoghq.com/getting_started/tagging/>.

/// The tags of a text, in its order, empty ones dropped.
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ',', '\t', '\r', '\n']).filter(|tag| !tag.is_empty())
}

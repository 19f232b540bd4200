//! What a server says about a file without sending it. The next build knows by it whether the package in its cache is
//! still the one that the repository serves.

use reqwest::header::{CONTENT_LENGTH, ETAG, HeaderMap, HeaderName, LAST_MODIFIED};
use serde::{Deserialize, Serialize};

/// The headers that change with the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Validator {
    etag: Option<String>,
    modified: Option<String>,
    size: Option<String>,
}

impl Validator {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::to_owned);
        Self { etag: text(ETAG), modified: text(LAST_MODIFIED), size: text(CONTENT_LENGTH) }
    }

    /// Whether nothing of what both know differs. A date is asked only where there is no tag: mirrors copy files.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        let differs =
            |a: &Option<String>, b: &Option<String>| Some((a.as_ref()?, b.as_ref()?)).map(|(a, b)| a != b);
        let identity = differs(&self.etag, &other.etag).or_else(|| differs(&self.modified, &other.modified));
        ![identity, differs(&self.size, &other.size)].contains(&Some(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validator(etag: &str, modified: &str, size: &str) -> Validator {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Validator { etag: text(etag), modified: text(modified), size: text(size) }
    }

    #[test]
    fn a_tag_decides_before_a_date_and_a_size_always() {
        let kept = validator("a", "Monday", "5");
        for (served, agrees) in [
            (validator("a", "Monday", "5"), true),
            (validator("a", "Tuesday", "5"), true),
            (validator("b", "Monday", "5"), false),
            (validator("", "Monday", ""), true),
            (validator("", "Tuesday", "5"), false),
            (validator("a", "", "4"), false),
            (validator("", "", ""), true),
        ] {
            assert_eq!(kept.agrees_with(&served), agrees, "{served:?}");
        }
    }
}

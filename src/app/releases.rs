//! The releases of Datadog's buildpack, as far as they are known, and the one that is meant by what was typed. Pure.

use super::versions::{self, BUILDPACK};

/// The releases that are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Releases {
    /// Their tags, the newest first; never none.
    pub tags: Vec<String>,
    /// How much of the list that is.
    pub extent: Extent,
}

/// How much of the list of releases is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    All,
    /// The newest, not the older ones.
    Newest,
    /// What was the newest when this program was made.
    Once,
}

/// What a pin means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pin {
    /// This release, which exists.
    Release(String),
    /// This release, older than the newest; whether it exists is not known.
    Unchecked(String),
    /// A branch or a commit.
    Branch(String),
    /// A release that does not exist.
    Missing,
}

impl Releases {
    /// Those that this program knows by itself.
    pub fn known(extent: Extent) -> Self {
        Self { tags: vec![BUILDPACK.to_owned()], extent }
    }

    /// The newest that is known.
    pub fn newest(&self) -> &str {
        self.tags.first().map_or(BUILDPACK, String::as_str)
    }

    /// What was typed for a pin: `2.44`, `v2.44`, `#2.44`, `latest`, a branch, a commit.
    pub fn meant(&self, typed: &str) -> Pin {
        let text = typed.trim().trim_start_matches('#');
        if text.eq_ignore_ascii_case("latest") {
            return Pin::Release(self.newest().to_owned());
        }
        let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let is_number = bare.starts_with(|c: char| c.is_ascii_digit())
            && bare.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        if !is_number || !bare.contains('.') && bare.len() >= 7 {
            return Pin::Branch(text.to_owned());
        }
        if let Some(tag) = self.tags.iter().find(|tag| *tag == text || *tag == bare) {
            return Pin::Release(tag.clone());
        }
        let may_exist = self.extent != Extent::All
            && versions::is_release(bare)
            && bare.split('.').count() == 2
            && versions::is_older(bare, self.newest());
        if may_exist { Pin::Unchecked(bare.to_owned()) } else { Pin::Missing }
    }

    /// Whether a release that an app is pinned to is known not to exist. The tags have no `v`.
    pub fn lacks(&self, pin: &str) -> bool {
        let is_newer = !versions::is_older(pin, self.newest());
        let is_known = match self.extent {
            Extent::All => true,
            Extent::Newest => is_newer,
            Extent::Once => false,
        };
        is_known && versions::is_release(pin) && !self.tags.iter().any(|tag| tag == pin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_a_release_that_exists_or_refused() {
        let all = Releases { tags: ["2.44", "2.43", "1.31"].map(str::to_owned).into(), extent: Extent::All };
        let once = Releases::known(Extent::Once);
        let release = |text: &str| Pin::Release(text.to_owned());
        let unchecked = |text: &str| Pin::Unchecked(text.to_owned());
        for (typed, by_all, by_once) in [
            ("2.44", release("2.44"), release("2.44")),
            ("v2.44", release("2.44"), release("2.44")),
            ("#2.44", release("2.44"), release("2.44")),
            (" V2.44", release("2.44"), release("2.44")),
            ("latest", release("2.44"), release("2.44")),
            ("v2.43", release("2.43"), unchecked("2.43")),
            ("2.42", Pin::Missing, unchecked("2.42")),
            ("9.99", Pin::Missing, Pin::Missing),
            ("2.44.0", Pin::Missing, Pin::Missing),
            ("2", Pin::Missing, Pin::Missing),
            ("master", Pin::Branch("master".into()), Pin::Branch("master".into())),
            ("1234567", Pin::Branch("1234567".into()), Pin::Branch("1234567".into())),
        ] {
            assert_eq!((all.meant(typed), once.meant(typed)), (by_all, by_once), "{typed}");
        }
    }

    #[test]
    fn a_stored_pin_is_missing_only_where_that_is_known() {
        let newest = Releases::known(Extent::Newest);
        assert!(
            newest.lacks("9.99") && !newest.lacks("2.43") && !newest.lacks("2.44") && !newest.lacks("master")
        );
        assert!(!Releases::known(Extent::Once).lacks("9.99"));
        assert!(Releases::known(Extent::All).lacks("2.43"));
    }
}

//! Which Agent is wanted, and which of the repository's packages that is. Pure.

use super::debian_version::Version;
use crate::buildpack::error::{Error, Kind, Result};
use crate::buildpack::repository::{HEROKU_PACKAGE, Package};

/// The versions installed when none is asked for.
const PINNED_7: &str = "7.81.2-1";
const PINNED_6: &str = "6.53.1-1";
/// How many versions an error lists.
const NEAREST: usize = 8;

/// What `DD_AGENT_VERSION` and `DD_AGENT_MAJOR_VERSION` ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// 6 or 7.
    pub major: u32,
    /// Which of them.
    pub which: Which,
    /// The value was written in the form that was used before Agent 6.9: `6.8.3-1_amd64`.
    pub old_form: bool,
}

/// Which of a major version's Agents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The newest whose version begins with this: `7`, `7.81`. Previews are passed over.
    Newest(String),
    /// This version, in its newest revision where none is given.
    Exactly(String),
}

impl Wanted {
    /// Reads both variables. `DD_AGENT_VERSION` beats the major version.
    pub fn parse(version: Option<&str>, major: Option<&str>) -> Result<Self> {
        let major = match major {
            None | Some("7") => 7,
            Some("6") => 6,
            Some(other) if version.is_none() || version == Some("latest") => {
                return Err(Error::new(
                    Kind::Options,
                    format!("DD_AGENT_MAJOR_VERSION is `{other}`, which is no major version of the Agent"),
                )
                .remedy("Set it to 7 or 6: `heroku config:set DD_AGENT_MAJOR_VERSION=7`"));
            }
            Some(_) => 7,
        };
        let pinned = if major == 6 { PINNED_6 } else { PINNED_7 };
        let Some(given) = version else {
            return Ok(Self { major, which: Which::Exactly(pinned.into()), old_form: false });
        };
        if given == "latest" {
            return Ok(Self { major, which: Which::Newest(major.to_string()), old_form: false });
        }
        let bare = given.strip_suffix("_amd64").unwrap_or(given);
        let bare = bare.strip_prefix("1:").unwrap_or(bare);
        let (major, which) = match bare.parse::<Version>().map(|version| version.major_minor().0) {
            Ok(major @ (6 | 7)) if bare.matches('.').count() < 2 && !bare.contains('-') => {
                (major, Which::Newest(bare.to_owned()))
            }
            Ok(major @ (6 | 7)) => (major, Which::Exactly(bare.to_owned())),
            _ => {
                return Err(Error::new(
                    Kind::Options,
                    format!("DD_AGENT_VERSION is `{given}`, which is no version of Agent 6 or 7"),
                )
                .remedy(format!(
                    "Set it to a version, or unset it for {PINNED_7}: `heroku config:unset DD_AGENT_VERSION`"
                )));
            }
        };
        Ok(Self { major, which, old_form: given.ends_with("_amd64") })
    }

    /// What was asked for, as a person would write it.
    pub fn text(&self) -> &str {
        match &self.which {
            Which::Newest(text) | Which::Exactly(text) => text,
        }
    }

    fn fits(&self, version: &Version) -> bool {
        match &self.which {
            Which::Exactly(wanted) => version.upstream() == wanted || version.without_epoch() == *wanted,
            Which::Newest(prefix) => {
                let rest = version.upstream().strip_prefix(prefix.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.')) && !version.is_preview()
            }
        }
    }
}

/// The package that is wanted: the newest that fits, made for Heroku if there is one.
pub fn resolve<'a>(wanted: &Wanted, packages: &'a [Package]) -> Result<&'a Package> {
    packages
        .iter()
        .filter(|package| wanted.fits(&package.version))
        .max_by(|a, b| {
            let for_heroku = |package: &Package| package.name == HEROKU_PACKAGE;
            for_heroku(a).cmp(&for_heroku(b)).then_with(|| a.version.cmp(&b.version))
        })
        .ok_or_else(|| unknown(wanted, packages))
}

fn unknown(wanted: &Wanted, packages: &[Package]) -> Error {
    let near = nearest(wanted, packages);
    let error =
        Error::new(Kind::UnknownVersion, format!("the package repository has no Agent {}", wanted.text()));
    let Some(first) = near.first() else {
        return error.remedy(format!("It lists no Agent {} at all: check DD_HEROKU_APT_URL.", wanted.major));
    };
    error
        .remedy(format!("The nearest versions it has: {}.", near.join(", ")))
        .remedy(format!("Choose one and build again: `heroku config:set DD_AGENT_VERSION={first}`"))
}

/// The versions that exist around the one wanted, the nearest first.
fn nearest(wanted: &Wanted, packages: &[Package]) -> Vec<String> {
    let mut versions: Vec<&Version> = packages.iter().map(|package| &package.version).collect();
    versions.sort();
    versions.dedup();
    let Ok(wanted) = format!("1:{}", wanted.text()).parse::<Version>() else { return Vec::new() };
    let (wanted_minor, at) = (wanted.major_minor().1, versions.partition_point(|version| **version < wanted));
    let mut ranked: Vec<(usize, &Version)> = versions.into_iter().enumerate().collect();
    ranked.sort_by_key(|(index, version)| {
        (version.major_minor().1.abs_diff(wanted_minor), index.abs_diff(at), std::cmp::Reverse(*index))
    });
    ranked.into_iter().take(NEAREST).map(|(_, version)| version.without_epoch()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, version: &str) -> Package {
        Package {
            name: name.into(),
            version: version.parse().unwrap(),
            filename: String::new(),
            size: 0,
            sha256: String::new(),
        }
    }

    fn repository() -> Vec<Package> {
        let heroku = ["1:7.80.0-1", "1:7.80.0-2", "1:7.81.2-1", "1:7.9.0-1"]
            .map(|v| package("datadog-heroku-agent", v));
        let plain = ["1:7.81.2-1", "1:7.81.10-1", "1:7.30.0-1", "1:7.82.0~rc.1-1"]
            .map(|v| package("datadog-agent", v));
        heroku.into_iter().chain(plain).collect()
    }

    fn resolved(version: Option<&str>, major: Option<&str>) -> String {
        let packages = repository();
        match Wanted::parse(version, major).and_then(|wanted| resolve(&wanted, &packages).cloned()) {
            Ok(package) => format!("{} {}", package.name, package.version),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn every_way_to_write_a_version_is_understood() {
        for written in ["7.81.2", "7.81.2-1", "1:7.81.2-1", "1:7.81.2", "7.81.2-1_amd64", "1:7.81.2-1_amd64"]
        {
            assert_eq!(resolved(Some(written), None), "datadog-heroku-agent 1:7.81.2-1", "{written}");
        }
        assert_eq!(resolved(Some("7.80.0"), Some("6")), "datadog-heroku-agent 1:7.80.0-2");
        assert_eq!(resolved(Some("7.80.0-1"), None), "datadog-heroku-agent 1:7.80.0-1");
        assert_eq!(resolved(None, None), "datadog-heroku-agent 1:7.81.2-1");
    }

    #[test]
    fn the_newest_is_of_the_package_made_for_heroku() {
        for written in ["7", "latest", "7.81"] {
            assert_eq!(resolved(Some(written), None), "datadog-heroku-agent 1:7.81.2-1", "{written}");
        }
        assert_eq!(resolved(Some("7.8"), None), "the package repository has no Agent 7.8");
    }

    #[test]
    fn the_plain_package_serves_where_there_is_no_other() {
        assert_eq!(resolved(Some("7.30.0"), None), "datadog-agent 1:7.30.0-1");
        assert_eq!(resolved(Some("7.82.0~rc.1"), None), "datadog-agent 1:7.82.0~rc.1-1");
    }

    #[test]
    fn each_major_version_has_its_pinned_default() {
        assert_eq!(Wanted::parse(None, Some("6")).unwrap().text(), "6.53.1-1");
        assert_eq!(Wanted::parse(None, Some("7")).unwrap().text(), "7.81.2-1");
        assert_eq!(Wanted::parse(Some("latest"), Some("6")).unwrap().which, Which::Newest("6".into()));
        assert_eq!(Wanted::parse(Some("6.8.3-1_amd64"), None).unwrap().major, 6);
        assert!(Wanted::parse(Some("6.8.3-1_amd64"), None).unwrap().old_form);
    }

    #[test]
    fn values_that_are_no_version_are_refused() {
        for version in ["5.32.8", "8", "next", "7.81/2", "", "7 81"] {
            assert!(Wanted::parse(Some(version), None).is_err(), "{version}");
        }
        assert!(Wanted::parse(None, Some("5")).is_err());
        assert!(Wanted::parse(Some("7.81.2"), Some("seven")).is_ok());
    }

    #[test]
    fn an_unknown_version_names_its_neighbors_nearest_first() {
        let wanted = Wanted::parse(Some("7.81.3"), None).unwrap();
        let error = resolve(&wanted, &repository()).unwrap_err();
        assert_eq!(error.kind, Kind::UnknownVersion);
        assert_eq!(
            error.remedies,
            [
                "The nearest versions it has: 7.81.10-1, 7.81.2-1, 7.82.0~rc.1-1, 7.80.0-2, 7.80.0-1, 7.30.0-1, 7.9.0-1.",
                "Choose one and build again: `heroku config:set DD_AGENT_VERSION=7.81.10-1`"
            ]
        );
    }
}

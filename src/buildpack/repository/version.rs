//! Which Agent is requested, and which of the repository's packages that is. Pure.

use super::debian_version::Version;
use crate::buildpack::error::{Error, Kind, Result};
use crate::buildpack::repository::{HEROKU_PACKAGE, Package};
use crate::datadog::AgentVersion;
use crate::datadog::agent_request::{AgentRequest, PINNED_6, PINNED_7, is_old_form};

/// How many versions an error lists.
const NEAREST: usize = 8;

/// What `DD_AGENT_VERSION` and `DD_AGENT_MAJOR_VERSION` ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requested {
    /// 6 or 7.
    pub major: u32,
    /// Which of its versions; never [`AgentRequest::Latest`].
    which: AgentRequest,
    /// The value was written in the form that was used before Agent 6.9: `6.8.3-1_amd64`.
    pub old_form: bool,
    /// One of the variables is set; else this is the default.
    pub is_explicit: bool,
}

impl Requested {
    /// Reads both variables. `DD_AGENT_VERSION` beats the major version.
    pub fn parse(version: Option<&str>, major: Option<&str>) -> Result<Self> {
        let request = version.map(|given| AgentRequest::parse(given).ok_or_else(|| not_a_version(given)));
        let request = request.transpose()?;
        let line = match major {
            None | Some("7") => 7,
            Some("6") => 6,
            Some(other) if matches!(request, None | Some(AgentRequest::Latest)) => {
                return Err(Error::new(
                    Kind::Options,
                    format!("DD_AGENT_MAJOR_VERSION is `{other}`, which is not a major version of the Agent"),
                )
                .remedy("Set it to 7 or 6: `heroku config:set DD_AGENT_MAJOR_VERSION=7`"));
            }
            Some(_) => 7,
        };
        let pinned = AgentRequest::parse(if line == 6 { PINNED_6 } else { PINNED_7 });
        let which = match request.or(pinned) {
            None | Some(AgentRequest::Latest) => AgentRequest::Newest { major: line, minor: None },
            Some(request) => request,
        };
        match which.major() {
            Some(major @ (6 | 7)) => Ok(Self {
                major,
                which,
                old_form: version.is_some_and(is_old_form),
                is_explicit: version.is_some() || line == 6,
            }),
            _ => Err(not_a_version(version.unwrap_or_default())),
        }
    }

    /// What was asked for, as a person would write it.
    pub fn text(&self) -> String {
        self.which.to_string()
    }

    /// Whether a version is among those that are asked for.
    pub(crate) fn is_met_by(&self, version: &Version) -> bool {
        AgentVersion::parse(&version.to_string()).is_some_and(|version| self.which.is_met_by(version))
    }
}

fn not_a_version(given: &str) -> Error {
    Error::new(
        Kind::Options,
        format!("DD_AGENT_VERSION is `{given}`, which is not a version of Agent 6 or 7"),
    )
    .remedy(format!(
        "Set it to a version, or unset it for {PINNED_7}: `heroku config:unset DD_AGENT_VERSION`"
    ))
}

/// The package that is requested: the newest that fits, made for Heroku if there is one.
pub fn resolve<'a>(requested: &Requested, packages: &'a [Package]) -> Result<&'a Package> {
    packages
        .iter()
        .filter(|package| requested.is_met_by(&package.version))
        .max_by(|a, b| {
            let for_heroku = |package: &Package| package.name == HEROKU_PACKAGE;
            for_heroku(a).cmp(&for_heroku(b)).then_with(|| a.version.cmp(&b.version))
        })
        .ok_or_else(|| unknown(requested, packages))
}

fn unknown(requested: &Requested, packages: &[Package]) -> Error {
    let near = nearest(requested, packages);
    let error =
        Error::new(Kind::UnknownVersion, format!("the package repository has no Agent {}", requested.text()));
    let Some(first) = near.first() else {
        return error
            .remedy(format!("It lists no Agent {} at all: check DD_HEROKU_APT_URL.", requested.major));
    };
    error
        .remedy(format!("The nearest versions it has: {}.", near.join(", ")))
        .remedy(format!("Choose one and build again: `heroku config:set DD_AGENT_VERSION={first}`"))
}

/// The versions that exist around the one requested, the nearest first.
fn nearest(requested: &Requested, packages: &[Package]) -> Vec<String> {
    let mut versions: Vec<&Version> = packages.iter().map(|package| &package.version).collect();
    versions.sort();
    versions.dedup();
    let Ok(requested) = format!("1:{}", requested.text()).parse::<Version>() else { return Vec::new() };
    let (minor, at) = (requested.major_minor().1, versions.partition_point(|version| **version < requested));
    let mut ranked: Vec<(usize, &Version)> = versions.into_iter().enumerate().collect();
    ranked.sort_by_key(|(index, version)| {
        (version.major_minor().1.abs_diff(minor), index.abs_diff(at), std::cmp::Reverse(*index))
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
        match Requested::parse(version, major).and_then(|requested| resolve(&requested, &packages).cloned()) {
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
        assert_eq!(Requested::parse(None, Some("6")).unwrap().text(), "6.53.1-1");
        assert_eq!(Requested::parse(None, Some("7")).unwrap().text(), "7.81.2-1");
        assert_eq!(Requested::parse(Some("latest"), Some("6")).unwrap().text(), "6");
        assert_eq!(Requested::parse(Some("6.8.3-1_amd64"), None).unwrap().major, 6);
        assert!(Requested::parse(Some("6.8.3-1_amd64"), None).unwrap().old_form);
    }

    #[test]
    fn values_that_are_no_version_are_refused() {
        for version in ["5.32.8", "8", "next", "7.81/2", "", "7 81"] {
            assert!(Requested::parse(Some(version), None).is_err(), "{version}");
        }
        assert!(Requested::parse(None, Some("5")).is_err());
        assert!(Requested::parse(Some("7.81.2"), Some("seven")).is_ok());
    }

    #[test]
    fn an_unknown_version_names_its_neighbors_nearest_first() {
        let requested = Requested::parse(Some("7.81.3"), None).unwrap();
        let error = resolve(&requested, &repository()).unwrap_err();
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

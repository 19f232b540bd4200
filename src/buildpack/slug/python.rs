//! What the options mean for the Agent that was found. Pure.

use crate::buildpack::error::{Error, Kind, Result};
use crate::buildpack::options::Options;
use crate::buildpack::package::prune::Setup;
use crate::buildpack::repository::debian_version::Version;

/// The first Agent 6 that brings Python 3 too.
const TWO_PYTHONS: (u32, u32) = (6, 14);
const REMEDY: &str = "Set it to 2 or 3: `heroku config:set DD_PYTHON_VERSION=3`";

/// The choices for one Agent, and what the app's owner should know about them.
pub(crate) fn prune_setup(options: &Options, version: &Version) -> Result<(Setup, Option<String>)> {
    let version = version.major_minor();
    let (python, warning) = python(options.python.as_deref(), version)?;
    let setup = Setup {
        version,
        python,
        apm: options.apm,
        process_agent: options.process_agent,
        otel_collector: options.otel_collector,
        data_plane: options.data_plane,
    };
    Ok((setup, warning))
}

/// Which Python the Agent keeps. `DD_PYTHON_VERSION` means something only where there are two of them.
fn python(given: Option<&str>, version: (u32, u32)) -> Result<(u32, Option<String>)> {
    let (major, minor) = version;
    let only = match version {
        (7.., _) => Some(3),
        _ if version < TWO_PYTHONS => Some(2),
        _ => None,
    };
    match (only, given) {
        (Some(only), None) => Ok((only, None)),
        (Some(only), Some(given)) if given == only.to_string() => Ok((only, None)),
        (Some(only), Some(given)) => Ok((
            only,
            Some(format!(
                "DD_PYTHON_VERSION is `{given}`, but Agent {major}.{minor} has Python {only} only: it is not used.\n\
                 Unset it: `heroku config:unset DD_PYTHON_VERSION`"
            )),
        )),
        (None, Some("3")) => Ok((3, None)),
        (None, None | Some("2")) => Ok((
            2,
            Some(
                "This Agent runs its checks with Python 2, which is out of support.\n\
                 Custom checks that are ready for Python 3 can have it: `heroku config:set DD_PYTHON_VERSION=3`"
                    .into(),
            ),
        )),
        (None, Some(other)) => Err(Error::new(
            Kind::Options,
            format!("DD_PYTHON_VERSION is `{other}`, and Agent {major}.{minor} has Python 2 and 3"),
        )
        .remedy(REMEDY)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agent_7_has_python_3_for_any_request() {
        assert_eq!(python(None, (7, 81)).unwrap(), (3, None));
        assert_eq!(python(Some("3"), (7, 81)).unwrap(), (3, None));
        for bad in ["2", "4", "three"] {
            let (python, warning) = python(Some(bad), (7, 81)).unwrap();
            assert_eq!(python, 3);
            assert!(warning.unwrap().starts_with(&format!("DD_PYTHON_VERSION is `{bad}`")));
        }
    }

    #[test]
    fn agent_6_has_the_one_that_was_asked_for_else_python_2() {
        assert_eq!(python(None, (6, 53)).unwrap().0, 2);
        assert_eq!(python(Some("2"), (6, 53)).unwrap().0, 2);
        assert_eq!(python(Some("3"), (6, 53)).unwrap(), (3, None));
        assert!(python(Some("4"), (6, 53)).is_err());
        assert_eq!(python(Some("3"), (6, 13)).unwrap().0, 2);
    }
}

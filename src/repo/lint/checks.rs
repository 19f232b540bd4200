//! Custom checks: each `checks.d/NAME.py` needs a configuration, and Python 3.

use super::{File, Finding, Place, python};
use crate::datadog::integrations;

/// The problems of `checks.d`.
pub(super) fn lint(files: &[File]) -> Vec<Finding> {
    let places: Vec<_> = files.iter().map(|file| (file, Place::of(&file.path))).collect();
    let is_configured = |name: &str| {
        places.iter().any(|(_, place)| {
            *place == Place::Conf { check: name } || *place == Place::Check { check: name, yaml: true }
        })
    };
    let mut findings = Vec::new();
    for (file, place) in &places {
        match place {
            Place::Check { check, yaml: false } => {
                if !is_configured(check) && !is_helper(&file.text) {
                    findings.push(
                        Finding::error(
                            file,
                            None,
                            format!("the check `{check}` has no configuration, so it never runs"),
                        )
                        .fix(format!("write datadog/conf.d/{check}.d/conf.yaml with `instances: [{{}}]`")),
                    );
                }
                let place = match integrations::title_of_check(check) {
                    Some(title) => Some(format!("Agent's own check `{check}` ({title})")),
                    None if integrations::is_python_module(check) => {
                        Some(format!("module `{check}` of the Agent's Python, in every check"))
                    }
                    None => None,
                };
                if let Some(place) = place {
                    findings.push(
                        Finding::warning(file, None, format!("takes the place of the {place}"))
                            .fix("give it another name"),
                    );
                }
                findings.extend(python::lint(file));
            }
            Place::Check { check, yaml: true }
                if !places.iter().any(|(_, other)| *other == Place::Check { check, yaml: false }) =>
            {
                findings
                    .push(Finding::warning(file, None, format!("there is no check `{check}.py` for it")).fix(
                    format!(
                        "mkdir -p datadog/conf.d/{check}.d && git mv {} datadog/conf.d/{check}.d/conf.yaml",
                        file.path
                    ),
                ));
            }
            _ => {}
        }
    }
    findings
}

/// A module that others import is not a check.
pub(super) fn is_helper(text: &str) -> bool {
    !text.contains("AgentCheck")
}

#[cfg(test)]
mod tests {
    use super::super::tests::messages;

    const CODE: &str = "from datadog_checks.base import AgentCheck\n\nclass Foo(AgentCheck):\n    pass\n";
    const CONF: &str = "instances:\n  - {}\n";

    #[test]
    fn code_and_configuration_come_in_pairs() {
        for files in [
            vec![("datadog/checks.d/foo.py", CODE), ("datadog/checks.d/foo.yaml", CONF)],
            vec![("datadog/checks.d/foo.py", CODE), ("datadog/conf.d/foo.d/conf.yaml", CONF)],
            vec![("datadog/checks.d/words.py", "X = 1\n")],
        ] {
            assert_eq!(messages(&files), [""; 0]);
        }
        assert!(messages(&[("datadog/checks.d/foo.py", CODE)])[0].contains("never runs"));
        assert!(
            messages(&[("datadog/checks.d/foo.yaml", CONF)])
                .iter()
                .any(|finding| finding.contains("no check `foo.py`"))
        );
        assert!(
            messages(&[("datadog/checks.d/nginx.py", "X = 1\n")])[0]
                .contains("takes the place of the Agent's own check")
        );
        assert!(
            messages(&[("datadog/checks.d/redis.py", "X = 1\n")])[0]
                .contains("takes the place of the module `redis`")
        );
    }
}

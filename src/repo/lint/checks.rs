//! Custom checks: each `checks.d/NAME.py` needs a configuration, and Python 3.

use super::{File, Finding, Place};
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
                if let Some(entry) = integrations::of_check(check) {
                    findings.push(
                        Finding::warning(
                            file,
                            None,
                            format!("takes the place of the Agent's own check `{check}` ({})", entry.title),
                        )
                        .fix("give it another name"),
                    );
                }
                findings.extend(lint_python(file));
            }
            Place::Check { check, yaml: true }
                if !places.iter().any(|(_, other)| *other == Place::Check { check, yaml: false }) =>
            {
                findings.push(
                    Finding::warning(file, None, format!("there is no check `{check}.py` beside it"))
                        .fix(format!("mkdir -p datadog/conf.d/{check}.d && git mv {} datadog/conf.d/{check}.d/conf.yaml", file.path)),
                );
            }
            _ => {}
        }
    }
    findings
}

/// A module that others import is no check.
pub(super) fn is_helper(text: &str) -> bool {
    !text.contains("AgentCheck")
}

fn lint_python(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (n, line) in file.text.lines().enumerate() {
        if let Some(what) = python_2(line) {
            findings.push(
                Finding::error(file, n + 1, format!("{what} is Python 2; Agent 7 runs checks on Python 3"))
                    .fix("2to3 shows what to write instead"),
            );
        }
        if line.trim_start().starts_with("from checks import ") {
            findings.push(
                Finding::warning(file, n + 1, "the module `checks` is Agent 5's")
                    .fix("from datadog_checks.base import AgentCheck"),
            );
        }
    }
    findings
}

/// What of a line only Python 2 takes.
fn python_2(line: &str) -> Option<&'static str> {
    let code = line.split('#').next().unwrap_or_default();
    let bare = code.trim();
    let print = bare.strip_prefix("print").filter(|rest| rest.starts_with([' ', '\t'])).map(str::trim_start);
    let caught = bare.strip_prefix("except ").and_then(|rest| rest.strip_suffix(':'));
    let calls = |name: &str| {
        code.match_indices(name)
            .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.'))
    };
    match () {
        () if print.is_some_and(|rest| !rest.starts_with(['(', '=', '.', ',', ')'])) => {
            Some("`print` without brackets")
        }
        () if caught.is_some_and(|rest| !rest.contains(['(', ')']) && rest.contains(',')) => {
            Some("`except …, …`")
        }
        () if code.contains(".has_key(") => Some("`has_key`"),
        () if [".iteritems(", ".itervalues(", ".iterkeys("].iter().any(|name| code.contains(name)) => {
            Some("`iteritems`")
        }
        () if calls("xrange(") => Some("`xrange`"),
        () if calls("unicode(") || calls("basestring") => Some("`unicode`"),
        () if bare.starts_with("import urllib2")
            || bare.starts_with("import ConfigParser")
            || bare.starts_with("import Queue") =>
        {
            Some("a module that was renamed")
        }
        () if bare.starts_with("raise ") && bare.contains("Error, ") && !bare.contains('(') => {
            Some("`raise …, …`")
        }
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;
    use super::*;

    const CODE: &str = "from datadog_checks.base import AgentCheck\n\nclass Foo(AgentCheck):\n    pass\n";
    const CONF: &str = "instances:\n  - {}\n";

    #[test]
    fn code_and_configuration_come_in_pairs() {
        for files in [
            vec![("datadog/checks.d/foo.py", CODE), ("datadog/checks.d/foo.yaml", CONF)],
            vec![("datadog/checks.d/foo.py", CODE), ("datadog/conf.d/foo.d/conf.yaml", CONF)],
            vec![("datadog/checks.d/words.py", "X = 1\n")],
        ] {
            assert_eq!(found(&files), [""; 0]);
        }
        assert!(found(&[("datadog/checks.d/foo.py", CODE)])[0].contains("never runs"));
        assert!(
            found(&[("datadog/checks.d/foo.yaml", CONF)])
                .iter()
                .any(|finding| finding.contains("no check `foo.py`"))
        );
        assert!(
            found(&[("datadog/checks.d/nginx.py", "X = 1\n")])[0]
                .contains("takes the place of the Agent's own check")
        );
    }

    #[test]
    fn python_2_is_recognized() {
        for line in [
            "print 'x'",
            "  print x, y",
            "except Exception, e:",
            "if d.has_key('a'):",
            "for k, v in d.iteritems():",
            "for i in xrange(3):",
            "s = unicode(x)",
            "import urllib2",
            "raise ValueError, 'x'",
        ] {
            assert!(python_2(line).is_some(), "{line}");
        }
        for line in [
            "print('x')",
            "print = 1",
            "except (A, B):",
            "except A as e:",
            "# print 'x'",
            "self.xrange(3)",
            "to_unicode(x)",
            "raise ValueError('a, b')",
            "printer x",
        ] {
            assert_eq!(python_2(line), None, "{line}");
        }
        let old =
            "from checks import AgentCheck\nclass A(AgentCheck):\n    def check(self, i):\n        print i\n";
        let findings = found(&[("datadog/checks.d/a.py", old), ("datadog/checks.d/a.yaml", CONF)]);
        assert_eq!(findings.len(), 2, "{findings:?}");
    }
}

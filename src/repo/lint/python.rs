//! Code of checks that Agent 7 cannot run: Python 2, and modules of Agent 5.

use super::{File, Finding};

/// The problems of a check's code.
pub(super) fn lint(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    // The documented way to run on Agent 5 too: `try: from datadog_checks… except ImportError: from checks…`.
    let imports_new_base = file.text.lines().any(|line| {
        let line = line.trim_start();
        line.starts_with("from datadog_checks") || line.starts_with("import datadog_checks")
    });
    for (n, line) in code_lines(&file.text) {
        if let Some(what) = python_2(line, &file.text) {
            findings.push(
                Finding::error(file, n, format!("{what} is Python 2; Agent 7 runs checks on Python 3"))
                    .fix("2to3 shows what to write instead"),
            );
        }
        if !imports_new_base && is_old_import(line) {
            findings.push(
                Finding::warning(file, n, "the module `checks` is Agent 5's")
                    .fix("from datadog_checks.base import AgentCheck"),
            );
        }
    }
    findings
}

/// The lines, counted from 1, without those of texts in three quotes.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut open = None;
    text.lines().enumerate().filter_map(move |(n, line)| {
        let was_open = open.is_some();
        let mut rest = line;
        while let Some((at, quote)) = next_quote(rest, open) {
            open = if open.is_some() { None } else { Some(quote) };
            rest = &rest[at + 3..];
        }
        (!was_open).then_some((n + 1, line))
    })
}

fn next_quote(text: &str, open: Option<&'static str>) -> Option<(usize, &'static str)> {
    let quotes = ["\"\"\"", "'''"].into_iter().filter(|quote| open.is_none_or(|open| open == *quote));
    quotes.filter_map(|quote| Some((text.find(quote)?, quote))).min()
}

fn is_old_import(line: &str) -> bool {
    let line = line.trim_start();
    ["from checks import ", "from checks.", "import checks"].iter().any(|import| line.starts_with(import))
}

/// What of a line only Python 2 takes, in code that has no other way for Python 3.
fn python_2(line: &str, text: &str) -> Option<&'static str> {
    let code = line.split('#').next().unwrap_or_default();
    let bare = code.trim();
    let print = bare.strip_prefix("print").filter(|rest| rest.starts_with([' ', '\t'])).map(str::trim_start);
    let caught = bare.strip_prefix("except ").and_then(|rest| rest.strip_suffix(':'));
    let calls = |name: &str| {
        let is_call = |at: usize| {
            !code[..at]
                .ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.' || c == '\'' || c == '"')
        };
        code.match_indices(name).any(|(at, _)| is_call(at)) && !is_defined(name.trim_end_matches('('), text)
    };
    let iterates = |name: &str| {
        code.match_indices(name).any(|(at, _)| !code[..at].ends_with("six") && !code[..at].ends_with("utils"))
    };
    let falls_back = code.starts_with([' ', '\t'])
        && ["except ImportError", "except ModuleNotFoundError", "except (ImportError"]
            .iter()
            .any(|except| text.contains(except));
    let renamed =
        ["import urllib2", "import ConfigParser", "import Queue", "import cPickle", "import StringIO"];
    match () {
        () if print.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['(', '=', '.', ',', ')'])) => {
            Some("`print` without brackets")
        }
        () if caught.is_some_and(|rest| !rest.contains(['(', ')']) && rest.contains(',')) => {
            Some("`except …, …`")
        }
        () if code.contains(".has_key(") => Some("`has_key`"),
        () if [".iteritems(", ".itervalues(", ".iterkeys("].into_iter().any(iterates) => Some("`iteritems`"),
        () if calls("xrange(") => Some("`xrange`"),
        () if calls("unicode(") || calls("basestring") => Some("`unicode`"),
        () if !falls_back && renamed.iter().any(|import| bare.starts_with(import)) => {
            Some("a module that was renamed")
        }
        () if bare.starts_with("raise ") && bare.contains("Error, ") && !bare.contains('(') => {
            Some("`raise …, …`")
        }
        () => None,
    }
}

/// Whether the code imports a name, gives it a value, or looks for it (`except NameError`).
fn is_defined(name: &str, text: &str) -> bool {
    text.contains("except NameError")
        || text.contains("sys.version_info")
        || text.contains("six.PY")
        || text.lines().map(str::trim_start).any(|line| {
            let imports = line.starts_with("from ") && line.contains(name);
            let assigns = line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with("= "));
            imports || assigns
        })
}

#[cfg(test)]
mod tests {
    use super::super::tests::messages;
    use super::*;

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
            assert!(python_2(line, line).is_some(), "{line}");
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
            assert_eq!(python_2(line, line), None, "{line}");
        }
        for text in [
            "try:\n    from datadog_checks.base import AgentCheck\nexcept ImportError:\n    from checks import AgentCheck\n",
            "try:\n    import urllib2\nexcept ImportError:\n    import urllib.request as urllib2\n# AgentCheck\n",
            "from six.moves import xrange\nfrom six import iteritems\nimport six\nfor i in xrange(3): six.iteritems({})\n",
            "try:\n    unicode\nexcept NameError:\n    unicode = str\nx = unicode(1) # AgentCheck\n",
            "class A(AgentCheck):\n    \"\"\"\n    print x\n    except A, B:\n    \"\"\"\n",
        ] {
            let findings = messages(&[
                ("datadog/checks.d/a.py", text),
                ("datadog/checks.d/a.yaml", "instances: [{}]\n"),
            ]);
            assert_eq!(findings, [""; 0], "{text}");
        }
        let old =
            "from checks import AgentCheck\nclass A(AgentCheck):\n    def check(self, i):\n        print i\n";
        let findings =
            messages(&[("datadog/checks.d/a.py", old), ("datadog/checks.d/a.yaml", "instances: [{}]\n")]);
        assert_eq!(findings.len(), 2, "{findings:?}");
    }
}

//! What of the Agent's package never reaches the slug. One table says what, why and when.
//!
//! A slug may weigh 500 MB, and every dyno downloads it; what no dyno can use is left out, as Datadog's own
//! buildpack does (`bin/compile`, release 2.44).

use std::collections::HashSet;

use crate::buildpack::hash::sha256;

const AGENT: &str = "opt/datadog-agent/";

/// The choices that pruning depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setup {
    /// Major and minor version of the Agent.
    pub(crate) version: (u32, u32),
    /// The Python that stays: 2 or 3.
    pub(crate) python: u32,
    pub(crate) apm: bool,
    pub(crate) process_agent: bool,
}

/// A line of the table.
struct Rule {
    /// What is left out, as the report names it.
    what: &'static str,
    /// Why a dyno can do without.
    #[allow(dead_code, reason = "documentation for changes of the table")]
    why: &'static str,
    when: fn(&Setup) -> bool,
    /// Below `opt/datadog-agent/`; what is below a path goes with it. `*` matches any part of a name that
    /// does not begin with a dot, `!name` for any other name.
    paths: &'static [&'static str],
}

fn always(_: &Setup) -> bool {
    true
}

const TABLE: &[Rule] = &[
    Rule {
        what: "documentation and sources",
        why: "read by people, on their own machines",
        when: always,
        paths: &["sources", "embedded/share/doc", "embedded/share/man", "embedded/.installed_by_pkg.txt"],
    },
    Rule {
        what: "kernel probes",
        why: "they need privileges that a dyno does not have",
        when: always,
        paths: &[
            "embedded/bin/system-probe",
            "embedded/bin/system-probe-lite",
            "embedded/share/system-probe",
            "embedded/bin/clang-bpf",
            "embedded/bin/llc-bpf",
            "embedded/lib/libbcc*",
            "embedded/nikos",
        ],
    },
    Rule {
        what: "security agent",
        why: "it watches the host through kernel probes",
        when: always,
        paths: &["embedded/bin/security-agent"],
    },
    Rule {
        what: "installer",
        why: "it updates the Agent in place; a slug is rebuilt instead (since 7.54)",
        when: always,
        paths: &["embedded/bin/installer"],
    },
    Rule {
        what: "process manager",
        why: "the runtime supervises the agents of a dyno (newer than 7.81)",
        when: always,
        paths: &["embedded/bin/dd-procmgrd", "embedded/bin/dd-procmgr", "processes.d"],
    },
    Rule {
        what: "private action runner",
        why: "it is a service of its own, which no dyno starts (newer than 7.75)",
        when: always,
        paths: &["embedded/bin/privateactionrunner", "embedded/bin/par-control"],
    },
    Rule {
        what: "secret backend",
        why: "config vars hold the secrets of a dyno (since 7.70)",
        when: always,
        paths: &["embedded/bin/secret-generic-connector"],
    },
    Rule {
        what: "gstatus",
        why: "it asks a GlusterFS server, which no dyno is",
        when: always,
        paths: &["embedded/sbin/gstatus", "embedded/bin/gstatus"],
    },
    Rule {
        what: "static libraries",
        why: "nothing is linked on a dyno",
        when: always,
        paths: &["embedded/lib/*.a", "embedded/lib/python*/config*/*.a"],
    },
    Rule {
        what: "Python packages",
        why: "they serve checks of what does not run on a dyno, and self tests",
        when: always,
        paths: &[
            "embedded/lib/python*/site-packages/Cryptodome/SelfTest",
            "embedded/lib/python*/site-packages/botocore/data/!s3",
            "embedded/lib/python*/site-packages/kubernetes",
            "embedded/lib/python*/site-packages/lxml",
            "embedded/lib/python*/site-packages/openstack",
            "embedded/lib/python*/site-packages/pysnmp_mibs",
            "embedded/lib/python*/site-packages/pyVim",
            "embedded/lib/python*/site-packages/pyVmomi",
            "embedded/lib/python*/site-packages/cm_client",
        ],
    },
    Rule {
        what: "Python 3",
        why: "Agent 6 brings two, from 6.14 on, and uses one",
        when: |setup| setup.python == 2,
        paths: &[
            "embedded/lib/python3.*",
            "embedded/lib/libpython3*",
            "embedded/bin/pip3*",
            "embedded/bin/python3*",
            "embedded/bin/pydoc3*",
        ],
    },
    Rule {
        what: "Python 2",
        why: "Agent 6 brings two, from 6.14 on, and uses one",
        when: |setup| setup.python == 3,
        paths: &[
            "embedded/lib/python2.*",
            "embedded/lib/libpython2*",
            "embedded/bin/pip2*",
            "embedded/bin/python2*",
            "embedded/bin/pydoc*",
        ],
    },
    Rule {
        what: "trace-agent",
        why: "DD_APM_ENABLED is false",
        when: |setup| !setup.apm,
        paths: &["embedded/bin/trace-agent"],
    },
    Rule {
        what: "process-agent",
        why: "DD_PROCESS_AGENT is not true; from 7.68 on the Agent itself does its work",
        when: |setup| !setup.process_agent && setup.version < (7, 68),
        paths: &["embedded/bin/process-agent", "bin/agent/process-agent"],
    },
];

/// The rules that hold for one build.
pub(crate) struct Prune {
    rules: Vec<&'static Rule>,
    /// Members that must be unpacked all the same, because one that stays is a hard link to them.
    exempt: HashSet<String>,
}

impl Prune {
    pub(crate) fn new(setup: &Setup) -> Self {
        let rules = TABLE.iter().filter(|rule| (rule.when)(setup)).collect();
        Self { rules, exempt: HashSet::new() }
    }

    /// Leaves nothing out.
    pub(crate) fn nothing() -> Self {
        Self { rules: Vec::new(), exempt: HashSet::new() }
    }

    /// What a member is left out as; `None` when it stays. `path` is relative, such as `opt/datadog-agent/…`.
    pub(crate) fn reason(&self, path: &str) -> Option<&'static str> {
        if self.exempt.contains(path) {
            return None;
        }
        let path = path.strip_prefix(AGENT)?;
        self.rules.iter().find(|rule| rule.paths.iter().any(|p| covers(p, path))).map(|rule| rule.what)
    }

    /// Lets a member through.
    pub(crate) fn exempt(&mut self, path: String) {
        self.exempt.insert(path);
    }

    /// Whether a member was let through that must go once everything is unpacked.
    pub(crate) fn exempted(&self) -> impl Iterator<Item = &str> {
        self.exempt.iter().map(String::as_str)
    }

    /// Differs between builds that leave out different things.
    pub(crate) fn digest(&self) -> String {
        let paths: Vec<&str> = self.rules.iter().flat_map(|rule| rule.paths).copied().collect();
        sha256(paths.join("\n").as_bytes())
    }
}

/// Whether `path` is what `pattern` names, or is below it.
fn covers(pattern: &str, path: &str) -> bool {
    let mut names = path.split('/');
    pattern.split('/').all(|pattern| names.next().is_some_and(|name| fits(pattern, name)))
}

fn fits(pattern: &str, name: &str) -> bool {
    if let Some(other) = pattern.strip_prefix('!') {
        return name != other;
    }
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, tail)) => {
            name.len() >= head.len() + tail.len()
                && name.starts_with(head)
                && name.ends_with(tail)
                && !(head.is_empty() && name.starts_with('.'))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETUP: Setup = Setup { version: (7, 81), python: 3, apm: true, process_agent: false };

    fn reason(setup: Setup, path: &str) -> Option<&'static str> {
        Prune::new(&setup).reason(&format!("opt/datadog-agent/{path}"))
    }

    #[test]
    fn a_path_goes_with_everything_below_it_and_nothing_beside_it() {
        assert_eq!(reason(SETUP, "sources"), Some("documentation and sources"));
        assert_eq!(reason(SETUP, "sources/a/b"), Some("documentation and sources"));
        assert_eq!(reason(SETUP, "sources2"), None);
        assert_eq!(reason(SETUP, "embedded/lib/libx.a"), Some("static libraries"));
        assert_eq!(reason(SETUP, "embedded/lib/libx.a.so"), None);
        assert_eq!(reason(SETUP, "embedded/lib/sub/libx.a"), None);
        assert_eq!(
            reason(SETUP, "embedded/lib/python3.13/config-3.13-x/libpython.a"),
            Some("static libraries")
        );
        assert_eq!(Prune::new(&SETUP).reason("opt/other/sources"), None);
    }

    #[test]
    fn botocore_keeps_the_data_of_s3() {
        let data = "embedded/lib/python3.13/site-packages/botocore/data";
        assert_eq!(reason(SETUP, data), None);
        assert_eq!(reason(SETUP, &format!("{data}/s3/2006/x.json")), None);
        assert_eq!(reason(SETUP, &format!("{data}/s3control/x.json")), Some("Python packages"));
    }

    #[test]
    fn the_python_that_is_not_used_goes() {
        let two = Setup { version: (6, 53), python: 2, ..SETUP };
        assert_eq!(reason(two, "embedded/bin/python3.8"), Some("Python 3"));
        assert_eq!(reason(two, "embedded/bin/python2.7"), None);
        let three = Setup { python: 3, ..two };
        assert_eq!(reason(three, "embedded/lib/python2.7/os.py"), Some("Python 2"));
        assert_eq!(reason(three, "embedded/lib/python3.8/os.py"), None);
    }

    #[test]
    fn agents_that_are_off_go() {
        let (trace, process) = ("embedded/bin/trace-agent", "embedded/bin/process-agent");
        assert_eq!(reason(SETUP, trace), None);
        assert_eq!(reason(Setup { apm: false, ..SETUP }, trace), Some("trace-agent"));
        assert_eq!(reason(SETUP, process), None);
        let before = Setup { version: (7, 67), ..SETUP };
        assert_eq!(reason(before, process), Some("process-agent"));
        assert_eq!(reason(Setup { process_agent: true, ..before }, process), None);
    }

    #[test]
    fn programs_of_newer_agents_that_no_dyno_starts_go() {
        assert_eq!(reason(SETUP, "embedded/bin/dd-procmgrd"), Some("process manager"));
        assert_eq!(reason(SETUP, "processes.d/datadog-agent-process.yaml"), Some("process manager"));
        assert_eq!(reason(SETUP, "embedded/bin/system-probe-lite"), Some("kernel probes"));
        assert_eq!(reason(SETUP, "embedded/bin/par-control"), Some("private action runner"));
        assert_eq!(reason(SETUP, "embedded/bin/agent-data-plane"), None);
    }

    #[test]
    fn different_choices_have_different_digests() {
        let digest = |setup: Setup| Prune::new(&setup).digest();
        assert_ne!(digest(SETUP), digest(Setup { apm: false, ..SETUP }));
        assert_eq!(digest(SETUP), digest(Setup { version: (7, 82), ..SETUP }));
    }
}

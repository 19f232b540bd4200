//! What of the Agent's package never reaches the slug. One table says what, why and when.
//!
//! A slug may weigh 500 MB, and every dyno downloads it; what no dyno can use is left out, as Datadog's own
//! buildpack does (`bin/compile`, release 2.44).

pub(super) mod programs;
mod table;

use std::collections::HashSet;

use crate::buildpack::hash::sha256;
use table::{Rule, TABLE};

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
    pub(crate) otel_collector: bool,
    pub(crate) data_plane: bool,
}

impl Setup {
    /// Whether the package made for Heroku has the Agent twice: one that is the process-agent too (`agent`), and one that
    /// is not (`core-agent`).
    fn has_two_agents(&self) -> bool {
        match self.version {
            (7.., _) => ((7, 52)..(7, 68)).contains(&self.version),
            version => version >= (6, 52),
        }
    }
}

/// A program of the package that takes the place of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Replacement {
    /// Its path in the package.
    pub(crate) program: &'static str,
    /// The path where it belongs.
    pub(crate) replaces: &'static str,
    /// What goes with that, as the report names it.
    pub(crate) what: &'static str,
}

/// Below `opt/datadog-agent/`.
const CORE_AGENT: &str = "bin/agent/core-agent";
const WITHOUT_PROCESS_AGENT: Replacement = Replacement {
    program: "opt/datadog-agent/bin/agent/core-agent",
    replaces: "opt/datadog-agent/bin/agent/agent",
    what: "process-agent",
};

/// The rules that hold for one build.
pub(crate) struct Prune {
    rules: Vec<&'static Rule>,
    /// Members that must be unpacked all the same, because one that stays is a hard link to them.
    exempt: HashSet<String>,
    replacement: Option<Replacement>,
    is_strict: bool,
}

impl Prune {
    pub(crate) fn new(setup: &Setup) -> Self {
        let rules = TABLE.iter().filter(|rule| (rule.when)(setup)).collect();
        let replacement = (!setup.process_agent && setup.has_two_agents()).then_some(WITHOUT_PROCESS_AGENT);
        Self { rules, exempt: HashSet::new(), replacement, is_strict: false }
    }

    /// Leaves nothing out.
    pub(crate) fn nothing() -> Self {
        Self { rules: Vec::new(), exempt: HashSet::new(), replacement: None, is_strict: false }
    }

    /// What is still to be done with a tree that was pruned and kept: `exempt` are the members to remove in the end.
    pub(crate) fn of_kept(&self, exempt: &[String]) -> Self {
        let exempt = exempt.iter().cloned().collect();
        Self { rules: Vec::new(), exempt, replacement: self.replacement, is_strict: false }
    }

    /// For a tree that `buildpack pack` wrote: setuid, setgid, the sticky bit and links by full paths have no place in it.
    pub(crate) fn be_strict(&mut self) {
        self.is_strict = true;
    }

    /// See [`Prune::be_strict`].
    pub(crate) fn is_strict(&self) -> bool {
        self.is_strict
    }

    /// The program that takes another's place once everything is unpacked.
    pub(crate) fn replacement(&self) -> Option<&Replacement> {
        self.replacement.as_ref()
    }

    /// Whether `path` must not be in the slug even when an earlier build left it in the app's folder.
    pub(crate) fn forbids(&self, path: &str) -> bool {
        self.reason(path).is_some() || self.replacement.is_some_and(|moved| moved.program == path)
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
        let paths = self.rules.iter().flat_map(|rule| rule.paths).copied();
        let replacement = self.replacement.map(|moved| moved.program);
        sha256(paths.chain(replacement).collect::<Vec<_>>().join("\n").as_bytes())
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

    const SETUP: Setup = Setup {
        version: (7, 81),
        python: 3,
        apm: true,
        process_agent: false,
        otel_collector: false,
        data_plane: false,
    };

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
        assert_eq!(reason(SETUP, "embedded/bin/agent-data-plane"), Some("data plane"));
        assert_eq!(reason(Setup { data_plane: true, ..SETUP }, "embedded/bin/agent-data-plane"), None);
    }

    #[test]
    fn different_choices_have_different_digests() {
        let digest = |setup: Setup| Prune::new(&setup).digest();
        assert_ne!(digest(SETUP), digest(Setup { apm: false, ..SETUP }));
        assert_eq!(digest(SETUP), digest(Setup { version: (7, 82), ..SETUP }));
    }
}

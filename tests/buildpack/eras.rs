//! The eras of the Agent's packages, each with what was peculiar to it, built with every choice that matters to it.

use super::upstream::{CHOICES, Choices, same_as_upstream};
use super::{Build, HEROKU};
use crate::support::package::File::{self, HardLinkTo, LinkTo, Program, Text};
use crate::support::package::debian_package;
use crate::support::package_repository::PackageRepository;

const PLAIN: &str = "datadog-agent";
const AGENT: &str = "opt/datadog-agent/bin/agent/agent";
const CORE_AGENT: &str = "opt/datadog-agent/bin/agent/core-agent";
const BIN: &str = "opt/datadog-agent/embedded/bin";

/// A package of its time.
struct Era {
    package: &'static str,
    version: &'static str,
    /// Its Pythons, such as `2.7`.
    pythons: &'static [&'static str],
    /// Programs in `embedded/bin`.
    programs: &'static [&'static str],
    /// What else it has: below `opt/datadog-agent`.
    more: &'static [(&'static str, File<'static>)],
}

const OF_6: &[&str] = &["trace-agent", "process-agent", "system-probe", "2to3"];
const UNTIL_7_52: &[&str] =
    &["trace-agent", "process-agent", "system-probe", "security-agent", "clang-bpf", "llc-bpf"];
const NEW: &[&str] = &[
    "trace-agent",
    "process-agent",
    "system-probe",
    "security-agent",
    "secret-generic-connector",
    "agent-data-plane",
];

const ERAS: &[Era] = &[
    Era { package: PLAIN, version: "1:6.4.0-1", pythons: &["2.7"], programs: OF_6, more: &[] },
    Era { package: PLAIN, version: "1:6.13.0-1", pythons: &["2.7"], programs: OF_6, more: &[] },
    Era { package: PLAIN, version: "1:6.14.0-1", pythons: &["2.7", "3.7"], programs: OF_6, more: &[] },
    Era { package: HEROKU, version: "1:6.34.0-1", pythons: &["2.7", "3.8"], programs: OF_6, more: &[] },
    Era { package: HEROKU, version: "1:6.51.0-1", pythons: &["2.7", "3.9"], programs: OF_6, more: &[] },
    Era {
        package: HEROKU,
        version: "1:6.53.1-1",
        pythons: &["2.7", "3.11"],
        programs: OF_6,
        more: &[("bin/agent/core-agent", Program("core\n"))],
    },
    // The package for every machine has one Agent only, in any era.
    Era { package: PLAIN, version: "1:6.53.0-1", pythons: &["2.7", "3.11"], programs: OF_6, more: &[] },
    Era {
        package: PLAIN,
        version: "1:7.17.0-1",
        pythons: &["3.8"],
        programs: UNTIL_7_52,
        more: &[("embedded/bin/2to3", LinkTo("/opt/datadog-agent/embedded/bin/python3.8"))],
    },
    Era { package: HEROKU, version: "1:7.51.1-1", pythons: &["3.9"], programs: UNTIL_7_52, more: &[] },
    Era {
        package: HEROKU,
        version: "1:7.52.0-1",
        pythons: &["3.11"],
        programs: UNTIL_7_52,
        more: &[("bin/agent/core-agent", Program("core\n"))],
    },
    Era {
        package: HEROKU,
        version: "1:7.67.0-1",
        pythons: &["3.12"],
        programs: &["trace-agent", "system-probe"],
        more: &[
            ("bin/agent/core-agent", Program("core\n")),
            ("embedded/bin/process-agent", LinkTo("../../bin/agent/agent")),
            (
                "embedded/bin/installer",
                LinkTo("/opt/datadog-packages/run/datadog-agent/stable/bin/installer"),
            ),
        ],
    },
    Era {
        package: PLAIN,
        version: "1:7.67.1-1",
        pythons: &["3.12"],
        programs: UNTIL_7_52,
        more: &[
            ("embedded/bin/2to3", Program("2to3\n")),
            ("embedded/bin/2to3-too", HardLinkTo("opt/datadog-agent/embedded/bin/2to3")),
        ],
    },
    Era { package: HEROKU, version: "1:7.68.0-1", pythons: &["3.12"], programs: NEW, more: &[] },
    Era {
        package: HEROKU,
        version: "1:7.81.2-1",
        pythons: &["3.13"],
        programs: NEW,
        more: &[
            ("embedded/bin/2to3", LinkTo("/opt/datadog-agent/embedded/bin/python3.13")),
            // Nothing that a later Agent should have; upstream leaves it alone as well.
            ("bin/agent/core-agent", Program("core\n")),
        ],
    },
];

/// Builds every package of an era with these choices.
fn every_era(choices: &Choices<'_>, has: impl Fn(&Era) -> bool) {
    for era in ERAS.iter().filter(|era| has(era)) {
        let mut files: Vec<(String, File<'_>)> = vec![
            (AGENT.into(), Program("both\n")),
            (
                "opt/datadog-agent/embedded/lib/pkgconfig/x.pc".into(),
                Text("prefix=/opt/datadog-agent/embedded\n"),
            ),
            ("opt/datadog-agent/embedded/ssl/certs/cacert.pem".into(), Text("certificates\n")),
            (
                "opt/datadog-agent/embedded/ssl/cert.pem".into(),
                LinkTo("/opt/datadog-agent/embedded/ssl/certs/cacert.pem"),
            ),
            (format!("{BIN}/pip"), LinkTo("/opt/datadog-agent/embedded/bin/pip3")),
            ("usr/bin/datadog-agent".into(), LinkTo("/opt/datadog-agent/bin/agent/agent")),
        ];
        for python in era.pythons {
            let major = &python[..1];
            files.push((format!("{BIN}/python{python}"), Program("python\n")));
            files.push((format!("{BIN}/pip{major}"), Program("pip\n")));
            files.push((format!("{BIN}/2to3-{python}"), Program("2to3\n")));
            files.push((format!("opt/datadog-agent/embedded/lib/python{python}/os.py"), Text("os\n")));
        }
        files.extend(era.programs.iter().map(|name| (format!("{BIN}/{name}"), Program("program\n"))));
        files.extend(era.more.iter().map(|(path, file)| (format!("opt/datadog-agent/{path}"), file.clone())));
        let files: Vec<(&str, File<'_>)> =
            files.iter().map(|(path, file)| (path.as_str(), file.clone())).collect();
        same_as_upstream(era.package, era.version, "none", &files, choices);
    }
}

#[test]
fn with_nothing_set_every_era_is_what_upstream_makes_of_it() {
    every_era(&CHOICES, |_| true);
}

#[test]
fn with_the_process_agent_every_era_is_what_upstream_makes_of_it() {
    every_era(&Choices { process: Some("true"), ..CHOICES }, |_| true);
}

#[test]
fn without_traces_and_processes_every_era_is_what_upstream_makes_of_it() {
    every_era(&Choices { apm: Some("false"), process: Some("false"), ..CHOICES }, |_| true);
}

#[test]
fn with_the_other_python_every_era_that_has_it_is_what_upstream_makes_of_it() {
    every_era(&Choices { python: Some("3"), ..CHOICES }, |era| era.pythons.len() == 2);
}

/// The Agent of an app whose package has two.
fn agent_of(version: &str, process_agent: Option<&str>, core: File<'_>) -> String {
    let mut repository = PackageRepository::new();
    let files = [(AGENT, Program("both kinds\n")), (CORE_AGENT, core)];
    repository.add(HEROKU, version, debian_package(HEROKU, version, "xz", &files));
    repository.publish();
    let mut build = Build::of(&repository).config("DD_AGENT_VERSION", version);
    if let Some(value) = process_agent {
        build = build.config("DD_PROCESS_AGENT", value);
    }
    let log = build.succeeds();
    assert!(!build.apt(CORE_AGENT).exists(), "{log}");
    assert_eq!(log.contains("process-agent"), process_agent != Some("true"), "{log}");
    build.read(&format!("build/.apt/{AGENT}"))
}

#[test]
fn the_agent_without_processes_runs_unless_the_process_agent_is_asked_for() {
    for version in ["1:6.52.0-1", "1:7.67.0-1"] {
        assert_eq!(agent_of(version, None, Program("core\n")), "core\n");
        assert_eq!(agent_of(version, Some("false"), Program("core\n")), "core\n");
        assert_eq!(agent_of(version, Some("true"), Program("core\n")), "both kinds\n");
    }
    assert_eq!(agent_of("1:7.60.0-1", None, HardLinkTo(AGENT)), "both kinds\n");
}

#[test]
fn what_an_earlier_build_left_of_the_agent_is_pruned_as_the_package_is() {
    let build = Build::of(&super::repository());
    let stale = ["embedded/bin/system-probe", "embedded/lib/libstale.a", "sources/x", "embedded/bin/2to3"];
    for path in stale {
        build.write(&format!("build/.apt/opt/datadog-agent/{path}"), "stale\n");
    }
    build.write("build/.apt/opt/datadog-agent/embedded/lib/stale.so", "the app's\n");
    build.write("build/.apt/opt/other/embedded/lib/libother.a", "the app's\n");
    build.succeeds();
    assert!(stale.iter().all(|path| !build.agent(path).exists()));
    assert!(build.agent("embedded/lib/stale.so").exists());
    assert!(build.apt("opt/other/embedded/lib/libother.a").exists());
}

//! Which programs of a package reach the slug, by era and by what the app asks for.

use std::collections::BTreeSet;
use std::fs;

use super::{Build, HEROKU};
use crate::support::package::{File, debian_package};
use crate::support::package_repository::PackageRepository;

/// The programs of packages over time. `+` stays always, `-` never; a config var (`DD_…=value`) makes it stay.
const ERAS: &[(&str, &str)] = &[
    ("6.4.0", "+agent +trace-agent DD_PROCESS_AGENT=true:process-agent"),
    ("6.34.0", "+agent +trace-agent DD_PROCESS_AGENT=true:process-agent -system-probe -gstatus"),
    (
        "6.53.1",
        "+agent +trace-agent DD_PROCESS_AGENT=true:process-agent -core-agent -system-probe -security-agent",
    ),
    ("7.17.0", "+agent +trace-agent DD_PROCESS_AGENT=true:process-agent -system-probe"),
    (
        "7.35.0",
        "+agent +trace-agent DD_PROCESS_AGENT=true:process-agent -system-probe -security-agent -clang-bpf -llc-bpf",
    ),
    (
        "7.52.0",
        "+agent +trace-agent DD_PROCESS_AGENT=true:process-agent -core-agent -system-probe -security-agent \
         -cws-instrumentation",
    ),
    (
        "7.67.0",
        "+agent +trace-agent DD_PROCESS_AGENT=true:process-agent -core-agent -system-probe -security-agent -installer \
         -cws-instrumentation DD_OTELCOLLECTOR_ENABLED=true:otel-agent",
    ),
    // The Agent itself lists processes now; a process-agent that is in the package stays, as upstream has it.
    (
        "7.70.0",
        "+agent +trace-agent +process-agent -system-probe -security-agent -installer -cws-instrumentation \
         -secret-generic-connector DD_OTELCOLLECTOR_ENABLED=1:otel-agent",
    ),
    (
        "7.81.2",
        "+agent +trace-agent -system-probe -system-probe-lite -security-agent -installer -cws-instrumentation \
         -secret-generic-connector -trace-loader -privateactionrunner -par-control -dd-procmgrd -dd-procmgr \
         DD_OTELCOLLECTOR_ENABLED=true:otel-agent DD_DATA_PLANE_ENABLED=true:agent-data-plane +dd-compile-policy +curl",
    ),
    (
        "7.90.0",
        "+agent +trace-agent -system-probe -security-agent -installer -par-control -par-executor -host-profiler \
         -full-host-profiler -dd-procmgrd DD_DATA_PLANE_ENABLED=true:agent-data-plane",
    ),
];

/// The line of an era: each program with whether it stays under these config vars.
fn expected<'a>(line: &'a str, config: &[(&str, &str)]) -> Vec<(&'a str, bool)> {
    line.split_whitespace()
        .map(|word| match word.split_at(1) {
            ("+", program) => (program, true),
            ("-", program) => (program, false),
            _ => {
                let (setting, program) = word.split_once(':').unwrap();
                let (name, value) = setting.split_once('=').unwrap();
                (program, config.contains(&(name, value)))
            }
        })
        .collect()
}

fn path(program: &str) -> String {
    match program {
        "agent" | "core-agent" => format!("opt/datadog-agent/bin/agent/{program}"),
        "gstatus" => "opt/datadog-agent/embedded/sbin/gstatus".into(),
        _ => format!("opt/datadog-agent/embedded/bin/{program}"),
    }
}

fn build(version: &str, programs: &[&str], config: &[(&str, &str)]) -> (Build, String) {
    let paths: Vec<String> = programs.iter().map(|program| path(program)).collect();
    let files: Vec<(&str, File<'_>)> =
        paths.iter().map(|path| (path.as_str(), File::Program("\u{7f}ELF\n"))).collect();
    let mut repository = PackageRepository::new();
    let version = format!("1:{version}-1");
    repository.add(HEROKU, &version, debian_package(HEROKU, &version, "none", &files));
    repository.publish();
    let build = Build::of(&repository).config("DD_AGENT_VERSION", &version);
    let build = config.iter().fold(build, |build, (name, value)| build.config(name, value));
    let log = build.succeeds();
    (build, log)
}

#[test]
fn every_program_of_every_era_stays_or_goes_as_the_table_says() {
    let all_on = [
        ("DD_PROCESS_AGENT", "true"),
        ("DD_OTELCOLLECTOR_ENABLED", "true"),
        ("DD_OTELCOLLECTOR_ENABLED", "1"),
        ("DD_DATA_PLANE_ENABLED", "true"),
    ];
    let off = [("DD_PROCESS_AGENT", "false"), ("DD_DATA_PLANE_ENABLED", "perhaps")];
    for (version, line) in ERAS {
        for config in [&[][..], &all_on[..], &off[..]] {
            let expected = expected(line, config);
            let programs: Vec<&str> = expected.iter().map(|(program, _)| *program).collect();
            let (build, log) = build(version, &programs, config);
            for (program, stays) in expected {
                assert_eq!(
                    build.apt(&path(program)).exists(),
                    stays,
                    "{version} {config:?} {program}: {log}"
                );
            }
            assert!(!log.contains("new to this build step"), "{version}: {log}");
        }
    }
}

#[test]
fn without_traces_the_trace_agent_goes_in_every_era() {
    for (version, _) in ERAS {
        let (build, _) = build(version, &["agent", "trace-agent"], &[("DD_APM_ENABLED", "false")]);
        assert!(!build.apt(&path("trace-agent")).exists(), "{version}");
    }
}

#[test]
fn a_program_that_the_table_does_not_know_stays_and_is_named() {
    let (build, cold) = build("7.81.2", &["agent", "trace-agent", "brand-new-agent", "python3.13"], &[]);
    assert!(build.apt(&path("brand-new-agent")).exists());
    fs::remove_dir_all(build.path("build")).unwrap();
    build.write("build/Procfile", "web: run\n");
    let warm = build.succeeds();
    assert!(warm.contains("from the cache"), "{warm}");
    for log in [cold, warm] {
        let named: BTreeSet<&str> =
            log.lines().filter(|line| line.contains("new to this build step")).collect();
        let line = "       programs that are new to this build step, and stay: brand-new-agent (0.0 MB)";
        assert_eq!(named, BTreeSet::from([line]), "{log}");
    }
}

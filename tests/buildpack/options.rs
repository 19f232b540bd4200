//! Config vars and stacks.

use super::{Build, HEROKU, agent, repository};
use crate::support::package_repository::PackageRepository;

/// A repository of several Agents.
fn several() -> PackageRepository {
    let mut repository = PackageRepository::new();
    for version in ["1:7.80.0-1", "1:7.81.2-1", "1:7.81.10-1", "1:6.53.1-1"] {
        repository.add(HEROKU, version, agent());
    }
    for version in ["1:7.81.2-1", "1:7.30.0-1", "1:7.82.0-1"] {
        repository.add("datadog-agent", version, agent());
    }
    repository.publish();
    repository
}

#[test]
fn every_form_of_a_version_finds_its_package() {
    let repository = several();
    for (given, installed) in [
        ("7.80.0", "datadog-heroku-agent 7.80.0-1"),
        ("1:7.80.0-1\r\n", "datadog-heroku-agent 7.80.0-1"),
        ("7.81.2-1_amd64", "datadog-heroku-agent 7.81.2-1"),
        ("7", "datadog-heroku-agent 7.81.10-1"),
        ("latest", "datadog-heroku-agent 7.81.10-1"),
        ("7.30.0", "datadog-agent 7.30.0-1"),
        ("6", "datadog-heroku-agent 6.53.1-1"),
    ] {
        let build = Build::of(&repository).config("DD_AGENT_VERSION", given);
        let log = build.succeeds();
        assert!(log.contains(&format!("-----> Installing {installed}\n")), "{given}: {log}");
        let version = installed.split(' ').next_back().unwrap().replace("-1", "");
        assert_eq!(build.read("build/.dd-heroku/agent-version"), format!("{version}\n"));
    }
}

#[test]
fn the_major_version_has_its_default_and_yields_to_a_version() {
    let repository = several();
    let six = Build::of(&repository).config("DD_AGENT_MAJOR_VERSION", "6");
    assert!(six.succeeds().contains("Installing datadog-heroku-agent 6.53.1-1"));
    let both = six.config("DD_AGENT_VERSION", "7.80.0");
    assert!(both.succeeds().contains("Installing datadog-heroku-agent 7.80.0-1"));
}

#[test]
fn an_unknown_version_names_the_nearest() {
    let build = Build::of(&several()).config("DD_AGENT_VERSION", "7.81.3");
    let log = build.fails("the package repository has no Agent 7.81.3");
    assert!(log.contains("7.81.10-1, 7.81.2-1, 7.82.0-1, 7.80.0-1"), "{log}");
    assert!(log.contains("heroku config:set DD_AGENT_VERSION=7.81.10-1"), "{log}");
}

#[test]
fn values_that_make_no_sense_are_refused_before_anything_is_downloaded() {
    let repository = repository();
    for (name, value, why) in [
        ("DD_AGENT_VERSION", "5.32.8", "DD_AGENT_VERSION is `5.32.8`"),
        ("DD_AGENT_VERSION", "newest", "DD_AGENT_VERSION is `newest`"),
        ("DD_AGENT_MAJOR_VERSION", "8", "DD_AGENT_MAJOR_VERSION is `8`"),
        ("DD_APM_ENABLED", "maybe", "DD_APM_ENABLED is `maybe`"),
        ("DD_PROCESS_AGENT", "2", "DD_PROCESS_AGENT is `2`"),
    ] {
        Build::of(&repository).config(name, value).fails(why);
    }
    assert_eq!(repository.server.asked().len(), 0);
}

#[test]
fn a_bad_python_version_is_a_warning_on_agent_7_and_an_error_on_agent_6() {
    let repository = several();
    let build = Build::of(&repository).config("DD_PYTHON_VERSION", "4");
    assert!(build.succeeds().contains(" !     DD_PYTHON_VERSION is `4`, but Agent 7.81 has Python 3 only"));
    let build = Build::of(&repository).config("DD_PYTHON_VERSION", "4").config("DD_AGENT_VERSION", "6");
    build.fails("DD_PYTHON_VERSION is `4`");
}

#[test]
fn stacks_without_buildpacks_are_refused() {
    for (stack, remedy) in
        [("container", "dd-heroku docker init"), ("cnb", "drains"), ("plan9", "heroku stack:set")]
    {
        let log = Build::of(&repository())
            .with("STACK", stack)
            .fails(&format!("the stack `{stack}` is not supported"));
        assert!(log.contains(remedy), "{log}");
    }
}

#[test]
fn config_vars_may_point_elsewhere_and_the_key_is_never_shown() {
    let repository = repository();
    let build = Build::of(&repository)
        .with("DD_HEROKU_APT_URL", "https://never.invalid")
        .config("DD_HEROKU_APT_URL", repository.server.url().join("apt").unwrap().as_str())
        .config("DD_API_KEY", "0123456789abcdef0123456789abcdef");
    let log = build.succeeds();
    assert!(!log.contains("0123456789abcdef"), "{log}");
    let secret = "http://user:hunter2@127.0.0.1:1/";
    assert!(!build.config("DD_HEROKU_APT_URL", secret).fails("cannot read").contains("hunter2"));
}

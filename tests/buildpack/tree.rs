//! The tree is what `dpkg -x` and the deletions of Datadog's own buildpack leave, for every era of the package.

use std::fs;

use super::upstream::{CHOICES, Choices, same_as_upstream};
use super::{Build, HEROKU};
use crate::support::package::{AGENT, File, debian_package};
use crate::support::package_repository::PackageRepository;

#[test]
fn agent_7_is_what_upstream_makes_of_it() {
    same_as_upstream(HEROKU, "1:7.81.2-1", "xz", AGENT, &CHOICES);
}

#[test]
fn so_it_is_with_other_choices_and_compressions() {
    let choices = Choices { apm: Some("False\r\n"), ..CHOICES };
    same_as_upstream(HEROKU, "1:7.60.0-1", "zstd", AGENT, &choices);
    let choices = Choices { process: Some("TRUE"), ..CHOICES };
    same_as_upstream(HEROKU, "1:7.60.0-1", "gzip", AGENT, &choices);
}

#[test]
fn so_is_agent_6_with_either_python() {
    same_as_upstream(HEROKU, "1:6.53.1-1", "xz", AGENT, &CHOICES);
    same_as_upstream(HEROKU, "1:6.53.1-1", "none", AGENT, &Choices { python: Some("3"), ..CHOICES });
}

#[test]
fn a_file_that_stays_keeps_its_content_though_it_is_a_link_to_one_that_goes() {
    let pruned = "opt/datadog-agent/embedded/bin/installer";
    let stays = "opt/datadog-agent/embedded/bin/stays";
    let files = [
        ("opt/datadog-agent/bin/agent/agent", File::Program("agent\n")),
        (pruned, File::Program("shared\n")),
        (stays, File::HardLinkTo(pruned)),
    ];
    let mut repository = PackageRepository::new();
    repository.add(HEROKU, "1:7.81.2-1", debian_package(HEROKU, "1:7.81.2-1", "xz", &files));
    repository.publish();
    let build = Build::of(&repository);
    for _ in ["cold", "warm"] {
        build.succeeds();
        assert_eq!(fs::read_to_string(build.apt(stays)).unwrap(), "shared\n");
        assert!(!build.apt(pruned).exists());
        fs::remove_dir_all(build.path("build/.apt")).unwrap();
    }
}

#[test]
fn the_process_manager_of_newer_agents_is_left_out() {
    let gone =
        ["embedded/bin/dd-procmgrd", "embedded/bin/dd-procmgr", "processes.d/datadog-agent-process.yaml"];
    let gone = gone.map(|path| format!("opt/datadog-agent/{path}"));
    let mut files = vec![("opt/datadog-agent/bin/agent/agent", File::Program("agent\n"))];
    files.extend(gone.iter().map(|path| (path.as_str(), File::Program("newer\n"))));
    let mut repository = PackageRepository::new();
    repository.add(HEROKU, "1:7.81.2-1", debian_package(HEROKU, "1:7.81.2-1", "xz", &files));
    repository.publish();
    let build = Build::of(&repository);
    build.succeeds();
    assert!(build.agent("bin/agent/agent").exists());
    assert!(gone.iter().all(|path| !build.apt(path).exists()));
    assert!(!build.agent("processes.d").exists());
}

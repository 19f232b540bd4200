//! Community checks that the app's managed block names are installed while the slug is made.

use super::{Build, HEROKU};
use crate::support::package::{File, debian_package};
use crate::support::package_repository::PackageRepository;

/// An Agent that notes what it is asked to install, and knows no check called `refused`.
fn build() -> (PackageRepository, Build) {
    let agent = "#!/bin/sh\nshift 2\necho \"$@\" >>\"$HOME/called\"\ncase $* in *refused*) echo 'no such version' >&2; exit 1 ;; esac\n";
    let files = [("opt/datadog-agent/bin/agent/agent", File::Program(agent))];
    let mut repository = PackageRepository::new();
    repository.add(HEROKU, "1:7.81.2-1", debian_package(HEROKU, "1:7.81.2-1", "xz", &files));
    repository.publish();
    let build = Build::of(&repository);
    (repository, build)
}

fn block(installs: &[(&str, &str)]) -> String {
    let installs =
        installs.iter().map(|(check, version)| ((*check).to_owned(), (*version).to_owned())).collect();
    dd_heroku::app::prerun::Block { installs, ..Default::default() }.put_into(None).unwrap()
}

#[test]
fn a_check_of_the_managed_block_is_installed_into_the_slug() {
    let (_repository, build) = build();
    build.write("build/datadog/prerun.sh", &block(&[("ping", "1.0.2")]));
    let log = build.succeeds();
    assert!(log.contains("-----> Installing the check ping 1.0.2"), "{log}");
    assert_eq!(build.read("build/called"), "integration install -t -r datadog-ping==1.0.2\n");
}

#[test]
fn a_check_that_cannot_be_installed_does_not_fail_the_build() {
    let (_repository, build) = build();
    build.write("build/datadog/prerun.sh", &block(&[("ping", "1.0.2"), ("refused", "9.9.9")]));
    let log = build.succeeds();
    assert!(log.contains("The check refused 9.9.9 could not be installed: no such version."), "{log}");
    assert!(build.read("build/called").contains("datadog-ping==1.0.2"));
}

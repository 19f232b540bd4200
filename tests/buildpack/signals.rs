//! A build that is ended by a signal leaves nothing behind.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Stdio};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};

use super::{Build, HEROKU, listing};
use crate::support::package::dishonest_package;
use crate::support::package_repository::PackageRepository;

const SIGNALS: [Signal; 3] = [Signal::TERM, Signal::INT, Signal::HUP];

/// A build that unpacks for some time, with a folder of its own for temporary files.
fn long_build() -> (Build, PackageRepository) {
    let mut repository = PackageRepository::new();
    repository.add(HEROKU, "1:7.81.2-1", dishonest_package(20_000, &[]));
    repository.publish();
    let build = Build::of(&repository);
    build.write("temporary/.keep", "");
    let temporary = build.path("temporary").to_str().unwrap().to_owned();
    (build.with("TMPDIR", &temporary), repository)
}

fn start(build: &Build) -> Child {
    let folders = ["build", "cache", "env"].map(|name| build.path(name));
    let mut command = build.command(&["buildpack", "compile"]);
    command.args(folders).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn names(build: &Build, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(build.path(folder)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Sends the signal once `folder` has a temporary folder, and expects it to be gone with the program.
#[track_caller]
fn leaves_nothing(build: &Build, folder: &str, signal: Signal) {
    let before = listing(&build.path("build"));
    let mut child = start(build);
    while !names(build, folder).iter().any(|name| name.contains("dd-heroku-")) {
        assert_eq!(child.try_wait().unwrap(), None, "it ended too early");
        thread::yield_now();
    }
    kill_process(Pid::from_child(&child), signal).unwrap();
    let output = child.wait_with_output().unwrap();
    let log = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(130), "{log}");
    assert_eq!(listing(&build.path("build")), before, "{log}");
    assert_eq!(names(build, "temporary"), [".keep"]);
    assert!(!log.contains(" !     "), "{log}");
}

#[test]
fn a_signal_while_the_package_is_unpacked_leaves_the_build_folder_as_it_was() {
    let (build, _repository) = long_build();
    for signal in SIGNALS {
        leaves_nothing(&build, "build", signal);
    }
}

#[test]
fn a_signal_while_the_signature_is_checked_leaves_no_temporary_folder() {
    let (build, _repository) = long_build();
    // It outlives the program, which waits for it.
    let gpgv = build.path("bin/gpgv");
    build.write("bin/gpgv", "#!/bin/sh\nexec sleep 20\n");
    fs::set_permissions(&gpgv, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", gpgv.parent().unwrap().display());
    let build = build.with("PATH", &path);
    for signal in SIGNALS {
        leaves_nothing(&build, "temporary", signal);
    }
}

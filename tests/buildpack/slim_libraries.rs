//! Shared libraries of the Agent in a slim build.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::slim::PACKAGES;
use super::{Build, HEROKU};
use crate::support::package::package_of;
use crate::support::package_repository::PackageRepository;
use crate::support::python_packages::{PYTHON, PythonPackage, SITE};
use crate::support::run;

const LIB: &str = "opt/datadog-agent/embedded/lib";

fn put(root: &Path, path: &str, content: &[u8]) {
    let path = root.join(path.replace("/lib/python3.13/site-packages/../../../", "/"));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// This machine's program with another name for the library it needs: `libc.so.6` as `{four}.so.6`.
fn program_that_needs(four: &[u8]) -> Vec<u8> {
    let mut program = fs::read("/bin/bash").unwrap();
    let name = b"libc.so.6\0";
    let at = program.windows(name.len()).position(|window| window == name).expect("bash needs libc");
    program[at..at + 4].copy_from_slice(four);
    program
}

#[test]
fn shared_libraries_that_only_removed_packages_load_go_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let repository = {
        let all = folder.path();
        for (path, text) in PACKAGES.iter().flat_map(PythonPackage::files) {
            put(all, &path, text.as_bytes());
        }
        put(all, "opt/datadog-agent/bin/agent/agent", &program_that_needs(b"libk"));
        put(all, "opt/datadog-agent/embedded/bin/python3", PYTHON.as_bytes());
        // The extension of a check that goes, with a library of its own, and one that the Agent loads too.
        put(all, &format!("{SITE}/memcache_native.so"), &program_that_needs(b"libg"));
        for name in ["libk.so.6", "libg.so.6.1", "libz.so.6"] {
            put(all, &format!("{LIB}/{name}"), &program_that_needs(b"libk"));
        }
        run(Command::new("ln").args(["-s", "libg.so.6.1"]).arg(all.join(LIB).join("libg.so.6")));
        run(Command::new("chmod").arg("-R").arg("755").arg(all));
        let record = all.join(SITE).join("memcache-1.0.dist-info/RECORD");
        let lines = fs::read_to_string(&record).unwrap() + "memcache_native.so,,\n";
        fs::write(record, lines).unwrap();
        let mut repository = PackageRepository::new();
        repository.add(HEROKU, "1:7.81.2-1", package_of(HEROKU, "1:7.81.2-1", "xz", all));
        repository.publish();
        repository
    };
    let libraries = |build: &Build| {
        let entries = fs::read_dir(build.apt(LIB)).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name.contains(".so"));
        names.sort();
        names
    };
    let build = Build::of(&repository).config("DD_HEROKU_SLIM", "true");
    let log = build.succeeds();
    // Nobody names the last: it may be opened by its name.
    assert_eq!(libraries(&build), ["libk.so.6", "libz.so.6"], "{log}");
    assert!(log.contains("slim: libraries of removed packages"), "{log}");
    let build =
        Build::of(&repository).config("DD_HEROKU_SLIM", "true").config("DD_HEROKU_KEEP_CHECKS", "mcache");
    build.succeeds();
    assert_eq!(libraries(&build), ["libg.so.6", "libg.so.6.1", "libk.so.6", "libz.so.6"]);
}

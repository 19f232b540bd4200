//! `buildpack verify`: what is wrong with a slug is found, and nothing else.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use serde_json::Value;

use super::{Build, HEROKU, listing, repository};
use crate::support::package::{AGENT, File, debian_package};
use crate::support::package_repository::PackageRepository;

const SITE: &str = "opt/datadog-agent/embedded/lib/python3.13/site-packages";
/// The Agent's Python is this machine's, which finds the packages of the slug.
const PYTHON: &str = "#!/bin/sh
here=$(cd \"$(dirname \"$0\")\" && pwd)
PYTHONPATH=$PYTHONPATH:$here/../lib/python3.13/site-packages exec python3 \"$@\"
";

/// Verifies the build: its exit code and its answer.
fn verify(build: &Build, more: &[&str]) -> (Option<i32>, Value) {
    let folder = build.path("build").display().to_string();
    let mut arguments = vec!["buildpack", "verify", folder.as_str(), "--json"];
    arguments.extend(more);
    let output = build.command(&arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let document = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}{:?}", output.stderr));
    (output.status.code(), document)
}

/// Expects these problems: kind and subject.
#[track_caller]
fn finds(build: &Build, more: &[&str], expected: &[(&str, &str)]) -> Value {
    let (code, document) = verify(build, more);
    let problems = document["problems"].as_array().unwrap();
    let of = |problem: &Value| {
        let text = |name: &str| problem[name].as_str().unwrap().to_owned();
        (text("kind"), text("subject"))
    };
    let expected: Vec<_> = expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    assert_eq!(problems.iter().map(of).collect::<Vec<_>>(), expected, "{document:#}");
    assert_eq!(code, Some(if expected.is_empty() { 0 } else { 3 }));
    assert_eq!(document["ok"], expected.is_empty());
    document
}

/// A slug whose Agent has these files too.
fn slug_with(more: &[(&str, File<'_>)]) -> Build {
    let mut files: Vec<(&str, File<'_>)> =
        AGENT.iter().filter(|(path, _)| !more.iter().any(|(other, _)| other == path)).cloned().collect();
    files.extend(more.iter().cloned());
    let mut repository = PackageRepository::new();
    repository.add(HEROKU, "1:7.81.2-1", debian_package(HEROKU, "1:7.81.2-1", "none", &files));
    repository.publish();
    let build = Build::of(&repository);
    build.succeeds();
    build
}

#[test]
fn a_slug_as_the_build_makes_it_is_right() {
    let build = Build::of(&repository());
    build.succeeds();
    let before = listing(&build.path("build"));
    let document = finds(&build, &[], &[]);
    assert!(document["links"].as_u64().unwrap() > 2, "{document}");
    assert_eq!(document["app_files"], Value::Null);
    assert_eq!(listing(&build.path("build")), before);
    let output = build.command(&["buildpack", "verify"]).arg(build.path("build")).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("The slug is right: "), "{text}");
}

#[test]
fn a_folder_without_an_agent_is_no_slug() {
    let build = Build::of(&repository());
    let output = build.command(&["buildpack", "verify"]).arg(build.path("build")).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("has no Agent in it"));
}

#[test]
fn what_a_boot_needs_and_is_gone_is_found() {
    let build = Build::of(&repository());
    build.succeeds();
    fs::remove_file(build.agent("embedded/lib/libx.so.1.2")).unwrap();
    fs::remove_file(build.path("build/.profile.d/datadog.sh")).unwrap();
    fs::remove_file(build.agent("bin/agent/agent")).unwrap();
    symlink("/opt/datadog-agent/bin/agent/agent", build.agent("embedded/bin/by-full-path")).unwrap();
    symlink("nowhere", build.path("build/of-the-app")).unwrap();
    let agent = ".apt/opt/datadog-agent";
    let expected = [
        ("agent", format!("{agent}/bin/agent/agent")),
        ("agent", ".profile.d/datadog.sh".into()),
        ("link", format!("{agent}/embedded/bin/by-full-path")),
        ("link", format!("{agent}/embedded/lib/libx.so")),
    ];
    finds(&build, &[], &expected.each_ref().map(|(kind, subject)| (*kind, subject.as_str())));
}

#[test]
fn a_library_that_nobody_brings_is_found() {
    let build = Build::of(&repository());
    build.succeeds();
    // A real program, whose library is given a name that no machine has.
    let mut program = fs::read("/bin/bash").unwrap();
    let name = b"libc.so.6\0";
    let at = program.windows(name.len()).position(|window| window == name).expect("bash needs libc");
    program[at..at + 4].copy_from_slice(b"lib0");
    let path = build.agent("embedded/bin/needs-much");
    fs::write(&path, program).unwrap();
    let document = finds(&build, &[], &[("library", ".apt/opt/datadog-agent/embedded/bin/needs-much")]);
    assert!(document["problems"][0]["what"].as_str().unwrap().contains("lib0.so.6"), "{document}");
    assert_eq!(document["libraries"], 1);
}

#[test]
fn a_check_that_python_cannot_import_is_found_and_what_upstream_leaves_out_is_a_note() {
    let check = |name: &str| format!("{SITE}/datadog_checks/{name}/__init__.py");
    let names = ["base", "broken", "ends", "good", "needs", "vsphere"].map(check);
    let texts = [
        "class AgentCheck: pass\n",
        "import json\n1 / 0\n",
        "import os\nprint('noise', flush=True)\n",
        "from datadog_checks.base import AgentCheck\nprint('noise on stdout')\n",
        "import no_such_package.part\n",
        "from pyVmomi import vim\n",
    ];
    let mut files = vec![("opt/datadog-agent/embedded/bin/python3", File::Program(PYTHON))];
    files.extend(names.iter().map(String::as_str).zip(texts.map(File::Text)));
    let build = slug_with(&files);
    build.write("build/datadog/checks.d/mine.py", "import datadog_checks.good\n");
    build.write("build/datadog/checks.d/theirs.py", "import requests_of_somebody\n");
    let before = listing(&build.path("build"));
    let expected = [("import", "broken"), ("import", "needs"), ("import", "datadog/checks.d/theirs.py")];
    let document = finds(&build, &[], &expected);
    let text = document.to_string();
    assert!(text.contains("ZeroDivisionError: division by zero"), "{text}");
    assert!(text.contains("No module named 'no_such_package'"), "{text}");
    assert_eq!(document["notes"][0], "vsphere: pyVmomi is left out, as by Datadog's buildpack");
    assert_eq!(document["checks"].as_array().unwrap().len(), 7);
    // Nothing is written into the slug, byte code included.
    assert_eq!(listing(&build.path("build")), before);

    fs::write(build.apt(&check("ends")), "import os\nos._exit(3)\n").unwrap();
    let (_, document) = verify(&build, &[]);
    assert!(document.to_string().contains("Python ended while it was imported"), "{document}");
    fs::remove_file(build.agent("embedded/bin/python3")).unwrap();
    let (code, document) = verify(&build, &[]);
    assert_eq!(code, Some(3), "{document}");
}

#[test]
fn a_file_of_the_app_that_is_not_as_it_was_is_found() {
    let build = Build::of(&repository());
    let of_app =
        [("Procfile", "web: run\n"), ("a/b.txt", "b\n"), (".profile.d/datadog.sh", "mine\n"), ("gone", "x")];
    for (path, text) in of_app {
        build.write(&format!("build/{path}"), text);
        build.write(&format!("app/{path}"), text);
    }
    for side in ["build", "app"] {
        symlink("a/b.txt", build.path(side).join("link")).unwrap();
    }
    build.succeeds();
    let app = build.path("app").display().to_string();
    assert_eq!(finds(&build, &["--app", &app], &[])["app_files"], 5);
    build.write("build/a/b.txt", "B\n");
    fs::remove_file(build.path("build/gone")).unwrap();
    fs::remove_file(build.path("build/link")).unwrap();
    symlink("Procfile", build.path("build/link")).unwrap();
    Command::new("chmod").arg("755").arg(build.path("build/Procfile")).status().unwrap();
    finds(
        &build,
        &["--app", &app],
        &[("app", "Procfile"), ("app", "a/b.txt"), ("app", "gone"), ("app", "link")],
    );
}

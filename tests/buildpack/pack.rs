//! The buildpack as a tarball.

use std::fs;
use std::process::Command;

use super::{Build, listing, repository};
use crate::support::run;

#[test]
fn a_pack_builds_from_any_folder_and_is_the_same_each_time() {
    let repository = repository();
    let build = Build::of(&repository);
    for name in ["one.tgz", "two.tgz"] {
        run(build.command(&["buildpack", "pack", "-o"]).arg(build.path(name)));
    }
    assert!(fs::read(build.path("one.tgz")).unwrap() == fs::read(build.path("two.tgz")).unwrap());

    let pack = build.path("a folder with spaces");
    fs::create_dir(&pack).unwrap();
    run(Command::new("tar").arg("-xzf").arg(build.path("one.tgz")).arg("-C").arg(&pack));
    let script = |name: &str| {
        let mut command = Command::new(pack.join("bin").join(name));
        let environment = build.command(&[]);
        command.env_clear().envs(environment.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.arg(build.path("build")).current_dir("/");
        command
    };
    assert_eq!(run(&mut script("detect")), "Datadog\n");
    assert_eq!(run(&mut script("release")), "--- {}\n");
    let log = run(script("compile").arg(build.path("cache")).arg(build.path("env")));
    assert!(log.contains("-----> Size"), "{log}");
    let installed = fs::read(build.path("build/.dd-heroku/bin/dd-heroku")).unwrap();
    assert!(installed == fs::read(pack.join("bin/dd-heroku")).unwrap());
}

#[test]
fn a_smaller_program_in_the_pack_becomes_the_runtime() {
    let repository = repository();
    let build = Build::of(&repository);
    build.write("small", "#!/bin/sh\n");
    run(build
        .command(&["buildpack", "pack", "-o"])
        .arg(build.path("p.tgz"))
        .arg("--runtime")
        .arg(build.path("small")));
    run(Command::new("tar").arg("-xzf").arg(build.path("p.tgz")).arg("-C").arg(build.path("")));
    let listing = run(Command::new("tar").arg("-tvzf").arg(build.path("p.tgz")));
    let names: Vec<&str> = listing.lines().filter_map(|line| line.split_whitespace().last()).collect();
    assert_eq!(
        names,
        ["bin/", "bin/compile", "bin/dd-heroku", "bin/dd-heroku-runtime", "bin/detect", "bin/release"]
    );
    assert!(listing.lines().all(|line| line.contains("rwxr-xr-x 0/0")), "{listing}");
    let mut compile = Command::new(build.path("bin/compile"));
    let environment = build.command(&[]);
    compile.env_clear().envs(environment.get_envs().filter_map(|(name, value)| Some((name, value?))));
    run(compile.args(["build", "cache", "env"].map(|name| build.path(name))));
    assert_eq!(build.read("build/.dd-heroku/bin/dd-heroku"), "#!/bin/sh\n");
}

#[test]
fn a_program_that_is_not_there_cannot_be_packed() {
    let build = Build::of(&repository());
    let output = build
        .command(&["buildpack", "pack", "--binary", "/nonexistent", "-o"])
        .arg(build.path("p.tgz"))
        .output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot read `/nonexistent`"));
    assert!(!build.path("p.tgz").exists());
}

#[test]
fn a_pack_replaces_files_only_and_says_so_before_anything_is_downloaded() {
    let repository = repository();
    let build = Build::of(&repository);
    fs::create_dir(build.path("folder")).unwrap();
    run(Command::new("mkfifo").arg(build.path("pipe")));
    std::os::unix::fs::symlink("pipe", build.path("link")).unwrap();
    let before = listing(&build.path(""));
    for (output, why) in [
        ("folder", "/folder` is not a file"),
        ("pipe", "/pipe` is not a file"),
        ("link", "/link` is not a file"),
        ("missing/p.tgz", "/missing` is not a folder"),
    ] {
        for carried in [&[][..], &["--agent", "7"]] {
            let mut command = build.command(&["buildpack", "pack", "--binary", "/bin/true", "-o"]);
            let ended = command.arg(build.path(output)).args(carried).output().unwrap();
            let complaint = String::from_utf8(ended.stderr).unwrap();
            assert_eq!(ended.status.code(), Some(2), "{complaint}");
            assert!(complaint.contains(why) && complaint.contains("hint: "), "{complaint}");
            assert_eq!(listing(&build.path("")), before, "{output}");
        }
    }
    assert_eq!(repository.server.lines(), [""; 0]);
}

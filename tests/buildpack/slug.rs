//! What is in the slug, and what of the app's own stays as it was.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::{Build, HEROKU, listing, repository};
use crate::support::package::{File, debian_package};
use crate::support::package_repository::PackageRepository;
use crate::support::run;

#[test]
fn the_slug_has_the_agent_the_runtime_and_its_script() {
    let build = Build::of(&repository());
    build.succeeds();
    assert_eq!(build.read("build/.dd-heroku/agent-version"), "7.81.2\n");
    let runtime = run(build.command(&["runtime", "profile"]).env_remove("STACK"));
    assert_eq!(build.read("build/.profile.d/datadog.sh"), runtime);
    for program in [".dd-heroku/bin/dd-heroku", ".apt/opt/datadog-agent/bin/agent/agent-wrapper"] {
        let mode = build.path("build").join(program).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{program}");
    }
    assert!(build.apt("etc/datadog-agent/datadog.yaml.example").is_file());
    assert!(build.apt("var/log/datadog").is_dir());
    let names: Vec<String> = listing(&build.path("build")).lines().map(str::to_owned).collect();
    assert!(!names.iter().any(|line| line.contains("dd-heroku-build")), "{names:?}");
}

#[test]
fn the_log_reads_like_a_build_and_tells_sizes_and_times() {
    let log = Build::of(&repository()).succeeds();
    for line in [
        "-----> Checking the package repository",
        "-----> Installing datadog-heroku-agent 7.81.2-1",
        "-----> Size",
    ] {
        assert!(log.lines().any(|have| have == line), "{log}");
    }
    for part in ["package ", "left out ", "written ", "kernel probes", "agents and tools", "time: index "] {
        assert!(log.contains(part), "{part}: {log}");
    }
    let marked = |line: &str| ["-----> ", "       ", " !     "].iter().any(|mark| line.starts_with(mark));
    assert!(log.lines().all(marked), "{log}");
}

#[test]
fn an_apps_own_files_stay_as_they_are() {
    let build = Build::of(&repository());
    let of_app = [
        ("build/.profile.d/datadog.sh", "echo my own\n"),
        ("build/.profile.d/000_apt.sh", "export PATH\n"),
        ("build/.apt/usr/lib/pkgconfig/own.pc", "prefix=/app/.apt/usr\n"),
        ("build/.apt/usr/bin/datadog-agent", "my own\n"),
        ("build/.apt/etc/datadog-agent/datadog.yaml.example", "my own\n"),
    ];
    for (path, content) in of_app {
        build.write(path, content);
        run(Command::new("touch").args(["-d", "@1000000000"]).arg(build.path(path)));
    }
    let before = of_app.map(|(path, _)| build.path(path).metadata().unwrap().modified().unwrap());
    let log = build.succeeds();
    for ((path, content), before) in of_app.into_iter().zip(before) {
        assert_eq!(build.read(path), content);
        assert_eq!(build.path(path).metadata().unwrap().modified().unwrap(), before, "{path}");
    }
    let beside = build.read("build/.profile.d/datadog-heroku.sh");
    assert_eq!(beside, run(&mut build.command(&["runtime", "profile"])));
    assert!(
        log.contains("The app has a `.apt/etc/datadog-agent/datadog.yaml.example` of its own, which stays"),
        "{log}"
    );
}

#[test]
fn a_second_build_into_the_same_folder_changes_nothing() {
    let build = Build::of(&repository());
    build.succeeds();
    let first = listing(&build.path("build/.apt")) + &listing(&build.path("build/.profile.d"));
    build.succeeds();
    let second = listing(&build.path("build/.apt")) + &listing(&build.path("build/.profile.d"));
    let without_times =
        |listing: &str| listing.lines().filter(|line| !line.contains(".sh")).collect::<Vec<_>>().join("\n");
    assert_eq!(without_times(&first), without_times(&second));
}

#[test]
fn a_file_where_the_agents_folder_belongs_stops_the_build() {
    let build = Build::of(&repository());
    build.write("build/.apt/opt", "a file");
    build.fails("`.apt/opt` of the app is where the Agent needs a folder");
    fs::remove_dir_all(build.path("build/.apt")).unwrap();
    build.write("elsewhere/x", "");
    std::os::unix::fs::symlink(build.path("elsewhere"), build.path("build/.apt")).unwrap();
    build.fails("`.apt` of the app is where the Agent needs a folder");
}

/// Builds where no file may grow beyond 100 kB, which stops a write as a full disk does.
fn fails_on_a_full_disk(repository: &PackageRepository, why: &str) {
    let build = Build::of(repository);
    let before = listing(&build.path("build"));
    let program = build.command(&["buildpack", "compile"]);
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 200; exec \"$0\" \"$@\""]);
    limited.arg(program.get_program()).args(program.get_args());
    limited.args(["build", "cache", "env"].map(|name| build.path(name)));
    limited.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = limited.output().unwrap();
    let log = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{log}");
    assert!(log.contains(why) && log.contains("Free some space"), "{log}");
    assert_eq!(listing(&build.path("build")), before);
}

#[test]
fn a_full_disk_leaves_the_build_folder_as_it_was() {
    fails_on_a_full_disk(&repository(), "the runtime cannot be installed");
    let large = "x".repeat(300_000);
    let files = [("opt/datadog-agent/bin/agent/agent", File::Program(&large))];
    let mut repository = PackageRepository::new();
    repository.add(HEROKU, "1:7.81.2-1", debian_package(HEROKU, "1:7.81.2-1", "xz", &files));
    repository.publish();
    fails_on_a_full_disk(&repository, "the Agent cannot be unpacked");
}

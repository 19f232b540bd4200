//! The second build: faster, and no less careful.

use std::fs;

use super::{Build, HEROKU, agent, listing, repository};
use crate::support::package_repository::{KEY, PackageRepository};
use crate::support::scripted::Reply;

const TAR: &str = "cache/dd-heroku/agent.tar.zst";

/// Empties the build folder, as Heroku does from build to build.
fn next(build: &Build) {
    fs::remove_dir_all(build.path("build")).unwrap();
    build.write("build/Procfile", "web: run\n");
}

fn downloads(repository: &PackageRepository) -> usize {
    repository.server.lines().iter().filter(|line| line.starts_with("GET /apt/pool/")).count()
}

#[test]
fn the_second_build_downloads_no_package_and_makes_the_same_tree() {
    let repository = repository();
    let build = Build::of(&repository);
    build.succeeds();
    let cold = listing(&build.path("build/.apt"));
    next(&build);
    let log = build.succeeds();
    // The step names the version here too: `upgrade` reads it.
    assert!(
        log.contains("-----> Installing datadog-heroku-agent 7.81.2-1\n       from the cache\n"),
        "{log}"
    );
    assert_eq!(listing(&build.path("build/.apt")), cold);
    assert_eq!(downloads(&repository), 1);
    let lists = repository.server.lines().iter().filter(|line| line.contains("Packages")).count();
    assert_eq!(lists, 1);
}

/// Changes the package on the server after a build has kept it, and builds again.
fn changed_after_the_first_build(change: fn(&mut Vec<u8>)) -> (Build, PackageRepository) {
    let mut repository = PackageRepository::new();
    let path = repository.add(HEROKU, "1:7.81.2-1", agent());
    repository.publish();
    let build = Build::of(&repository);
    build.succeeds();
    next(&build);
    repository.tamper(&path, change);
    (build, repository)
}

#[test]
fn a_package_that_the_server_alters_later_is_refused_though_an_earlier_build_kept_it() {
    let alterations: [fn(&mut Vec<u8>); 2] = [
        |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x55;
        },
        |bytes| bytes.truncate(bytes.len() * 2 / 3),
    ];
    for alteration in alterations {
        let (build, repository) = changed_after_the_first_build(alteration);
        let log = build.fails("");
        assert!(log.contains("serves another file than the one in the cache"), "{log}");
        assert!(downloads(&repository) > 1);
        assert!(!build.agent("").exists());
    }
}

#[test]
fn a_server_that_says_nothing_about_the_package_is_believed_by_the_hash() {
    let package = agent();
    for status in [403, 405, 503] {
        let keyring = crate::support::keyring::Keyring::with_key(KEY);
        let mut repository = PackageRepository::with_faults(keyring, move |request, _| {
            (request.method == "HEAD").then(|| Reply::Raw(status, vec![], vec![]))
        });
        repository.add(HEROKU, "1:7.81.2-1", package.clone());
        repository.publish();
        let build = Build::of(&repository);
        build.succeeds();
        next(&build);
        let log = build.succeeds();
        assert!(log.contains("from the cache"), "{log}");
        assert!(log.contains("does not say whether it still has that package"), "{log}");
        assert_eq!(downloads(&repository), 1);
    }
}

#[test]
fn a_damaged_cache_is_thrown_away() {
    let damages: [fn(&mut Vec<u8>); 4] = [
        |bytes| *bytes.last_mut().unwrap() ^= 1,
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| bytes.extend(b"more"),
        Vec::clear,
    ];
    for damage in damages {
        let repository = repository();
        let build = Build::of(&repository);
        build.succeeds();
        let cold = listing(&build.path("build/.apt"));
        let mut bytes = fs::read(build.path(TAR)).unwrap();
        damage(&mut bytes);
        fs::write(build.path(TAR), bytes).unwrap();
        next(&build);
        let log = build.succeeds();
        assert!(log.contains("The cache is damaged"), "{log}");
        assert_eq!(listing(&build.path("build/.apt")), cold);
        assert_eq!(downloads(&repository), 2);
        next(&build);
        assert!(build.succeeds().contains("from the cache"));
    }
}

#[test]
fn a_tar_of_somebody_elses_is_not_unpacked() {
    let repository = repository();
    let build = Build::of(&repository);
    build.succeeds();
    let mut tar = tar::Builder::new(zstd::Encoder::new(Vec::new(), 1).unwrap());
    let mut header = tar::Header::new_gnu();
    header.set_size(6);
    header.set_mode(0o755);
    tar.append_data(&mut header, "opt/datadog-agent/bin/agent/agent", &b"forged"[..]).unwrap();
    fs::write(build.path(TAR), tar.into_inner().unwrap().finish().unwrap()).unwrap();
    next(&build);
    assert!(build.succeeds().contains("The cache is damaged (its hash differs)"));
    assert_ne!(fs::read(build.agent("bin/agent/agent")).unwrap(), b"forged");
}

#[test]
fn other_options_another_stack_or_another_package_are_another_cache() {
    let mut repository = repository();
    let build = Build::of(&repository);
    build.succeeds();
    next(&build);
    let build = build.config("DD_APM_ENABLED", "false");
    assert!(!build.succeeds().contains("from the cache"));
    next(&build);
    let build = build.with("STACK", "heroku-22");
    assert!(!build.succeeds().contains("from the cache"));
    next(&build);
    let same = repository.get("/apt/pool/d/datadog-heroku-agent_7.81.2-1_amd64.deb");
    repository.add(HEROKU, "1:7.82.0-1", same);
    repository.publish();
    let build = build.config("DD_AGENT_VERSION", "latest");
    // The same bytes under another version are the same package.
    assert!(build.succeeds().contains("from the cache"));
    assert_eq!(downloads(&repository), 3);
    assert_eq!(fs::read_dir(build.path("cache/dd-heroku")).unwrap().count(), 3);
}

#[test]
fn what_other_buildpacks_keep_is_left_alone() {
    let build = Build::of(&repository());
    build.write("cache/apt/cache/x", "theirs");
    build.succeeds();
    assert_eq!(build.read("cache/apt/cache/x"), "theirs");
}

#[test]
fn without_a_usable_cache_the_build_goes_on() {
    let build = Build::of(&repository());
    fs::remove_dir(build.path("cache")).unwrap();
    build.write("cache", "a file");
    let log = build.succeeds();
    assert!(log.contains("nothing is kept for the next build"), "{log}");
}

//! Archives that no honest tool makes: refused, with the build folder as it was.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use dd_heroku::buildpack::extract;
use proptest::prelude::*;
use tar::EntryType;

use super::{Build, HEROKU};
use crate::support::package::{AGENT, Member, archive, debian_package, dishonest_package};
use crate::support::package_repository::PackageRepository;
use crate::support::run;

/// A build that is offered this package, properly signed.
struct Offered {
    build: Build,
    _repository: PackageRepository,
}

fn offered(package: Vec<u8>) -> Offered {
    let mut repository = PackageRepository::new();
    repository.add(HEROKU, "1:7.81.2-1", package);
    repository.publish();
    let build = Build::of(&repository);
    build.write("outside/victim", "as it was");
    Offered { build, _repository: repository }
}

impl Offered {
    #[track_caller]
    fn fails(&self, why: &str) {
        self.build.fails(why);
    }
}

#[track_caller]
fn refused(members: &[Member<'_>], why: &str) {
    let offered = offered(dishonest_package(200, members));
    offered.fails(why);
    let build = &offered.build;
    assert_eq!(build.read("outside/victim"), "as it was");
    assert!(!build.path("cache/dd-heroku/agent.tar.zst").exists());
}

fn file(path: &str) -> Member<'_> {
    Member { kind: EntryType::Regular, path, target: "", content: b"gotcha" }
}

fn link<'a>(kind: EntryType, path: &'a str, target: &'a str) -> Member<'a> {
    Member { kind, path, target, content: b"" }
}

#[test]
fn names_that_leave_the_package_are_refused() {
    refused(&[file("./../../outside/victim")], "leads out of the package");
    refused(&[file("opt/../../../../outside/victim")], "leads out of the package");
    refused(&[file("/tmp/outside")], "leads out of the package");
}

#[test]
fn nothing_is_written_through_a_link() {
    let symbolic = |target| link(EntryType::Symlink, "./opt/way", target);
    refused(&[symbolic("../../../../outside")], "it is a link that leaves the package");
    refused(&[symbolic("/tmp"), file("./opt/way/victim")], "`opt/way` is not a folder");
    refused(&[symbolic("datadog-agent"), file("./opt/way/victim")], "`opt/way` is not a folder");
}

#[test]
fn a_link_that_leaves_the_package_by_way_of_another_is_refused() {
    let symbolic = |path, target| link(EntryType::Symlink, path, target);
    let folder = link(EntryType::Directory, "./opt/a/b", "");
    let top = symbolic("./opt/a/b/top", "../../..");
    refused(&[folder, top, symbolic("./opt/way", "a/b/top/../..")], "the link `opt/way` leaves the package");
}

#[test]
fn links_to_the_build_machines_own_files_are_left_out() {
    let symbolic = |path, target| link(EntryType::Symlink, path, target);
    let members = [
        file("./opt/datadog-agent/bin/agent/agent"),
        symbolic("./opt/passwd", "/etc/passwd"),
        symbolic("./opt/root", "/"),
        symbolic("./opt/temporary", "/tmp"),
    ];
    let offered = offered(dishonest_package(0, &members));
    for _ in ["cold", "warm"] {
        offered.build.succeeds();
        let left =
            run(Command::new("find").arg(offered.build.apt("opt")).args(["-maxdepth", "1", "-type", "l"]));
        assert_eq!(left, "");
    }
}

#[test]
fn no_file_or_folder_keeps_setuid_setgid_or_the_sticky_bit() {
    let tar = tempfile::tempdir().unwrap();
    let agent = tar.path().join("opt/datadog-agent/bin/agent");
    fs::create_dir_all(&agent).unwrap();
    fs::write(agent.join("agent"), "").unwrap();
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    set(&agent.join("agent"), 0o6755);
    set(&agent, 0o7777);
    let output = Command::new("tar").args(["-C"]).arg(tar.path()).args(["-c", "./opt"]).output().unwrap();
    let package =
        archive(&[("debian-binary", b"2.0\n"), ("control.tar", &[0; 1024]), ("data.tar", &output.stdout)]);
    let offered = offered(package);
    for _ in ["cold", "warm"] {
        offered.build.succeeds();
        let apt = offered.build.apt("");
        let special = run(Command::new("find").arg(apt).args(["-perm", "/7000"]));
        assert_eq!(special, "");
        assert_eq!(offered.build.agent("bin/agent").metadata().unwrap().mode() & 0o7777, 0o777);
        assert_eq!(offered.build.agent("bin/agent/agent").metadata().unwrap().mode() & 0o7777, 0o755);
    }
}

#[test]
fn hard_links_reach_files_of_the_package_only() {
    let hard = |target| link(EntryType::Link, "./opt/way", target);
    refused(&[hard("../../../outside/victim")], "leads out of the package");
    refused(&[hard("/etc/passwd")], "leads out of the package");
    refused(&[hard("./opt/nowhere")], "which is not a file of the package");
    let symbolic = link(EntryType::Symlink, "./opt/symbolic", "/etc/passwd");
    refused(&[symbolic, hard("./opt/symbolic")], "which is not a file of the package");
}

#[test]
fn devices_and_pipes_are_refused() {
    for kind in [EntryType::Char, EntryType::Block, EntryType::Fifo] {
        refused(&[link(kind, "./opt/device", "")], "it is neither file, folder nor link");
    }
}

#[test]
fn a_file_never_takes_a_folders_place() {
    refused(&[file("./opt/datadog-agent")], "a folder has its name");
    refused(&[file("./opt/a"), file("./opt/a/b")], "`opt/a` is not a folder");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    /// Members of any kind with names made of parts that are hard to get right.
    #[test]
    fn nothing_is_ever_written_outside(
        members in proptest::collection::vec(
            (0..5usize, "(/|\\./)?(a|b|\\.\\.)(/(a|b|\\.|\\.\\.)){0,4}", "/?(a|b|\\.\\.)(/(a|b|\\.\\.)){0,4}"), 1..12,
        ),
    ) {
        let kinds = [EntryType::Regular, EntryType::Directory, EntryType::Symlink, EntryType::Link, EntryType::Regular];
        let members: Vec<Member<'_>> = members
            .iter()
            .map(|(kind, path, target)| Member { kind: kinds[*kind], path, target, content: b"" })
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("x/y/inside");
        std::fs::create_dir_all(&inside).unwrap();
        let _ = extract(dishonest_package(0, &members).as_slice(), &inside);
        for (outer, only) in [("", "x"), ("x", "y"), ("x/y", "inside")] {
            let names: Vec<_> = std::fs::read_dir(folder.path().join(outer)).unwrap().flatten().collect();
            prop_assert!(names.len() == 1 && names[0].file_name() == only, "{:?}", names);
        }
    }
}

#[test]
fn what_is_no_package_is_refused() {
    offered(b"<html>".to_vec()).fails("the package is not an archive");
    offered(Vec::new()).fails("the package is not an archive");
    offered(archive(&[("debian-binary", b"3.0\n")])).fails("the package is not a Debian package of format 2");
    offered(archive(&[("debian-binary", b"2.0\n")])).fails("the package holds no files");
    offered(archive(&[("debian-binary", b"2.0\n"), ("data.tar.lzo", b"")]))
        .fails("`.lzo`, which is not known");
    offered(archive(&[("debian-binary", b"2.0\n"), ("data.tar.xz", b"nonsense")]))
        .fails("the package is damaged");
    let mut whole = debian_package(HEROKU, "1:7.81.2-1", "xz", AGENT);
    whole.truncate(whole.len() / 2);
    offered(whole).fails("the package");
}

//! A carried Agent counts when it is whole and its provenance is its own. Else nothing is installed, and the build folder is as it was.

use std::fs::{self, File};
use std::process::Command;

use tar::{EntryType, Header};

use super::carried::{Pack, offline, pack};
use crate::support::run;

const TREE: &str = "dd-heroku-agent/agent.tar.zst";
const NOTE: &str = "dd-heroku-agent/agent.json";
const PROVENANCE: &str = "dd-heroku-agent/provenance.json";

/// Changes a file of a good pack and expects a build that refuses it.
#[track_caller]
fn refused(file: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>, why: &str) {
    let pack = pack();
    let path = pack.path(file);
    let changed = change(fs::read(&path).unwrap());
    fs::write(path, changed).unwrap();
    refuses(&pack, why);
}

#[track_caller]
fn refuses(pack: &Pack, why: &str) {
    let build = offline(pack);
    let log = build.fails("the Agent that this buildpack carries is refused");
    assert!(log.contains(why), "{log}");
    assert!(log.contains("Nothing was installed."), "{log}");
}

fn replaced(from: &'static str, to: &'static str) -> impl FnOnce(Vec<u8>) -> Vec<u8> {
    move |text| {
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains(from), "{text}");
        text.replace(from, to).into_bytes()
    }
}

#[test]
fn a_flipped_byte_anywhere_in_the_tree_is_refused() {
    let length = fs::metadata(pack().path(TREE)).unwrap().len();
    let length = usize::try_from(length).unwrap();
    for at in [0, 6, length / 3, length / 2, length - 1] {
        let flip = |mut bytes: Vec<u8>| {
            bytes[at] ^= 0x10;
            bytes
        };
        refused(TREE, flip, "");
    }
    // What follows the tree is part of the file.
    refused(TREE, |bytes| [bytes, vec![0]].concat(), "");
}

#[test]
fn a_tree_that_was_cut_off_is_refused() {
    for part in [0, 1, 2] {
        refused(TREE, |bytes| bytes[..bytes.len() * part / 3].to_vec(), "");
    }
    let pack = pack();
    fs::remove_file(pack.path(TREE)).unwrap();
    refuses(&pack, "its note is missing");
}

#[test]
fn a_provenance_that_is_missing_malformed_or_of_another_kind_is_refused() {
    let missing = pack();
    fs::remove_file(missing.path(PROVENANCE)).unwrap();
    refuses(&missing, "its provenance is missing");
    refused(PROVENANCE, |_| b"{}".to_vec(), "its provenance cannot be read");
    refused(PROVENANCE, |text| text[..text.len() / 2].to_vec(), "its provenance cannot be read");
    let other_kind = replaced("slsa.dev/provenance/v1", "slsa.dev/provenance/v9");
    refused(PROVENANCE, other_kind, "of a kind that this program does not know");
}

#[test]
fn a_provenance_of_another_tree_version_or_choice_is_refused() {
    let tree = pack().provenance()["subject"][0]["digest"]["sha256"].as_str().unwrap().to_owned();
    let other = "ab".repeat(32);
    let another_tree = |text: Vec<u8>| String::from_utf8(text).unwrap().replace(&tree, &other).into_bytes();
    refused(PROVENANCE, another_tree, "the provenance is not that of the note");
    refused(NOTE, another_tree, "the hashes differ");
    for (from, to) in [
        ("1:7.81.2-1", "1:7.82.0-1"),
        ("\"apm\": true", "\"apm\": false"),
        ("\"download\": true", "\"download\": false"),
        ("signedBy\": \"", "signedBy\": \"0"),
    ] {
        refused(PROVENANCE, replaced(from, to), "the provenance is not that of the note");
    }
    let missing = pack();
    fs::remove_file(missing.path(NOTE)).unwrap();
    refuses(&missing, "its note is missing");
}

/// Puts one more member into the tree of a good pack.
#[track_caller]
fn refused_member(name: &str, kind: EntryType, mode: u32, target: &str, why: &str) {
    let pack = pack();
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_mtime(0);
    header.set_size(0);
    header.set_cksum();
    let mut tar = zstd::Encoder::new(File::create(pack.path("evil")).unwrap(), 1).unwrap();
    std::io::Write::write_all(&mut tar, header.as_bytes()).unwrap();
    let mut honest = zstd::Decoder::new(File::open(pack.path(TREE)).unwrap()).unwrap();
    std::io::copy(&mut honest, &mut tar).unwrap();
    tar.finish().unwrap();
    fs::rename(pack.path("evil"), pack.path(TREE)).unwrap();
    refuses(&pack, why);
}

#[test]
fn members_that_lead_out_of_the_tree_or_are_setuid_are_refused() {
    let file = EntryType::Regular;
    refused_member("../../outside", file, 0o644, "", "leads out of the package");
    refused_member("/etc/outside", file, 0o644, "", "leads out of the package");
    refused_member(
        "opt/x",
        EntryType::Symlink,
        0o777,
        "../../../outside",
        "it is a link that leaves the package",
    );
    refused_member("opt/x", EntryType::Symlink, 0o777, "/etc/passwd", "it is a link by its full path");
    refused_member("opt/x", EntryType::Link, 0o644, "../outside", "leads out of the package");
    for mode in [0o4755, 0o2755, 0o1777] {
        refused_member("opt/x", file, mode, "", "it is setuid, setgid or sticky");
    }
    refused_member("opt/x", EntryType::Char, 0o644, "", "neither file, folder nor link");
    // A member that is only one too many: the hash.
    refused_member("opt/x", file, 0o644, "", "its hash differs");
}

#[test]
fn of_a_pack_that_was_cut_off_no_script_is_left_to_build_without_the_agent() {
    let pack = pack();
    let whole = fs::read(pack.path("pack.tgz")).unwrap();
    for part in 1..4 {
        let cut = pack.path("cut");
        fs::create_dir(&cut).unwrap();
        let tree = usize::try_from(fs::metadata(pack.path(TREE)).unwrap().len()).unwrap();
        fs::write(pack.path("cut.tgz"), &whole[..tree.min(whole.len()) * part / 4]).unwrap();
        let tar =
            Command::new("tar").arg("-xzf").arg(pack.path("cut.tgz")).arg("-C").arg(&cut).output().unwrap();
        assert!(!tar.status.success());
        assert!(!cut.join("bin/compile").exists());
        run(Command::new("rm").arg("-r").arg(&cut));
    }
}

//! What is installed is what a trusted key signed, or nothing is.

use super::{Build, HEROKU, agent, repository};
use crate::support::keyring::Keyring;
use crate::support::package_repository::{CURRENT, KEY, PackageRepository, date};

const INDEX: &str = "/apt/dists/stable/InRelease";
const LIST: &str = "/apt/dists/stable/7/binary-amd64/Packages.gz";
const PACKAGE: &str = "/apt/pool/d/datadog-heroku-agent_7.81.2-1_amd64.deb";

/// A repository with one Agent, signed by `how` with the keys of `keyring`, of which `KEY` is trusted.
fn signed(keyring: Keyring, how: &[&str]) -> PackageRepository {
    let mut repository = PackageRepository::with_faults(keyring, |_, _| None);
    repository.add(HEROKU, "1:7.81.2-1", agent());
    repository.signing = how.iter().map(|part| (*part).to_owned()).collect();
    repository.publish();
    repository
}

#[test]
fn an_index_that_was_changed_is_refused_with_a_cold_and_a_warm_cache() {
    let repository = repository();
    let build = Build::of(&repository);
    let honest = repository.get(INDEX);
    repository.tamper(INDEX, |index| replace(index, "Suite: stable", "Suite: stablE"));
    build.fails("it was changed after");
    repository.put(INDEX, honest);
    build.succeeds();
    repository.tamper(INDEX, |index| replace(index, "Suite: stable", "Suite: stablE"));
    std::fs::remove_dir_all(build.path("build")).unwrap();
    build.write("build/Procfile", "");
    build.fails("it was changed after");
}

#[test]
fn an_index_without_a_signature_is_refused() {
    let repository = repository();
    repository.put(INDEX, repository.index().into_bytes());
    Build::of(&repository).fails("it is not signed");
    repository.put(INDEX, b"<html>a proxy's page</html>".to_vec());
    Build::of(&repository).fails("it is not signed");
}

#[test]
fn what_stands_around_the_signed_text_is_not_read() {
    let repository = repository();
    repository.tamper(INDEX, |index| {
        let forged = "SHA256:\n 00 1 7/binary-amd64/Packages.gz\n";
        let mut around = forged.as_bytes().to_vec();
        around.append(index);
        around.extend(forged.as_bytes());
        *index = around;
    });
    Build::of(&repository).succeeds();
}

#[test]
fn a_key_server_that_lies_is_not_believed() {
    let repository = repository();
    let stranger = Keyring::with_key(KEY);
    repository.put(CURRENT, stranger.public(KEY));
    repository.put(INDEX, stranger.sign(&repository.index(), &["-u", KEY]));
    let log = Build::of(&repository).fails("none of the repository's signing keys could be fetched");
    assert!(
        log.contains(&format!(
            "has the fingerprint {}, which is not a trusted one",
            stranger.fingerprint(KEY)
        )),
        "{log}"
    );
}

#[test]
fn a_signature_of_a_key_that_is_not_trusted_is_refused() {
    let repository = repository();
    let stranger = Keyring::with_key("stranger");
    let both = [repository.get(CURRENT), stranger.public("stranger")].concat();
    repository.put(CURRENT, both);
    repository.put(INDEX, stranger.sign(&repository.index(), &["-u", "stranger"]));
    Build::of(&repository).fails("there is no trusted key");
}

#[test]
fn keys_of_every_kind_and_their_subkeys_are_understood() {
    let rsa = Keyring::new();
    rsa.generate(KEY, "rsa2048", "sign", "never", &[]);
    Build::of(&signed(rsa, &["-u", KEY, "--digest-algo", "SHA256"])).succeeds();
    let subkey = Keyring::new();
    subkey.generate(KEY, "rsa2048", "cert", "never", &[]);
    subkey.gpg(&["--quick-add-key", &subkey.fingerprint(KEY), "ed25519", "sign", "never"]);
    Build::of(&signed(subkey, &["-u", KEY])).succeeds();
}

#[test]
fn a_repository_may_sign_with_a_key_we_do_not_know_too() {
    let keyring = Keyring::with_key(KEY);
    keyring.generate("next", "ed25519", "sign", "never", &[]);
    Build::of(&signed(keyring, &["-u", "next", "-u", KEY])).succeeds();
}

#[test]
fn an_expired_key_is_refused() {
    let keyring = Keyring::new();
    keyring.generate(KEY, "ed25519", "sign", "2y", &["--faked-system-time", "20200101T000000"]);
    let repository = signed(keyring, &["-u", KEY, "--faked-system-time", "20210101T000000"]);
    Build::of(&repository).fails("has expired");
}

#[test]
fn a_revoked_key_is_refused() {
    let keyring = Keyring::with_key(KEY);
    let repository = signed(keyring, &["-u", KEY]);
    let build = Build::of(&repository);
    build.succeeds();
    repository.keyring.revoke(KEY);
    repository.put(CURRENT, repository.keyring.public(KEY));
    Build::of(&repository).fails("was revoked");
}

#[test]
fn an_expired_signature_is_refused() {
    let keyring = Keyring::new();
    keyring.generate(KEY, "ed25519", "sign", "never", &["--faked-system-time", "20200101T000000"]);
    let how = ["-u", KEY, "--faked-system-time", "20210101T000000", "--default-sig-expire", "10d"];
    Build::of(&signed(keyring, &how)).fails("the signature of");
}

#[test]
fn a_signature_over_a_weak_hash_is_refused() {
    let repository = signed(Keyring::with_key(KEY), &["-u", KEY, "--digest-algo", "SHA1"]);
    Build::of(&repository).fails("signed it with a weak hash");
}

#[test]
fn one_key_of_five_that_is_missing_does_not_matter() {
    let mut repository = repository();
    repository.remove(CURRENT);
    let short = &repository.keyring.fingerprint(KEY)[32..];
    repository.put(&format!("/keys/DATADOG_APT_KEY_{short}.public"), repository.keyring.public(KEY));
    repository.head = String::new();
    repository.publish();
    let log = Build::of(&repository).succeeds();
    assert!(log.contains("DATADOG_APT_KEY_CURRENT.public answered 404"), "{log}");
}

#[test]
fn an_index_past_its_date_or_before_it_is_refused() {
    let mut repository = repository();
    repository.head = format!("Date: {}\nValid-Until: {}\n", date("-9 days"), date("-2 days"));
    repository.publish();
    Build::of(&repository).fails("the index expired on");
    repository.head = format!("Date: {}\n", date("+3 hours"));
    repository.publish();
    Build::of(&repository).fails("the index is from the future");
    repository.head = "Suite: beta\nCodename: beta\n".into();
    repository.publish();
    Build::of(&repository).fails("not of `stable`");
}

#[test]
fn a_list_of_packages_that_was_changed_is_refused() {
    let repository = repository();
    repository.tamper(LIST, |list| list[20] ^= 1);
    Build::of(&repository).fails("is not the one that was signed");
    repository.tamper(LIST, |list| list.truncate(30));
    Build::of(&repository).fails("is not the one that was signed");
    repository.tamper(LIST, |list| list.resize(5000, 0));
    Build::of(&repository).fails("holds more than");
}

#[test]
fn a_package_that_was_changed_is_refused() {
    let repository = repository();
    let honest = repository.get(PACKAGE);
    for at in [0, 70, honest.len() / 2, honest.len() - 1] {
        repository.tamper(PACKAGE, |package| package[at] ^= 1);
        Build::of(&repository).fails("is not the package that was signed: its hash differs");
        repository.put(PACKAGE, honest.clone());
    }
    repository.put(PACKAGE, vec![b'x'; honest.len()]);
    Build::of(&repository).fails("is not the package that was signed: its hash differs");
}

#[test]
fn nothing_of_gpgs_stays_behind() {
    let build = Build::of(&repository());
    build.write("tmp/.keep", "");
    let build = {
        let temporary = build.path("tmp").display().to_string();
        build.with("TMPDIR", &temporary)
    };
    build.succeeds();
    let left = super::listing(build.path("").as_path());
    for word in ["gpg", "gnupg", "keyring", "trustdb", "pubring"] {
        assert!(!left.contains(word), "{left}");
    }
    assert_eq!(std::fs::read_dir(build.path("tmp")).unwrap().count(), 1);
}

#[test]
fn without_gpgv_the_build_says_what_to_install() {
    let build = Build::of(&repository()).with("PATH", "/nonexistent");
    let log = build.fails("cannot run `gpgv`");
    assert!(log.contains("apt-get install gpgv"), "{log}");
}

fn replace(bytes: &mut Vec<u8>, from: &str, to: &str) {
    *bytes = String::from_utf8(std::mem::take(bytes)).unwrap().replace(from, to).into_bytes();
}

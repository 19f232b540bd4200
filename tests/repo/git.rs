use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use dd_heroku::env::Environment;
use dd_heroku::failure::Failure;
use dd_heroku::repo::{Archive, Checkout, Error};
use flate2::read::GzDecoder;

use super::Repository;

/// The files of an archive: mode and content.
fn unpacked(archive: Archive) -> BTreeMap<String, (u32, Vec<u8>)> {
    let mut tarball = tar::Archive::new(GzDecoder::new(archive.file));
    let entries = tarball.entries().unwrap().map(Result::unwrap);
    let files = entries.filter(|entry| entry.header().entry_type().is_file()).map(|mut entry| {
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        let mode = entry.header().mode().unwrap() & 0o111;
        (entry.path().unwrap().display().to_string(), (mode, content))
    });
    files.collect()
}

#[test]
fn an_archive_holds_what_a_push_would_send() {
    let repository = Repository::new();
    let attributes = "secret.txt export-ignore\ndocs export-ignore\nversion.txt export-subst\n*.txt text eol=crlf\n\
                      id.c ident\n*.bin filter=upper\n";
    repository.write(".gitattributes", attributes);
    repository.write("secret.txt", "kept\n");
    repository.write("docs/a.md", "kept too\n");
    repository.write("version.txt", "$Format:%H$\n");
    repository.write("id.c", "$Id$\n");
    repository.write("x.bin", "lower\n");
    repository.write("run.sh", "#!/bin/sh\n");
    repository.git(&["add", "-A"]);
    repository.git(&["update-index", "--chmod=+x", "run.sh"]);
    repository.git(&["commit", "-q", "-m", "x"]);
    repository.git(&["config", "filter.upper.smudge", "tr a-z A-Z"]);
    repository.git(&["config", "core.autocrlf", "true"]);
    let commit = repository.git(&["rev-parse", "HEAD"]);
    repository.write("version.txt", "changed in the working tree\n");

    let archive = repository.checkout().archive(&commit).unwrap();

    assert_eq!(archive.size, archive.file.metadata().unwrap().len());
    assert_eq!(archive.sha256.len(), 64);
    let files = unpacked(archive);
    let names: Vec<_> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [".gitattributes", "docs/a.md", "id.c", "run.sh", "secret.txt", "version.txt", "x.bin"]
    );
    assert_eq!(files["version.txt"].1, b"$Format:%H$\n");
    assert_eq!(files["secret.txt"].1, b"kept\n");
    assert_eq!(files["id.c"].1, b"$Id$\n");
    assert_eq!(files["x.bin"].1, b"lower\n");
    assert_ne!(files["run.sh"].0, 0);
}

#[test]
fn the_digest_is_that_of_the_tarball() {
    let repository = Repository::new();
    repository.write("a", "b");
    let commit = repository.commit();
    let mut archive = repository.checkout().archive(&commit).unwrap();
    let mut bytes = Vec::new();
    archive.file.read_to_end(&mut bytes).unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, &bytes);
    let hex: String = digest.as_ref().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    assert_eq!(archive.sha256, hex);
}

#[test]
fn a_checkout_is_found_from_a_folder_below_it_and_from_a_worktree() {
    let repository = Repository::new();
    repository.write("app/models/x.rb", "");
    let commit = repository.commit();
    let below = Environment::new(
        repository.env().vars().map(|(name, value)| (name.into(), value.into())),
        Vec::new(),
        repository.path().join("app/models"),
    );
    let checkout = Checkout::discover(&below).unwrap();
    assert_eq!(checkout.root(), repository.path().canonicalize().unwrap());
    assert!(checkout.archive(&commit).is_ok());

    let other = tempfile::tempdir().unwrap();
    let place = other.path().join("tree");
    repository.git(&["worktree", "add", "-q", place.to_str().unwrap()]);
    let environment = Environment::new(
        repository.env().vars().map(|(name, value)| (name.into(), value.into())),
        Vec::new(),
        place,
    );
    assert!(Checkout::discover(&environment).unwrap().archive(&commit).is_ok());
}

#[test]
fn a_folder_without_a_repository_is_no_checkout() {
    let folder = tempfile::tempdir().unwrap();
    let env = Environment::new(
        Repository::new().env().vars().map(|(n, v)| (n.into(), v.into())),
        Vec::new(),
        folder.path().into(),
    );
    assert!(Checkout::discover(&env).is_none());
}

#[test]
fn a_machine_without_git_has_files_but_no_commits() {
    let repository = Repository::new();
    let commit = repository.commit();
    let env = Environment::new([("PATH".into(), "/nowhere".into())], Vec::new(), repository.path().into());
    let checkout = Checkout::discover(&env).unwrap();
    assert!(checkout.write_atomic(Path::new("datadog/prerun.sh"), "x", false).is_ok());
    assert!(matches!(checkout.archive(&commit), Err(Error::NoGit)));
}

#[test]
fn remotes_are_those_that_are_pushed_to() {
    let repository = Repository::new();
    repository.git(&["remote", "add", "heroku", "https://git.heroku.com/shop.git"]);
    repository.git(&["remote", "add", "origin", "https://github.com/acme/shop.git"]);
    repository.git(&["remote", "set-url", "--push", "origin", "git@heroku.com:other.git"]);
    repository.git(&["config", "heroku.remote", "heroku"]);
    let checkout = repository.checkout();
    let remotes = checkout.remotes().unwrap();
    assert_eq!(
        remotes,
        [
            ("heroku".to_owned(), "https://git.heroku.com/shop.git".to_owned()),
            ("origin".to_owned(), "git@heroku.com:other.git".to_owned())
        ]
    );
    assert_eq!(checkout.config("heroku.remote").unwrap().as_deref(), Some("heroku"));
    assert_eq!(checkout.config("heroku.nothing").unwrap(), None);
}

#[test]
fn references_are_resolved_and_a_missing_commit_says_what_to_do() {
    let repository = Repository::new();
    let first = repository.commit();
    let second = repository.commit();
    repository.git(&["tag", "v1", &first]);
    let checkout = repository.checkout();
    assert_eq!(checkout.resolve("main").unwrap(), second);
    assert_eq!(checkout.resolve("v1").unwrap(), first);
    assert_eq!(checkout.resolve(&second[..8]).unwrap(), second);
    for nothing in ["0123456789012345678901234567890123456789", "nope", "", "--all", "-h"] {
        assert!(matches!(checkout.resolve(nothing), Err(Error::NoCommit { .. })), "{nothing}");
    }
    let failure = Failure::from(checkout.archive("0123456789012345678901234567890123456789").unwrap_err());
    assert_eq!(failure.hints, ["git fetch --all --tags"]);
}

#[test]
fn a_shallow_clone_is_told_to_fetch_the_rest() {
    let origin = Repository::new();
    let first = origin.commit();
    origin.commit();
    let clone = Repository::new();
    let url = format!("file://{}", origin.path().display());
    clone.git(&["fetch", "-q", "--depth", "1", &url, "main"]);
    let failure = Failure::from(clone.checkout().resolve(&first).unwrap_err());
    assert_eq!(failure.hints, ["git fetch --unshallow --all"]);
}

#[test]
fn submodules_are_seen_in_the_commit() {
    let repository = Repository::new();
    let plain = repository.commit();
    repository.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{plain},vendor/lib")]);
    repository.git(&["commit", "-q", "-m", "x"]);
    let with_link = repository.git(&["rev-parse", "HEAD"]);
    let checkout = repository.checkout();
    assert!(!checkout.has_submodules(&plain).unwrap());
    assert!(checkout.has_submodules(&with_link).unwrap());
    let declared = Repository::new();
    declared.write(".gitmodules", "[submodule \"lib\"]\n\tpath = vendor/lib\n\turl = ../lib\n");
    let commit = declared.commit();
    assert!(declared.checkout().has_submodules(&commit).unwrap());
}

#[test]
fn a_sha256_repository_is_packed_too() {
    let repository = Repository(tempfile::tempdir().unwrap());
    repository.git(&["init", "-q", "--object-format=sha256", "."]);
    repository.write("a", "b");
    let commit = repository.commit();
    assert_eq!(unpacked(repository.checkout().archive(&commit).unwrap()).len(), 1);
}

#[test]
fn a_partial_clone_says_which_command_fetches_the_files() {
    let repository = Repository::new();
    repository.write("lib/a", "one\n");
    let first = repository.commit();
    repository.write("lib/a", "two\n");
    repository.commit();
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    repository.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let origin = format!("file://{}", repository.path().display());
    let clone = Repository::new();
    clone.git(&["remote", "add", "origin", &origin]);
    clone.git(&["fetch", "-q", "--filter=blob:none", "origin"]);

    let failure = Failure::from(clone.checkout().archive(&first).unwrap_err());
    assert!(failure.error.to_string().contains("partial clone"), "{failure:?}");
    let [hint] = &failure.hints[..] else { panic!("{failure:?}") };
    let fetch = Command::new("sh").args(["-c", hint]).current_dir(clone.path()).output().unwrap();
    assert!(fetch.status.success(), "{fetch:?}");
    assert!(clone.checkout().archive(&first).is_ok());
}

#[test]
fn nothing_that_a_checkout_names_is_run() {
    let repository = Repository::new();
    repository.write("a.txt", "a\n");
    repository.write(".gitattributes", "* filter=evil diff=evil merge=evil\n");
    let commit = repository.commit();
    let ran = repository.path().join(".git/ran");
    let program = repository.path().join(".git/evil");
    std::fs::write(&program, format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\ncat\n", ran.display())).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, mode).unwrap();
    let hooks = repository.path().join(".git/evil-hooks");
    std::fs::create_dir(&hooks).unwrap();
    for hook in ["post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc"] {
        std::fs::copy(&program, hooks.join(hook)).unwrap();
    }
    let program = program.to_str().unwrap();
    for (name, value) in [
        ("core.fsmonitor", program),
        ("core.hooksPath", hooks.to_str().unwrap()),
        ("core.pager", program),
        ("core.editor", program),
        ("core.sshCommand", program),
        ("core.askPass", program),
        ("credential.helper", program),
        ("diff.external", program),
        ("diff.evil.textconv", program),
        ("filter.evil.clean", program),
        ("filter.evil.smudge", program),
        ("filter.evil.required", "true"),
        ("gpg.program", program),
        ("tar.tar.command", program),
        ("alias.rev-parse", &format!("!{program}")),
        ("alias.archive", &format!("!{program}")),
    ] {
        repository.git(&["config", name, value]);
    }
    let checkout = repository.checkout();
    let archive = checkout.archive(&commit).unwrap();
    assert!(unpacked(archive).contains_key("a.txt"));
    checkout.resolve("HEAD").unwrap();
    checkout.has_submodules(&commit).unwrap();
    checkout.remotes().unwrap();
    checkout.config("heroku.remote").unwrap();
    let ran = std::fs::read_to_string(&ran).unwrap_or_default();
    assert!(ran.is_empty(), "git ran {ran}");
}

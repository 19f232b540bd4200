//! A buildpack that carries the Agent: builds without a network, and what becomes of an app that asks for something else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use super::{Build, HEROKU, listing, repository, slim};
use crate::support::package_repository::{KEY, PackageRepository};
use crate::support::run;

/// Nothing listens there.
const NOWHERE: &str = "http://127.0.0.1:1/";
const TREE: &str = "dd-heroku-agent/agent.tar.zst";

/// A pack, as Heroku unpacks it.
pub(super) struct Pack {
    folder: TempDir,
    /// What `pack` printed about it.
    printed: Value,
}

impl Pack {
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(super) fn program(&self) -> PathBuf {
        self.path("bin/dd-heroku")
    }

    /// The program of the tests is large: it is the same file.
    fn put_program(&self) {
        fs::create_dir_all(self.path("bin")).unwrap();
        let _ = fs::remove_file(self.program());
        fs::hard_link(env!("CARGO_BIN_EXE_dd-heroku"), self.program()).unwrap();
    }

    pub(super) fn provenance(&self) -> Value {
        serde_json::from_slice(&fs::read(self.path("dd-heroku-agent/provenance.json")).unwrap()).unwrap()
    }
}

/// A folder on the file system of the program.
fn folder() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

fn packed(repository: &PackageRepository, options: &[&str]) -> Pack {
    let folder = folder();
    let (program, file) = (folder.path().join("program"), folder.path().join("pack.tgz"));
    fs::write(&program, "").unwrap();
    let output = Build::of(repository)
        .command(&["--json", "buildpack", "pack", "--binary"])
        .arg(&program)
        .arg("-o")
        .arg(&file)
        .args(options)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = serde_json::from_slice(&output.stdout).unwrap();
    unpacked(folder, printed)
}

/// The pack in `pack.tgz` of a folder.
fn unpacked(folder: TempDir, printed: Value) -> Pack {
    run(Command::new("tar").arg("-xzf").arg(folder.path().join("pack.tgz")).arg("-C").arg(folder.path()));
    let pack = Pack { folder, printed };
    pack.put_program();
    pack
}

/// A pack with everything, packed once for all tests; its repository is gone.
pub(super) fn pack() -> Pack {
    static PACK: OnceLock<(Vec<u8>, Value)> = OnceLock::new();
    let (bytes, printed) = PACK.get_or_init(|| {
        let pack = packed(&repository(), &["--agent", "7.81.2"]);
        (fs::read(pack.path("pack.tgz")).unwrap(), pack.printed.clone())
    });
    let folder = folder();
    fs::write(folder.path().join("pack.tgz"), bytes).unwrap();
    unpacked(folder, printed.clone())
}

/// A build by a pack on a machine without a network, and without the programs that check signatures.
pub(super) fn offline(pack: &Pack) -> Build {
    let build = Build::of(&PackageRepository::new()).by(&pack.program()).with("PATH", "/nonexistent");
    build.with("DD_HEROKU_APT_URL", NOWHERE).with("DD_HEROKU_APT_KEYS_URL", NOWHERE)
}

#[test]
fn a_build_with_a_carried_agent_needs_no_network_and_makes_the_same_tree() {
    let repository = repository();
    let pack = packed(&repository, &["--agent", "7.81.2"]);
    let build = offline(&pack);
    let log = build.succeeds();
    assert!(
        log.contains("-----> Installing datadog-heroku-agent 7.81.2-1\n       carried by this buildpack: nothing is downloaded\n"),
        "{log}"
    );
    let other = Build::of(&repository);
    other.succeeds();
    let tree = |build: &Build| {
        let pc = build.agent("embedded/lib/pkgconfig/x.pc");
        let text = fs::read_to_string(&pc).unwrap();
        assert!(
            text.starts_with(&format!("prefix={}/opt", build.apt("").display()).replace("//", "/")),
            "{text}"
        );
        fs::remove_file(&pc).unwrap();
        listing(&build.path("build/.apt"))
    };
    assert_eq!(tree(&build), tree(&other));
    assert_eq!(fs::read_dir(build.path("cache")).unwrap().count(), 0);
    // A variable that asks for the carried one, or for any of its line, changes nothing.
    for asked in ["7.81.2", "7", "latest"] {
        offline(&pack).config("DD_AGENT_VERSION", asked).succeeds();
    }
}

#[test]
fn the_same_agent_gives_the_same_pack_whose_hash_is_printed() {
    let repository = repository();
    let [first, second] = [(); 2].map(|()| packed(&repository, &["--agent", "7"]));
    let bytes = fs::read(first.path("pack.tgz")).unwrap();
    assert!(bytes == fs::read(second.path("pack.tgz")).unwrap());
    let hash = run(Command::new("sha256sum").arg(first.path("pack.tgz")));
    assert_eq!(first.printed["sha256"], hash[..64]);
    assert_eq!(first.printed["agent"]["version"], "7.81.2-1");
    // No member has the time at which it was packed.
    let mut tree = tar::Archive::new(zstd::Decoder::new(fs::File::open(first.path(TREE)).unwrap()).unwrap());
    let headers: Vec<tar::Header> =
        tree.entries().unwrap().map(|member| member.unwrap().header().clone()).collect();
    let of_files: Vec<u64> = headers
        .iter()
        .filter(|header| header.entry_type().is_file())
        .map(|header| header.mtime().unwrap())
        .collect();
    for header in headers {
        let time = header.mtime().unwrap();
        assert!(time == 0 || (of_files.contains(&time) && !header.entry_type().is_symlink()), "{header:?}");
    }
    // The Agent comes first: of a pack that was cut off no script is left.
    let names = run(Command::new("tar").arg("-tzf").arg(first.path("pack.tgz")));
    assert!(names.starts_with("dd-heroku-agent/\ndd-heroku-agent/agent.json\n"), "{names}");
}

#[test]
fn the_provenance_names_tree_package_list_index_and_key() {
    let repository = repository();
    let pack = packed(&repository, &["--agent", "7.81.2-1", "--no-apm"]);
    let provenance = pack.provenance();
    assert_eq!(provenance["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(provenance["predicateType"], "https://slsa.dev/provenance/v1");
    let hash = |path: &Path| run(Command::new("sha256sum").arg(path))[..64].to_owned();
    assert_eq!(provenance["subject"][0]["digest"]["sha256"], hash(&pack.path(TREE)));
    let definition = &provenance["predicate"]["buildDefinition"];
    assert_eq!(definition["externalParameters"]["apm"], false);
    let [package, list, index] = [0, 1, 2].map(|at| &definition["resolvedDependencies"][at]);
    assert_eq!(package["annotations"]["version"], "1:7.81.2-1");
    for (resource, path) in [
        (package, "pool/d/datadog-heroku-agent_7.81.2-1_amd64.deb"),
        (list, "dists/stable/7/binary-amd64/Packages.gz"),
        (index, "dists/stable/InRelease"),
    ] {
        assert!(resource["uri"].as_str().unwrap().ends_with(&format!("/apt/{path}")), "{resource}");
        fs::write(pack.path("served"), repository.get(&format!("/apt/{path}"))).unwrap();
        assert_eq!(resource["digest"]["sha256"], hash(&pack.path("served")), "{path}");
    }
    assert_eq!(index["annotations"]["signedBy"], repository.keyring.fingerprint(KEY));
}

#[test]
fn another_version_is_downloaded_and_the_log_says_so() {
    let mut repository = repository();
    let same = repository.get("/apt/pool/d/datadog-heroku-agent_7.81.2-1_amd64.deb");
    repository.add(HEROKU, "1:7.80.0-1", same);
    repository.publish();
    let pack = pack();
    let log = Build::of(&repository).by(&pack.program()).config("DD_AGENT_VERSION", "7.80.0").succeeds();
    let line = " !     Downloading the Agent: the app asks for Agent 7.80.0, this buildpack carries 7.81.2-1. \
        To use the carried one: `heroku config:unset DD_AGENT_VERSION DD_AGENT_MAJOR_VERSION`\n";
    assert!(log.contains(line), "{log}");
    assert!(log.contains("Installing datadog-heroku-agent 7.80.0-1"), "{log}");
    let log = offline(&pack)
        .config("DD_AGENT_VERSION", "7.80.0")
        .fails("cannot read the package repository's index");
    assert!(log.contains(line), "{log}");
}

#[test]
fn a_pack_without_downloads_refuses_what_it_does_not_carry() {
    let repository = repository();
    let pack = packed(&repository, &["--agent", "7.81.2", "--no-download"]);
    let requests = repository.server.lines().len();
    let build = Build::of(&repository).by(&pack.program()).config("DD_AGENT_VERSION", "7.80.0");
    build.fails("this buildpack carries 7.81.2-1, and it was packed with `--no-download`");
    assert_eq!(repository.server.lines().len(), requests);
    offline(&pack).succeeds();
}

#[test]
fn agents_that_are_off_are_left_out_and_those_that_were_left_out_are_downloaded_when_asked_for() {
    let full = pack();
    let build = offline(&full).config("DD_APM_ENABLED", "false");
    build.succeeds();
    assert!(!build.agent("embedded/bin/trace-agent").exists());

    let repository = repository();
    let pack = packed(&repository, &["--agent", "7.81.2", "--no-apm"]);
    let build = offline(&pack);
    let log = build.succeeds();
    assert!(log.contains("it has no trace-agent, so dynos take no traces"), "{log}");
    assert!(!build.agent("embedded/bin/trace-agent").exists());
    let build = Build::of(&repository).by(&pack.program()).config("DD_APM_ENABLED", "true");
    let log = build.succeeds();
    assert!(log.contains("Downloading the Agent: the app asks for the trace-agent"), "{log}");
    assert!(build.agent("embedded/bin/trace-agent").exists());
}

#[test]
fn a_slim_pack_serves_the_apps_whose_checks_it_has() {
    let repository = slim::repository();
    let pack = packed(&repository, &["--agent", "7.81.2", "--slim-for", "redis"]);
    assert_eq!(pack.printed["agent"]["checks"], serde_json::json!(["disk", "redisdb"]));
    let build = offline(&pack);
    build.write("build/datadog/conf.d/redisdb.yaml", "instances: [{}]\n");
    let log = build.succeeds();
    assert!(log.contains("the checks that it has: disk, redisdb"), "{log}");
    assert!(!build.agent("embedded/lib/python3.13/site-packages/psycopg").exists());
    assert!(build.read("build/.dd-heroku/cut-checks").contains("postgres"));

    let build = Build::of(&repository).by(&pack.program()).config("DD_ENABLE_HEROKU_POSTGRES", "true");
    let log = build.succeeds();
    assert!(log.contains("the app uses what this buildpack does not carry: postgres"), "{log}");
    assert!(log.contains("pack it with `--slim-for redisdb,postgres`"), "{log}");
    assert!(build.agent("embedded/lib/python3.13/site-packages/psycopg").exists());

    let unknown = Build::of(&repository)
        .command(&["buildpack", "pack", "--agent", "7", "--slim-for", "redsi", "--binary", "/bin/true", "-o"])
        .arg(build.path("pack.tgz"))
        .output()
        .unwrap();
    let complaint = String::from_utf8(unknown.stderr).unwrap();
    assert!(complaint.contains("this Agent has no check `redsi`"), "{complaint}");
    assert_eq!(unknown.status.code(), Some(2), "{complaint}");
    assert!(!build.path("pack.tgz").exists());
}

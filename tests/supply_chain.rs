//! The scripts in `.ci` about dependencies: the bill of materials fits its schema, and the checks find what they are for.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::{registries, run};

fn script(name: &str) -> Command {
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci").join(name));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

#[test]
fn the_bill_of_materials_has_every_crate_once_with_its_hash_and_license() {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    let documents = [vec![], vec!["--lean"]].map(|options| run(script("sbom").args(options)));
    assert_eq!(run(&mut script("sbom")), documents[0], "the same sources give the same bytes");
    let sizes = documents.each_ref().map(|document| {
        let sbom: Value = serde_json::from_str(document).unwrap();
        assert_eq!((&sbom["bomFormat"], &sbom["specVersion"]), (&"CycloneDX".into(), &"1.5".into()));
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned();
        let components = sbom["components"].as_array().unwrap();
        let mut refs = BTreeSet::from([text(&sbom["metadata"]["component"]["bom-ref"])]);
        for component in components {
            let hash = text(&component["hashes"][0]["content"]);
            assert!(hash.len() == 64 && lock.contains(&hash), "{component}");
            assert!(!text(&component["licenses"][0]["expression"]).is_empty(), "{component}");
            assert!(refs.insert(text(&component["bom-ref"])), "{component} is there twice");
        }
        let needs = sbom["dependencies"].as_array().unwrap();
        assert_eq!(needs.iter().map(|need| text(&need["ref"])).collect::<BTreeSet<_>>(), refs);
        assert!(
            needs
                .iter()
                .flat_map(|need| need["dependsOn"].as_array().unwrap())
                .all(|need| refs.contains(&text(need)))
        );
        for dev in ["proptest", "snapbox", "divan"] {
            assert!(
                !refs.iter().any(|name| name.starts_with(&format!("pkg:cargo/{dev}@"))),
                "{dev} is for tests only"
            );
        }
        components.len()
    });
    assert!(sizes[1] * 4 < sizes[0] && sizes[1] > 5, "{sizes:?}");

    let Some(python) = registries::pypi(&["cyclonedx-python-lib[json-validation]==11.12.0"]) else { return };
    let validate = "import sys; from cyclonedx.schema import SchemaVersion as V; from cyclonedx.validation.json import JsonStrictValidator as J; \
                    problem = J(V.V1_5).validate_str(open(sys.argv[1]).read()); sys.exit(str(problem) if problem else 0)";
    let folder = tempfile::tempdir().unwrap();
    for document in documents {
        let file = folder.path().join("sbom.json");
        for (text, is_valid) in [(document.replace("\"CycloneDX\"", "\"SPDX\""), false), (document, true)] {
            fs::write(&file, text).unwrap();
            let output = Command::new(&python).args(["-c", validate]).arg(&file).output().unwrap();
            assert_eq!(output.status.success(), is_valid, "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

/// Runs `.ci/advisories` on a lock file with `crates`, an advisory of `left` and these rules.
fn advisories(crates: &[(&str, &str)], advisory: &str, rules: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let package =
        |(name, version): &(&str, &str)| format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n");
    write("Cargo.lock", &crates.iter().map(package).collect::<String>());
    write("deny.toml", &format!("[advisories]\n{rules}"));
    let head = "```toml\n[advisory]\nid = \"RUSTSEC-2026-0001\"\npackage = \"left\"\n";
    write("database/crates/left/RUSTSEC-2026-0001.md", &format!("{head}{advisory}\n```\n\n# A fault\n"));
    let mut command = script("advisories");
    command.current_dir(&folder).env("ADVISORY_DB", folder.path().join("database")).output().unwrap()
}

#[test]
fn a_crate_with_a_known_vulnerability_is_refused_and_a_fixed_version_is_not() {
    let patched = "[versions]\npatched = [\">= 1.2.3\", \"^1.1.7\"]\nunaffected = [\"< 0.9\"]";
    for (version, is_safe) in [
        ("1.2.3", true),
        ("1.2.2", true),
        ("1.1.7", true),
        ("1.1.6", false),
        ("0.8.9", true),
        ("0.9.0", false),
        ("1.1.7-rc.1", false),
        ("2.0.0", true),
        ("1.1.6+build.9", false),
    ] {
        let output = advisories(&[("left", version), ("right", "1.0.0")], patched, "");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.success(), is_safe, "{version}: {said}");
        assert!(
            is_safe || said.contains(&format!("left {version}: RUSTSEC-2026-0001 (vulnerability)")),
            "{said}"
        );
    }
    let fails =
        |advisory: &str, rules: &str| !advisories(&[("left", "1.0.0")], advisory, rules).status.success();
    assert!(fails("informational = \"unmaintained\"\n[versions]\npatched = []", ""));
    assert!(!fails("withdrawn = \"2026-01-01\"\n[versions]\npatched = []", ""));
    let ignored = "ignore = [{ id = \"RUSTSEC-2026-0001\", reason = \"not called\" }]";
    assert!(!fails("[versions]\npatched = []", ignored));
    assert!(fails("[versions]\npatched = [\">= 1\"]", ignored), "an entry that nothing needs is an error");
}

#[test]
fn dependencies_that_could_not_be_checked_are_named_loudly() {
    let folder = tempfile::tempdir().unwrap();
    let git = folder.path().join("git");
    fs::write(&git, "#!/bin/sh\necho no network >&2\nexit 128\n").unwrap();
    fs::set_permissions(&git, fs::Permissions::from_mode(0o755)).unwrap();
    let mut path = folder.path().as_os_str().to_owned();
    path.push(":");
    path.push(crate::support::sandbox::path());
    for (options, code) in [(&[][..], 0), (&["--strict"], 1)] {
        let mut command = script("advisories");
        command.args(options).current_dir(&folder).env("PATH", &path).env_remove("ADVISORY_DB");
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(
            said.contains("WARNING: the dependencies were NOT CHECKED for known vulnerabilities"),
            "{said}"
        );
    }
}

#[test]
fn the_counts_of_unsafe_code_are_those_of_the_locked_crates() {
    run(&mut script("unsafe"));
}

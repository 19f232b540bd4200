//! `flare`: what support needs, and no secret.

use std::io::Read;

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;

#[test]
fn the_bundle_holds_the_state_and_no_secret() {
    let sandbox = Sandbox::start();
    let run = sandbox.command(&["flare", "-a", "legacy", "-o", "out.tar.gz", "--json"]).assert().success();
    let report: Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
    assert_eq!(report["file"], "out.tar.gz");
    let bundle = std::fs::File::open(sandbox.home().join("out.tar.gz")).unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bundle));
    let mut all = String::new();
    let mut names = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        names.push(entry.path().unwrap().file_name().unwrap().to_str().unwrap().to_owned());
        entry.read_to_string(&mut all).unwrap();
    }
    assert_eq!(names, ["status.json", "findings.json", "state.json", "build.log", "programs.txt"]);
    assert_eq!(report["holds"].as_array().unwrap().len(), names.len());
    assert!(all.contains("DDH033") && all.contains("Building (before the sandbox began)"), "{all}");
    let config = sandbox.app("legacy")["config"].clone();
    for name in ["DD_API_KEY", "DATABASE_URL", "REDIS_URL", "DD_REDIS_URL_VAR"] {
        let secret = config[name].as_str().unwrap();
        assert!(!all.contains(secret), "{name}");
    }
    assert!(!all.contains(crate::support::sandbox::TOKEN));
    assert_eq!(sandbox.writes(), Vec::<String>::new());
    sandbox.command(&["flare", "-a", "legacy", "-o", "out.tar.gz"]).assert().code(1);
    assert_eq!(config, sandbox.app("legacy")["config"], "{}", json!({}));
}

//! What a slim build would save is said by the build, and by `status` and `doctor` where the slug is large.

use serde_json::Value;

use crate::support::sandbox::Sandbox;

const PACK: &str = "https://example.com/dd-heroku-buildpack.tgz";

fn document(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let output = sandbox.command(arguments).output().unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn text(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let output = sandbox.command(arguments).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_large_slug_that_could_be_slim_says_what_that_would_save() {
    let sandbox = Sandbox::start();
    let status = ["status", "-a", "legacy", "--json", "--no-verify"];
    // Datadog's buildpack makes no slim builds.
    assert_eq!(document(&sandbox, &status)["slug"]["slim_saves"], Value::Null);
    let init = [
        "init",
        "-a",
        "legacy",
        "--yes",
        "--buildpack-url",
        PACK,
        "--integrations",
        "none",
        "--agent-version",
        "7.81.2",
    ];
    sandbox.command(&init).env("DD_API_KEY", "c".repeat(32)).assert().success();
    assert_eq!(document(&sandbox, &status)["slug"]["slim_saves"], 1_200_000);
    let shown = text(&sandbox, &["status", "-a", "legacy", "--no-verify"]);
    assert!(shown.contains("DD_HEROKU_SLIM=true would leave out 1 MB of the unpacked Agent"), "{shown}");
    // The doctor reads it too, for the finding of a slug near the limit.
    let reads = || sandbox.journal_text().matches("/streams/").count();
    let before = reads();
    document(&sandbox, &["doctor", "-a", "legacy", "--no-verify", "--json"]);
    assert_eq!(reads(), before + 1);

    let set = ["config", "set", "DD_HEROKU_SLIM=true", "-a", "legacy", "--yes", "--rebuild"];
    sandbox.command(&set).assert().success();
    assert_eq!(document(&sandbox, &status)["slug"]["slim_saves"], Value::Null);
    // A small slug is not worth the request.
    let init = ["init", "-a", "shop", "--yes", "--buildpack-url", PACK, "--integrations", "none"];
    sandbox.command(&init).env("DD_API_KEY", "c".repeat(32)).assert().success();
    let status = ["status", "-a", "shop", "--json", "--no-verify"];
    assert_eq!(document(&sandbox, &status)["slug"]["slim_saves"], Value::Null);
}

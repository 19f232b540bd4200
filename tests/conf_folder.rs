//! Where the app's files for Datadog are: `DD_HEROKU_CONF_FOLDER`, and the folder that a buildpack makes into `/app`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::sandbox::client::{set_buildpacks, write};
use crate::support::checkout;
use crate::support::program::Program;
use crate::support::sandbox::Sandbox;

const MONOREPO: &str = "https://github.com/lstoll/heroku-buildpack-monorepo";

fn checked_out(sandbox: &Sandbox, config: Value, buildpacks: &[&str]) -> PathBuf {
    let folder = sandbox.folder().join("shop");
    checkout::create(&folder, "shop");
    write(sandbox, "PATCH", "/apps/shop/config-vars", config);
    set_buildpacks(sandbox, "shop", buildpacks);
    folder
}

fn command(sandbox: &Sandbox, folder: &Path, arguments: &[&str]) -> Program {
    let mut command = sandbox.command(arguments);
    command.current_dir(folder).env("DD_API_KEY", "c".repeat(32));
    command
}

fn run(sandbox: &Sandbox, folder: &Path, arguments: &[&str], code: i32) -> Value {
    command(sandbox, folder, arguments).json(code)
}

/// The files that a plan would write.
fn files(plan: &Value) -> Vec<&str> {
    let changes = plan["changes"].as_array().unwrap().iter();
    changes
        .filter(|change| change["kind"] == "file.write")
        .map(|change| change["path"].as_str().unwrap())
        .collect()
}

#[test]
fn every_file_goes_where_the_dyno_looks_for_it() {
    for (config, buildpacks, place) in [
        (json!({ "DD_HEROKU_CONF_FOLDER": "/app/.datadog" }), vec!["heroku/ruby"], ".datadog"),
        (json!({ "DD_HEROKU_CONF_FOLDER": "config/datadog" }), vec!["heroku/ruby"], "config/datadog"),
        (json!({ "APP_BASE": "backend" }), vec![MONOREPO, "heroku/ruby"], "backend/datadog"),
        (json!({ "APP_BASE": "backend" }), vec!["heroku/ruby"], "datadog"),
        (
            json!({ "PROJECT_PATH": "./apps/api/" }),
            vec!["https://github.com/timanovsky/subdir-heroku-buildpack.git", "heroku/ruby"],
            "apps/api/datadog",
        ),
    ] {
        let sandbox = Sandbox::start();
        let folder = checked_out(&sandbox, config, &buildpacks);
        let at = |name: &str| format!("{place}/{name}");
        let plan = run(&sandbox, &folder, &["init", "-n", "--json"], 0);
        assert_eq!(files(&plan), [at("prerun.sh")]);
        run(&sandbox, &folder, &["prerun", "skip", "run", "--yes", "--json"], 0);
        let text = fs::read_to_string(folder.join(at("prerun.sh"))).unwrap();
        let plan = run(&sandbox, &folder, &["prerun", "skip", "run", "-n", "--json"], 0);
        assert_eq!(files(&plan), [""; 0], "what was written is read again");
        let shown = run(&sandbox, &folder, &["prerun", "show", "--json"], 0);
        assert_eq!((&shown["path"], &shown["skip"]), (&json!(at("prerun.sh")), &json!(["run"])));
        let ping =
            ["integrations", "add", "http_check", "--set", "name=web", "--set", "url=https://example.com"];
        let plan = run(&sandbox, &folder, &[&ping[..], &["-n", "--json"]].concat(), 0);
        assert!(files(&plan).contains(&at("conf.d/http_check.d/conf.yaml").as_str()), "{plan}");
        let plan = run(&sandbox, &folder, &["checks", "new", "queue_depth", "-n", "--json"], 0);
        assert!(files(&plan).contains(&at("checks.d/queue_depth.py").as_str()), "{plan}");
        let doctor = run(&sandbox, &folder, &["doctor", "--json"], 3);
        assert!(!doctor.to_string().contains("DDH030"), "{doctor}");
        run(&sandbox, &folder, &["remove", "--confirm", "shop", "--yes", "--no-rebuild", "--json"], 0);
        assert!(!folder.join(at("prerun.sh")).exists(), "{text}");
    }
}

#[test]
fn the_lint_reads_the_folder_that_the_app_names() {
    let sandbox = Sandbox::start();
    let config = json!({ "DD_HEROKU_CONF_FOLDER": "/app/.datadog" });
    let folder = checked_out(&sandbox, config, &["heroku/ruby"]);
    fs::create_dir_all(folder.join(".datadog/conf.d/postgres.d")).unwrap();
    let conf = "instances: [{hots: db.example, port: nope}]\n";
    fs::write(folder.join(".datadog/conf.d/postgres.d/conf.yaml"), conf).unwrap();
    fs::write(folder.join(".datadog/prerun.sh"), "if true; then\n").unwrap();
    let report = run(&sandbox, &folder, &["checks", "lint", "--json"], 3);
    let paths: Vec<_> =
        report["findings"].as_array().unwrap().iter().map(|item| item["path"].as_str().unwrap()).collect();
    assert!(paths.contains(&".datadog/conf.d/postgres.d/conf.yaml"), "{report}");
    assert!(paths.contains(&".datadog/prerun.sh"), "{report}");
    let doctor = run(&sandbox, &folder, &["doctor", "--json"], 3);
    assert!(doctor.to_string().contains(".datadog/conf.d/postgres.d/conf.yaml"), "{doctor}");
    // Without an account the usual folder is meant, and the lint works all the same.
    let mut offline = command(&sandbox, &folder, &["checks", "lint", "--json"]);
    let run = offline.env_remove("HEROKU_API_KEY").assert().code(0);
    assert_eq!(run.get_output().stdout, b"{\n  \"findings\": []\n}\n");
}

#[test]
fn what_hides_the_named_folder_from_the_slug_is_found() {
    for (config, buildpacks, place, pattern, is_hidden) in [
        (json!({ "DD_HEROKU_CONF_FOLDER": "/app/.datadog" }), "heroku/ruby", ".datadog", ".datadog/", true),
        (json!({ "DD_HEROKU_CONF_FOLDER": "/app/.datadog" }), "heroku/ruby", ".datadog", "/datadog", false),
        (json!({ "APP_BASE": "backend" }), MONOREPO, "backend/datadog", "/backend", true),
        (json!({ "APP_BASE": "backend" }), MONOREPO, "backend/datadog", "/datadog", false),
        (json!({}), "heroku/ruby", "datadog", "/datadog", true),
    ] {
        let sandbox = Sandbox::start();
        let folder = checked_out(&sandbox, config, &[buildpacks, "heroku/ruby"]);
        fs::create_dir_all(folder.join(place)).unwrap();
        fs::write(folder.join(place).join("prerun.sh"), "true\n").unwrap();
        fs::write(folder.join(".slugignore"), format!("{pattern}\n")).unwrap();
        let report = run(&sandbox, &folder, &["checks", "lint", "--json"], if is_hidden { 3 } else { 0 });
        let finding =
            report["findings"].as_array().unwrap().iter().find(|item| item["path"] == ".slugignore");
        let expected =
            format!("`{pattern}` keeps {place}/prerun.sh out of the slug, so that no dyno sees it");
        assert_eq!(
            finding.map(|finding| finding["message"].as_str().unwrap()),
            is_hidden.then_some(&*expected),
            "{report}"
        );
    }
}

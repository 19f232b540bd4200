//! Lists of buildpacks in files of the checkout: `.buildpacks`, which other buildpacks run, and `app.json`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::sandbox::client::{set_buildpacks, write};
use crate::support::program::Program;
use crate::support::sandbox::Sandbox;
use crate::support::{checkout, codes};

const DATADOG: &str = "https://github.com/DataDog/heroku-buildpack-datadog.git";
const MULTI: &str = "https://github.com/heroku/heroku-buildpack-multi.git";
const SUBDIR: &str = "https://github.com/acme/heroku-buildpack-subdir";

/// A checkout of `shop`.
fn checked_out(sandbox: &Sandbox) -> PathBuf {
    let folder = sandbox.folder().join("shop");
    checkout::create(&folder, "shop");
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

/// The list that a plan would set.
fn after(plan: &Value) -> Option<Value> {
    let mut changes = plan["changes"].as_array().unwrap().iter();
    changes.find(|change| change["kind"] == "buildpacks.set").map(|change| change["after"].clone())
}

#[test]
fn a_buildpack_that_another_one_runs_counts_as_the_apps() {
    let sandbox = Sandbox::start();
    let folder = checked_out(&sandbox);
    let list = format!("{DATADOG}#2.44\nhttps://github.com/heroku/heroku-buildpack-ruby\n");
    for (buildpack, list) in [(MULTI, list.clone()), (SUBDIR, list.replace("https", "web=https"))] {
        fs::write(folder.join(".buildpacks"), list).unwrap();
        set_buildpacks(&sandbox, "shop", &[buildpack]);
        for verb in [&["init"][..], &["buildpacks", "fix"]] {
            let plan = run(&sandbox, &folder, &[verb, &["-n", "--json"]].concat(), 0);
            assert_eq!(after(&plan), None, "{verb:?} {plan}");
        }
        let shown = run(&sandbox, &folder, &["buildpacks", "show", "--json"], 0);
        assert_eq!(shown["problems"], json!([]));
        let status = run(&sandbox, &folder, &["status", "--json"], 0);
        assert_eq!((&status["buildpack"]["pin"], &status["agent"]["wanted"]), (&json!("2.44"), &json!("7")));
        let report = run(&sandbox, &folder, &["doctor", "--json"], 3);
        assert!(!codes(&report).contains(&"DDH008"), "{report}");
        let pin = command(&sandbox, &folder, &["buildpacks", "pin", "2.44"]).assert().code(1);
        assert!(String::from_utf8_lossy(&pin.get_output().stderr).contains(".buildpacks"));

        set_buildpacks(&sandbox, "shop", &[DATADOG, buildpack]);
        let report = run(&sandbox, &folder, &["doctor", "--json"], 3);
        assert!(codes(&report).contains(&"DDH009"), "{report}");
        let plan = run(&sandbox, &folder, &["buildpacks", "fix", "-n", "--json"], 0);
        assert_eq!(after(&plan), Some(json!([buildpack])), "{plan}");
    }
    // Without the list it is an app like any other.
    fs::remove_file(folder.join(".buildpacks")).unwrap();
    set_buildpacks(&sandbox, "shop", &[MULTI]);
    assert_eq!(after(&run(&sandbox, &folder, &["init", "-n", "--json"], 0)), Some(json!([DATADOG, MULTI])));
}

#[test]
fn what_changes_the_folder_of_the_app_stays_first() {
    let sandbox = Sandbox::start();
    let folder = checked_out(&sandbox);
    set_buildpacks(&sandbox, "shop", &[SUBDIR]);
    assert_eq!(after(&run(&sandbox, &folder, &["init", "-n", "--json"], 0)), Some(json!([SUBDIR, DATADOG])));
    let fix = ["buildpacks", "fix", "-n", "--json"];
    for (list, fixed) in [
        (vec![SUBDIR, DATADOG], None),
        (vec![DATADOG, SUBDIR], Some(json!([SUBDIR, DATADOG]))),
        (vec![DATADOG, SUBDIR, "heroku/ruby"], Some(json!([SUBDIR, DATADOG, "heroku/ruby"]))),
    ] {
        set_buildpacks(&sandbox, "shop", &list);
        assert_eq!(after(&run(&sandbox, &folder, &fix, 0)), fixed, "{list:?}");
        let report = run(&sandbox, &folder, &["doctor", "--json"], 3);
        assert_eq!(codes(&report).contains(&"DDH011"), fixed.is_some(), "{list:?} {report}");
        assert!(!codes(&report).contains(&"DDH010"), "{report}");
    }
}

#[test]
fn releases_of_the_buildpack_are_checked_wherever_one_is_given() {
    let sandbox = Sandbox::start();
    let folder = checked_out(&sandbox);
    let pinned = format!("{DATADOG}#2.44");
    set_buildpacks(&sandbox, "shop", &[DATADOG, "heroku/ruby"]);
    for verb in
        [&["upgrade", "--buildpack-version"][..], &["buildpacks", "pin"], &["init", "--buildpack-version"]]
    {
        for typed in ["2.44", "v2.44", "#2.44", "latest"] {
            let plan = run(&sandbox, &folder, &[verb, &[typed, "-n", "--json"]].concat(), 0);
            assert_eq!(after(&plan), Some(json!([pinned, "heroku/ruby"])), "{verb:?} {typed}");
        }
        for typed in ["9.99", "v9.99", "2.44.7", "9"] {
            let refused = run(&sandbox, &folder, &[verb, &[typed, "-n", "--json"]].concat(), 2);
            assert!(refused["error"]["hints"].to_string().contains("2.44"), "{verb:?} {refused}");
        }
    }
    set_buildpacks(&sandbox, "shop", &[&format!("{DATADOG}#v2.44"), "heroku/ruby"]);
    let report = run(&sandbox, &folder, &["doctor", "--json"], 3);
    assert!(codes(&report).contains(&"DDH075"), "{report}");
    let plan = run(&sandbox, &folder, &["doctor", "--fix", "--only", "DDH075", "-n", "--json"], 0);
    assert_eq!(after(&plan), Some(json!([pinned, "heroku/ruby"])));
}

#[test]
fn an_archive_of_the_buildpack_is_the_buildpack() {
    let sandbox = Sandbox::start();
    let folder = checked_out(&sandbox);
    let repository = "https://github.com/DataDog/heroku-buildpack-datadog";
    for url in [
        format!("{repository}/archive/refs/heads/master.tar.gz"),
        format!("{repository}/archive/refs/tags/2.44.tar.gz"),
        format!("{repository}/tarball/2.44"),
        "https://codeload.github.com/DataDog/heroku-buildpack-datadog/tar.gz/refs/tags/2.44".to_owned(),
    ] {
        set_buildpacks(&sandbox, "shop", &["heroku-community/apt", &url, "heroku/ruby"]);
        assert_eq!(after(&run(&sandbox, &folder, &["init", "-n", "--json"], 0)), None, "{url}");
    }
    let plan = run(&sandbox, &folder, &["buildpacks", "unpin", "-n", "--json"], 0);
    assert_eq!(after(&plan).unwrap()[1], format!("{repository}/archive/HEAD.tar.gz"));
    let apt = "https://github.com/heroku/heroku-buildpack-apt/archive/main.zip";
    set_buildpacks(&sandbox, "shop", &[DATADOG, apt, "heroku/ruby"]);
    let plan = run(&sandbox, &folder, &["buildpacks", "fix", "-n", "--json"], 0);
    assert_eq!(after(&plan), Some(json!([apt, DATADOG, "heroku/ruby"])));
}

#[test]
fn an_app_json_that_does_not_serve_review_apps_is_found_and_left_alone() {
    let sandbox = Sandbox::start();
    let folder = checked_out(&sandbox);
    set_buildpacks(&sandbox, "shop", &[DATADOG, "heroku/ruby"]);
    let (ours, ruby) = (json!({ "url": DATADOG }), json!({ "url": "heroku/ruby" }));
    let good = json!({ "buildpacks": [ours, ruby] });
    let review =
        json!({ "buildpacks": [ours, ruby], "environments": { "review": { "buildpacks": [ruby] } } });
    let last = json!({ "buildpacks": [ruby, ours] });
    let mut utf_16 = vec![0xff, 0xfe];
    utf_16.extend(good.to_string().encode_utf16().flat_map(u16::to_le_bytes));
    for (bytes, code) in [
        (good.to_string().into_bytes(), None),
        (review.to_string().into_bytes(), Some("DDH038")),
        (last.to_string().into_bytes(), Some("DDH077")),
        (good.to_string().replace("}]", "},]").into_bytes(), Some("DDH076")),
        (format!("\u{feff}{good}").into_bytes(), Some("DDH076")),
        (format!("/* ours */ {good}").into_bytes(), Some("DDH076")),
        (utf_16, Some("DDH076")),
    ] {
        fs::write(folder.join("app.json"), &bytes).unwrap();
        let report = run(&sandbox, &folder, &["doctor", "--json"], 3);
        let findings = report["findings"].as_array().unwrap();
        let named: Vec<_> =
            findings.iter().filter(|finding| finding.to_string().contains("app.json")).collect();
        let seen: Vec<_> = named.iter().map(|finding| finding["code"].as_str().unwrap()).collect();
        assert_eq!(seen, Vec::from_iter(code), "{}", String::from_utf8_lossy(&bytes));
        let fix = ["doctor", "--fix", "--only", "DDH038,DDH076,DDH077", "--yes", "--json"];
        command(&sandbox, &folder, &fix).assert();
        assert_eq!(fs::read(folder.join("app.json")).unwrap(), bytes, "it is the user's");
    }
}

#[test]
fn dyno_types_to_skip_are_found_where_the_buildpack_does_not_read_them() {
    let sandbox = Sandbox::start();
    let folder = checked_out(&sandbox);
    write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({ "DD_HEROKU_SKIP_DYNOS": "run" }));
    for (buildpack, is_reported) in [(DATADOG, true), ("https://example.com/dd-heroku.tgz", false)] {
        set_buildpacks(&sandbox, "shop", &[buildpack, "heroku/ruby"]);
        let report = run(&sandbox, &folder, &["doctor", "--json"], 3);
        assert_eq!(codes(&report).contains(&"DDH030"), is_reported, "{buildpack} {report}");
    }
}

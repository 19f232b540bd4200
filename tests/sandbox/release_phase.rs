//! The release phase: what runs between a build and the moment its release runs.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::client::{bare, get, set_buildpacks, write};
use crate::support::sandbox::Sandbox;

const COMMIT: &str = "057ede8448099d1308533302ad20ffe69309c56f";
const DATADOG: &str = "https://github.com/DataDog/heroku-buildpack-datadog.git";

/// An archive of these files.
pub(super) fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, path, content.as_bytes()).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

/// Builds `app` from a source whose release command is this line of bash, and returns the build as it ended.
fn build(sandbox: &Sandbox, app: &str, command: &str) -> Value {
    let procfile = format!("web: bundle exec puma\nrelease: {command}\n");
    build_of(sandbox, app, archive(&[("Procfile", &procfile), ("db/seed.txt", "seed")]), COMMIT)
}

/// Builds `app` from an archive, and returns the build as it ended.
pub(super) fn build_of(sandbox: &Sandbox, app: &str, archive: Vec<u8>, commit: &str) -> Value {
    let source_blob = write(sandbox, "POST", "/sources", json!({}));
    let put = bare("PUT", source_blob["source_blob"]["put_url"].as_str().unwrap()).body(archive);
    assert_eq!(put.send().unwrap().status(), 200);
    let blob = json!({"url": source_blob["source_blob"]["get_url"], "version": commit});
    let build = write(sandbox, "POST", &format!("/apps/{app}/builds"), json!({"source_blob": blob}));
    output(&build);
    get(sandbox, &format!("/apps/{app}/builds/{}", text(&build["id"])))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text"))
}

/// The whole output of a build or a release.
fn output(of: &Value) -> String {
    bare("GET", text(&of["output_stream_url"])).send().unwrap().text().unwrap()
}

fn release(sandbox: &Sandbox, app: &str, id: &Value) -> Value {
    get(sandbox, &format!("/apps/{app}/releases/{}", text(id)))
}

/// The release that a build made, when its command has ended, and what the command printed.
pub(super) fn ended(sandbox: &Sandbox, app: &str, build: &Value) -> (Value, String) {
    let printed = output(&release(sandbox, app, &build["release"]["id"]));
    (release(sandbox, app, &build["release"]["id"]), printed)
}

fn current(sandbox: &Sandbox, app: &str) -> u64 {
    let releases = get(sandbox, &format!("/apps/{app}/releases"));
    let current: Vec<_> = releases.as_array().unwrap().iter().filter(|it| it["current"] == true).collect();
    assert_eq!(current.len(), 1, "{releases}");
    current[0]["version"].as_u64().unwrap()
}

/// A file that a release command can wait for, and the command that does.
fn gate(sandbox: &Sandbox) -> (PathBuf, String) {
    let file = sandbox.folder().join("gate");
    let command = format!("until [ -e '{}' ]; do sleep 0.02; done", file.display());
    (file, command)
}

#[test]
fn a_release_is_pending_until_its_command_succeeds() {
    let sandbox = Sandbox::start();
    let (gate, wait) = gate(&sandbox);
    let build = build(&sandbox, "shop", &format!("echo migrating; {wait}; echo migrated"));
    assert_eq!(build["status"], "succeeded");
    assert!(output(&build).contains("Release command declared"));
    let pending = release(&sandbox, "shop", &build["release"]["id"]);
    assert_eq!((&pending["status"], &pending["current"]), (&json!("pending"), &json!(false)));
    assert_eq!(pending["version"], 42);
    assert_eq!(current(&sandbox, "shop"), 41);
    assert_eq!(get(&sandbox, "/apps/shop")["slug_size"], 121_000_000);
    let types = |of: &str| -> Vec<String> {
        let list = get(&sandbox, &format!("/apps/shop/{of}"));
        list.as_array().unwrap().iter().map(|it| text(&it["type"]).to_owned()).collect()
    };
    assert_eq!(types("formation"), ["web", "worker"]);
    assert_eq!(types("dynos"), ["web", "web", "worker", "release"]);

    let mut stream = bare("GET", text(&pending["output_stream_url"])).send().unwrap();
    let mut first = [0; 10];
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"migrating\n", "it streams before the command ends");
    fs::write(gate, "").unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "migrated\n");

    let ended = release(&sandbox, "shop", &build["release"]["id"]);
    assert_eq!((&ended["status"], &ended["current"]), (&json!("succeeded"), &json!(true)));
    assert_eq!(current(&sandbox, "shop"), 42);
    assert_eq!(types("formation"), ["release", "web"]);
    assert_eq!(types("dynos"), ["web", "web"]);
}

#[test]
fn a_release_whose_command_fails_never_becomes_current() {
    let sandbox = Sandbox::start();
    let build = build(&sandbox, "shop", "echo 'no such table' >&2; exit 3");
    assert_eq!(build["status"], "succeeded");
    let (release, printed) = ended(&sandbox, "shop", &build);
    assert_eq!(printed, "no such table\n");
    assert_eq!((&release["status"], &release["current"]), (&json!("failed"), &json!(false)));
    assert_eq!(release["eligible_for_rollback"], false);
    assert_eq!(current(&sandbox, "shop"), 41);
    assert_eq!(get(&sandbox, "/apps/shop")["slug_size"], 121_000_000);
    write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({"DD_SITE": "datadoghq.eu"}));
    assert_eq!(current(&sandbox, "shop"), 43);
    assert_eq!(get(&sandbox, "/apps/shop")["slug_size"], 121_000_000, "the slug that runs stays");
}

#[test]
fn a_release_command_runs_in_a_dyno_of_the_new_release() {
    let sandbox = Sandbox::start();
    write(&sandbox, "PATCH", "/apps/shop/features/runtime-dyno-metadata", json!({"enabled": true}));
    write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({"GREETING": "hello"}));
    let command = "echo $DYNO $HEROKU_APP_NAME $HEROKU_RELEASE_VERSION $HEROKU_SLUG_COMMIT $GREETING; \
                   cat db/seed.txt; echo changed > db/seed.txt";
    let build = build(&sandbox, "shop", command);
    let (release, printed) = ended(&sandbox, "shop", &build);
    assert_eq!(release["status"], "succeeded", "{printed}");
    assert_eq!(printed, format!("release.1044 shop v44 {COMMIT} hello\nseed"));
}

#[test]
fn a_release_command_finds_what_the_build_installed() {
    let sandbox = Sandbox::start();
    set_buildpacks(&sandbox, "shop", &[DATADOG, "heroku/ruby"]);
    // The Agent's ports may be in use on this machine.
    write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({"DISABLE_DATADOG_AGENT": "yes"}));
    let build = build(&sandbox, "shop", "ls -a . .profile.d; echo gone > .profile.d/datadog.sh");
    let (_, printed) = ended(&sandbox, "shop", &build);
    assert!(printed.contains(".apt\n") && printed.contains("datadog.sh\n"), "{printed}");
    assert!(!printed.contains(".dd-heroku\n"), "Datadog's buildpack brings no runtime of ours: {printed}");
    let rollback = write(&sandbox, "POST", "/apps/shop/releases", json!({"release": build["release"]["id"]}));
    assert_eq!(rollback["status"], "pending");
    let again = output(&rollback);
    assert_eq!(again, printed, "the slug itself is not changed");
}

#[test]
fn a_promotion_waits_for_the_release_command_of_each_target() {
    let sandbox = Sandbox::start();
    let (gate, wait) = gate(&sandbox);
    let command = format!("{wait}; echo on $DYNO; exit ${{STATUS:-0}}");
    fs::write(&gate, "").unwrap();
    let build = build(&sandbox, "shop-staging", &command);
    assert_eq!(ended(&sandbox, "shop-staging", &build).0["status"], "succeeded");
    for (status, expected) in [("0", "succeeded"), ("1", "failed")] {
        fs::remove_file(&gate).unwrap();
        write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({"STATUS": status}));
        let before = current(&sandbox, "shop");
        let id = |path: &str| json!({"id": get(&sandbox, path)["id"]});
        let body = json!({"pipeline": id("/pipelines/shop"), "source": {"app": id("/apps/shop-staging")},
            "targets": [{"app": id("/apps/shop")}]});
        let promotion = write(&sandbox, "POST", "/pipeline-promotions", body);
        assert_eq!(promotion["status"], "pending");
        let path = format!("/pipeline-promotions/{}", text(&promotion["id"]));
        let target = || get(&sandbox, &format!("{path}/promotion-targets"))[0].clone();
        assert_eq!(target()["status"], "pending");
        assert_eq!(current(&sandbox, "shop"), before);

        fs::write(&gate, "").unwrap();
        let release = || release(&sandbox, "shop", &target()["release"]["id"]);
        let version = release()["version"].as_u64().unwrap();
        assert_eq!(output(&release()), format!("on release.{}\n", 1000 + version));
        assert_eq!((&release()["status"], &target()["status"]), (&json!(expected), &json!(expected)));
        assert_eq!(get(&sandbox, &path)["status"], "completed");
        assert_eq!(current(&sandbox, "shop"), if expected == "succeeded" { version } else { before });
    }
}

#[test]
fn a_killed_sandbox_runs_a_pending_release_command_again() {
    let mut sandbox = Sandbox::start();
    let (gate, wait) = gate(&sandbox);
    let build = build(&sandbox, "shop", &format!("echo begun; {wait}; echo over"));
    let pending = release(&sandbox, "shop", &build["release"]["id"]);
    let mut first = [0; 6];
    bare("GET", text(&pending["output_stream_url"])).send().unwrap().read_exact(&mut first).unwrap();
    sandbox.restart();
    fs::write(gate, "").unwrap();
    let (release, printed) = ended(&sandbox, "shop", &build);
    assert_eq!((text(&release["status"]), printed.as_str()), ("succeeded", "begun\nover\n"));
    assert_eq!(current(&sandbox, "shop"), 42);
}

#[test]
fn a_release_command_does_not_outlive_the_sandbox() {
    let sandbox = Sandbox::start();
    let build = build(&sandbox, "shop", "echo begun; sleep 1000 & wait");
    let pending = release(&sandbox, "shop", &build["release"]["id"]);
    let mut first = [0; 6];
    bare("GET", text(&pending["output_stream_url"])).send().unwrap().read_exact(&mut first).unwrap();
    let id = text(&pending["id"]).as_bytes();
    let is_of_it = |environment: Vec<u8>| environment.windows(id.len()).any(|part| part == id);
    let running = || {
        let processes = fs::read_dir("/proc").unwrap().flatten();
        processes.filter_map(|it| fs::read(it.path().join("environ")).ok()).any(is_of_it)
    };
    assert!(running());
    sandbox.stop();
    let until = Instant::now() + Duration::from_secs(20);
    while running() {
        assert!(Instant::now() < until, "its processes still run");
        std::thread::yield_now();
    }
}

#[test]
fn a_release_command_that_takes_too_long_is_stopped() {
    let sandbox = Sandbox::start();
    write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({"DD_HEROKU_SANDBOX_RELEASE_TIMEOUT": "1"}));
    let build = build(&sandbox, "shop", "sleep 1000");
    let (release, printed) = ended(&sandbox, "shop", &build);
    assert_eq!(release["status"], "failed");
    assert!(printed.contains("stopped after 1 seconds"), "{printed}");
}

#[test]
fn a_release_command_that_prints_too_much_still_runs_to_its_end() {
    let sandbox = Sandbox::start();
    let build = build(&sandbox, "shop", "yes | head -c 5000000");
    let (release, printed) = ended(&sandbox, "shop", &build);
    assert_eq!(release["status"], "succeeded");
    assert!(printed.len() < 1_100_000 && printed.contains("keeps no more"), "{}", printed.len());
}

#[test]
fn a_changed_config_var_runs_no_release_command() {
    let sandbox = Sandbox::start();
    let build = build(&sandbox, "shop", "true");
    assert_eq!(ended(&sandbox, "shop", &build).0["status"], "succeeded");
    write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({"DD_SITE": "datadoghq.eu"}));
    let release = get(&sandbox, "/apps/shop/releases/43");
    assert_eq!((&release["status"], &release["output_stream_url"]), (&json!("succeeded"), &Value::Null));
    assert_eq!(current(&sandbox, "shop"), 43);
}

//! Sources, builds and their logs.

use std::io::Read;

use serde_json::{Value, json};

use super::client::{bare, get, heroku, refused, set_buildpacks, write};
use crate::support::sandbox::Sandbox;

const COMMIT: &str = "057ede8448099d1308533302ad20ffe69309c56f";

/// The source of `shop`, as the last build has it.
fn shop_source(sandbox: &Sandbox) -> Vec<u8> {
    let builds = get(sandbox, "/apps/shop/builds");
    let url = builds.as_array().unwrap().last().unwrap()["source_blob"]["url"].as_str().unwrap().to_owned();
    let response = bare("GET", &url).send().unwrap();
    assert_eq!(response.status(), 200);
    response.bytes().unwrap().to_vec()
}

/// Announces an upload and makes it; the URL to build from.
fn upload(sandbox: &Sandbox, bytes: Vec<u8>) -> String {
    let source = write(sandbox, "POST", "/apps/shop/sources", json!({}));
    let blob = &source["source_blob"];
    let response = bare("PUT", blob["put_url"].as_str().unwrap()).body(bytes).send().unwrap();
    assert_eq!(response.status(), 200);
    blob["get_url"].as_str().unwrap().to_owned()
}

/// Builds and reads the log to its end: the build as it then is, and the log.
fn build(sandbox: &Sandbox, source_blob: Value) -> (Value, String) {
    let build = write(sandbox, "POST", "/apps/shop/builds", json!({"source_blob": source_blob}));
    let log = bare("GET", build["output_stream_url"].as_str().unwrap()).send().unwrap().text().unwrap();
    (get(sandbox, &format!("/apps/shop/builds/{}", build["id"].as_str().unwrap())), log)
}

fn sha256(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

#[test]
fn a_build_makes_a_slug_and_a_release_of_the_commit() {
    let sandbox = Sandbox::start();
    let datadog = "https://github.com/DataDog/heroku-buildpack-datadog.git";
    set_buildpacks(&sandbox, "shop", &["heroku-community/apt", datadog, "heroku/ruby"]);
    let bytes = shop_source(&sandbox);
    let checksum = format!("SHA256:{}", sha256(&bytes));
    let url = upload(&sandbox, bytes);
    let (build, log) = build(&sandbox, json!({"url": url, "version": COMMIT, "checksum": checksum}));
    assert_eq!(build["status"], "succeeded", "{log}");
    let places =
        ["Apt", "Datadog Agent 7.81.2-1", "Ruby", "Released v42"].map(|words| log.find(words).unwrap());
    assert!(places.is_sorted(), "{log}");

    let release = get(&sandbox, "/apps/shop/releases/42");
    assert_eq!((&release["description"], &release["current"]), (&json!("Deploy 057ede84"), &json!(true)));
    assert_eq!(build["release"]["id"], release["id"]);
    let slug = get(&sandbox, &format!("/apps/shop/slugs/{}", build["slug"]["id"].as_str().unwrap()));
    assert_eq!(slug["commit"], COMMIT);
    assert!(slug["size"].as_u64().unwrap() > 121_000_000);
    assert_eq!(slug["process_types"]["worker"], "bundle exec sidekiq");
    assert_eq!(get(&sandbox, "/apps/shop")["slug_size"], slug["size"]);
}

#[test]
fn a_build_fails_for_a_reason_and_leaves_the_release_alone() {
    let sandbox = Sandbox::start();
    let good = upload(&sandbox, shop_source(&sandbox));
    let bad = upload(&sandbox, b"not a tarball".to_vec());
    let missing = good.replace("/uploads/", "/uploads/no");
    for (source, reason) in [
        (
            json!({"url": good, "checksum": format!("SHA256:{}", "0".repeat(64))}),
            "does not match its checksum",
        ),
        (json!({"url": bad}), "not a gzipped tarball"),
        (json!({"url": missing}), "Could not fetch"),
        (json!({"url": "https://example.invalid/source.tgz"}), "Could not fetch"),
    ] {
        let (build, log) = build(&sandbox, source);
        assert_eq!(build["status"], "failed");
        assert!(log.contains(reason), "{log}");
        assert!(build["release"].is_null() && build["slug"].is_null());
    }
    assert_eq!(get(&sandbox, "/apps/shop/releases").as_array().unwrap().len(), 4);
}

#[test]
fn a_build_fails_when_it_is_told_to() {
    let sandbox =
        Sandbox::with_faults(json!([{"method": "POST", "path": "/apps/*/builds", "fault": "fail_build"}]));
    let url = upload(&sandbox, shop_source(&sandbox));
    assert_eq!(build(&sandbox, json!({"url": url})).0["status"], "failed");
    assert_eq!(build(&sandbox, json!({"url": url})).0["status"], "succeeded");
    write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({"DD_HEROKU_SANDBOX_FAIL_BUILD": "1"}));
    assert_eq!(build(&sandbox, json!({"url": url})).0["status"], "failed");
}

#[test]
fn an_agent_that_does_not_exist_fails_the_build() {
    let sandbox = Sandbox::start();
    let url = upload(&sandbox, shop_source(&sandbox));
    let datadog = "https://github.com/DataDog/heroku-buildpack-datadog.git";
    set_buildpacks(&sandbox, "shop", &[datadog, "heroku/ruby"]);
    for (version, status) in [("9.9.9", "failed"), ("7.80.0-1", "succeeded"), ("6.53.1-1_amd64", "succeeded")]
    {
        write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({"DD_AGENT_VERSION": version}));
        assert_eq!(build(&sandbox, json!({"url": url})).0["status"], status, "{version}");
    }
}

#[test]
fn datadogs_buildpack_builds_whole_versions_only_and_ours_any() {
    let sandbox = Sandbox::start();
    let url = upload(&sandbox, shop_source(&sandbox));
    let set_buildpack = |url: &str| {
        set_buildpacks(&sandbox, "shop", &[url, "heroku/ruby"]);
    };
    let log_of = |version: &str| {
        write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({"DD_AGENT_VERSION": version}));
        let (build, log) = build(&sandbox, json!({"url": url}));
        (build["status"] == "succeeded", log)
    };
    set_buildpack("https://github.com/DataDog/heroku-buildpack-datadog.git");
    for version in ["7.80.0", "latest", "7", "v7.80.0-1", "\"7.80.0-1\""] {
        let (is_built, log) = log_of(version);
        assert!(!is_built && log.contains(&format!("ERROR: Version \"{version}\" was not found.")), "{log}");
    }
    let (is_built, log) = log_of("7.80.0-1_amd64");
    assert!(is_built && log.contains("heroku config:set DD_AGENT_VERSION=7.80.0-1"), "{log}");
    set_buildpack("https://example.com/dd-heroku.tgz");
    for version in ["7.80.0", "latest", "7.80", "v7.80.0-1"] {
        let (is_built, log) = log_of(version);
        assert!(is_built, "{version}: {log}");
    }
}

#[test]
fn uploads_are_taken_as_s3_takes_them() {
    let sandbox = Sandbox::start();
    let source = write(&sandbox, "POST", "/sources", json!({}));
    let put = || bare("PUT", source["source_blob"]["put_url"].as_str().unwrap()).body("x");
    assert_eq!(put().bearer_auth("token").send().unwrap().status(), 400);
    assert_eq!(put().header("Content-Type", "application/gzip").send().unwrap().status(), 403);
    let elsewhere = format!("{}/uploads/nobody.tgz", sandbox.url());
    assert_eq!(bare("PUT", &elsewhere).body("x").send().unwrap().status(), 403);
    assert_eq!(put().header("Content-Type", "").send().unwrap().status(), 200);
    let escape = format!("{}/uploads/..%2Fsandbox.json", sandbox.url());
    assert_eq!(bare("GET", &escape).send().unwrap().status(), 404);
}

#[test]
fn a_build_log_is_read_again_from_where_it_broke_off() {
    let sandbox = Sandbox::with_faults(json!([{"path": "/streams/*", "nth": 2, "fault": "truncate"}]));
    let url = upload(&sandbox, shop_source(&sandbox));
    let (build, whole) = build(&sandbox, json!({"url": url}));
    let stream = build["output_stream_url"].as_str().unwrap();
    let mut first = Vec::new();
    assert!(bare("GET", stream).send().unwrap().read_to_end(&mut first).is_err());
    assert!(!first.is_empty() && first.len() < whole.len());
    let range = format!("bytes={}-", first.len());
    let rest = bare("GET", stream).header("Range", range).send().unwrap();
    assert_eq!(rest.status(), 206);
    first.extend(rest.bytes().unwrap());
    assert_eq!(String::from_utf8(first).unwrap(), whole);
    assert_eq!(bare("GET", stream).bearer_auth("token").send().unwrap().status(), 400);
    let beyond = bare("GET", stream).header("Range", "bytes=99999-").send().unwrap();
    assert_eq!(beyond.status(), 416);
}

#[test]
fn a_build_goes_on_after_the_process_was_killed() {
    let mut sandbox = Sandbox::with_faults(
        json!([{"method": "POST", "path": "/apps/shop/builds", "fault": "die", "when": "after"}]),
    );
    let url = upload(&sandbox, shop_source(&sandbox));
    let body = json!({"source_blob": {"url": url, "version": COMMIT}});
    assert!(heroku(&sandbox, "POST", "/apps/shop/builds").json(&body).send().is_err());
    assert!(sandbox.died());
    sandbox.restart();
    let builds = get(&sandbox, "/apps/shop/builds");
    let last = builds.as_array().unwrap().last().unwrap();
    let log = bare("GET", last["output_stream_url"].as_str().unwrap()).send().unwrap().text().unwrap();
    assert!(log.contains("Released v42"), "{log}");
}

#[test]
fn a_build_that_is_over_cannot_be_cancelled() {
    let sandbox = Sandbox::start();
    let url = upload(&sandbox, shop_source(&sandbox));
    let (build, _) = build(&sandbox, json!({"url": url}));
    let path = format!("/apps/shop/builds/{}", build["id"].as_str().unwrap());
    assert_eq!(refused(&sandbox, "DELETE", &path, json!({})).0, 422);
    assert_eq!(heroku(&sandbox, "DELETE", "/apps/shop/build-cache").send().unwrap().status(), 204);
}

/// A source with these files.
fn source_of(files: &[(&str, &str)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

#[test]
fn buildpacks_of_a_file_run_and_one_that_must_be_first_is_refused_later() {
    let sandbox = Sandbox::start();
    let datadog = "https://github.com/DataDog/heroku-buildpack-datadog.git";
    let (multi, subdir) = (
        "https://github.com/heroku/heroku-buildpack-multi.git",
        "https://github.com/acme/heroku-buildpack-subdir",
    );
    for (list, buildpacks, status, line) in [
        (datadog.to_owned(), vec![multi], "succeeded", "Downloading Datadog Agent 7.81.2-1"),
        (format!("web={datadog}"), vec![subdir], "succeeded", "Downloading Datadog Agent 7.81.2-1"),
        (String::new(), vec![subdir, datadog], "succeeded", "Downloading Datadog Agent 7.81.2-1"),
        (String::new(), vec![datadog, subdir], "failed", "App not compatible with buildpack"),
    ] {
        let url = upload(&sandbox, source_of(&[("Procfile", "web: true\n"), (".buildpacks", &list)]));
        set_buildpacks(&sandbox, "shop", &buildpacks);
        let (build, log) = build(&sandbox, json!({"url": url}));
        assert_eq!(build["status"], status, "{log}");
        assert!(log.contains(line), "{log}");
    }
}

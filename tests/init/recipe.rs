//! The official CLI's manual recipe, as the requests that it makes, compared with `init`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::set_up;
use crate::faults::of_app;
use crate::sandbox::client::{get, write};
use crate::support::program::CANARY;
use crate::support::sandbox::Sandbox;

/// What `init` adds on purpose: the recipe leaves the databases of the app unwatched, and dynos without the commit that was
/// built.
const ADDED: [(&str, &str); 2] = [("DD_ENABLE_HEROKU_POSTGRES", "true"), ("DD_ENABLE_HEROKU_REDIS", "true")];

#[test]
fn init_leaves_what_the_manual_recipe_leaves_and_what_it_adds_on_purpose() {
    let (by_hand, by_init) = (Sandbox::start(), Sandbox::start());
    recipe(&by_hand);
    set_up(&by_init, "shop", &[]);
    let (mut by_hand, by_init) = (of_app(&by_hand.app("shop")), of_app(&by_init.app("shop")));
    for (name, value) in ADDED {
        assert!(by_hand["config"].get(name).is_none());
        by_hand["config"][name] = json!(value);
    }
    by_hand["features"] = json!(["runtime-dyno-build-metadata", "runtime-dyno-metadata"]);
    assert_eq!(sorted(&by_hand["config"]), sorted(&by_init["config"]));
    by_hand["config"] = Value::Null;
    assert_eq!(
        by_hand,
        Value::Object({
            let mut rest = by_init.as_object().unwrap().clone();
            rest["config"] = Value::Null;
            rest
        })
    );
}

#[test]
fn init_restarts_the_app_less_often_than_the_recipe() {
    let (by_hand, by_init) = (Sandbox::start(), Sandbox::start());
    recipe(&by_hand);
    set_up(&by_init, "shop", &[]);
    let releases = |sandbox: &Sandbox| sandbox.app("shop")["releases"].as_array().unwrap().len() - 4;
    assert_eq!(releases(&by_hand), 5, "labs, three config vars, the build");
    assert_eq!(releases(&by_init), 4, "two labs features, all config vars, the build");
}

fn sorted(config: &Value) -> BTreeMap<&String, &Value> {
    config.as_object().unwrap().iter().collect()
}

/// `labs:enable`, `config:set` three times, `buildpacks:add`, and a build of the commit that runs.
fn recipe(sandbox: &Sandbox) {
    write(sandbox, "PATCH", "/apps/shop/features/runtime-dyno-metadata", json!({"enabled": true}));
    for (name, value) in [("DD_DYNO_HOST", "true"), ("DD_SITE", "datadoghq.com"), ("DD_API_KEY", CANARY)] {
        write(sandbox, "PATCH", "/apps/shop/config-vars", json!({name: value}));
    }
    let installed = get(sandbox, "/apps/shop/buildpack-installations");
    let mut list: Vec<_> = installed
        .as_array()
        .unwrap()
        .iter()
        .map(|buildpack| buildpack["buildpack"]["name"].as_str().unwrap().to_owned())
        .collect();
    // apt comes before Datadog's.
    list.insert(1, "https://github.com/DataDog/heroku-buildpack-datadog.git".into());
    let updates: Vec<_> = list.iter().map(|buildpack| json!({"buildpack": buildpack})).collect();
    write(sandbox, "PUT", "/apps/shop/buildpack-installations", json!({"updates": updates}));

    let builds = get(sandbox, "/apps/shop/builds");
    let last = builds.as_array().unwrap().iter().max_by_key(|build| build["created_at"].to_string()).unwrap();
    let source = json!({"source_blob": {"url": last["source_blob"]["url"], "version": last["source_blob"]["version"]}});
    let build = write(sandbox, "POST", "/apps/shop/builds", source);
    // The stream ends with the build.
    let stream = crate::sandbox::client::bare("GET", build["output_stream_url"].as_str().unwrap());
    assert!(stream.send().unwrap().text().unwrap().contains("Released"));
}

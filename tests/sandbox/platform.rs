//! The objects of the Heroku API, and what changing them does.

use serde_json::{Value, json};

use super::client::{bare, get, heroku, refused, write};
use crate::support::sandbox::{Sandbox, TOKEN};

/// The description of the release that runs.
fn last_release(sandbox: &Sandbox, app: &str) -> String {
    let releases = get(sandbox, &format!("/apps/{app}/releases"));
    releases.as_array().unwrap().last().unwrap()["description"].as_str().unwrap().to_owned()
}

fn names(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_apps_show_the_cases() {
    let sandbox = Sandbox::start();
    let of = |app: &str| {
        let app = get(&sandbox, &format!("/apps/{app}"));
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        [&app["stack"]["name"], &app["generation"]["name"], &app["space"]["name"], &app["team"]["name"]]
            .map(text)
    };
    assert_eq!(of("shop"), ["heroku-24", "cedar", "-", "acme"]);
    assert_eq!(of("imagery"), ["container", "cedar", "-", "-"]);
    assert_eq!(of("vault"), ["heroku-24", "cedar", "acme-private", "acme"]);
    assert_eq!(of("fjord"), ["cnb", "fir", "acme-fir", "acme"]);
    let shop = get(&sandbox, "/apps/shop");
    assert_eq!(get(&sandbox, &format!("/apps/{}", shop["id"].as_str().unwrap())), shop);
    assert_eq!(names(&get(&sandbox, "/teams/acme/apps"), "name"), ["shop", "shop-staging", "vault", "fjord"]);
    assert_eq!(names(&get(&sandbox, "/apps"), "name").len(), 7);
}

#[test]
fn one_patch_of_config_vars_is_one_release_and_no_change_is_none() {
    let sandbox = Sandbox::start();
    let config = "/apps/shop/config-vars";
    write(&sandbox, "PATCH", config, json!({"DD_API_KEY": "k", "DD_SITE": "datadoghq.eu"}));
    assert_eq!(last_release(&sandbox, "shop"), "Set DD_API_KEY, DD_SITE config vars");
    write(&sandbox, "PATCH", config, json!({"DD_SITE": "datadoghq.eu", "ABSENT": null}));
    let releases = get(&sandbox, "/apps/shop/releases");
    assert_eq!(releases.as_array().unwrap().last().unwrap()["version"], 42);
    write(&sandbox, "PATCH", config, json!({"DD_SITE": null}));
    assert_eq!(last_release(&sandbox, "shop"), "Unset DD_SITE config vars");
    assert_eq!(get(&sandbox, "/apps/shop/releases/42/config-vars")["DD_SITE"], "datadoghq.eu");
    assert!(get(&sandbox, config).get("DD_SITE").is_none());
}

#[test]
fn a_feature_makes_a_release_when_it_changes() {
    let sandbox = Sandbox::start();
    let feature = "/apps/shop/features/runtime-dyno-metadata";
    assert_eq!(get(&sandbox, feature)["enabled"], false);
    for _ in 0..2 {
        assert_eq!(write(&sandbox, "PATCH", feature, json!({"enabled": true}))["enabled"], true);
    }
    assert_eq!(last_release(&sandbox, "shop"), "Enable runtime-dyno-metadata feature");
    assert_eq!(get(&sandbox, "/apps/shop/releases").as_array().unwrap().len(), 5);
}

#[test]
fn buildpacks_are_replaced_as_a_list_without_a_release() {
    let sandbox = Sandbox::start();
    let path = "/apps/shop/buildpack-installations";
    let updates =
        json!({"updates": [{"buildpack": "https://example.com/a.git#1"}, {"buildpack": "heroku/ruby"}]});
    let list = write(&sandbox, "PUT", path, updates);
    assert_eq!(list[0]["buildpack"]["url"], "https://example.com/a.git#1");
    assert_eq!(
        list[1],
        json!({"ordinal": 1, "buildpack": {"name": "heroku/ruby", "url": "urn:buildpack:heroku/ruby"}})
    );
    assert_eq!(get(&sandbox, path), list);
    assert_eq!(last_release(&sandbox, "shop"), "Deploy 057ede84");
}

#[test]
fn a_drain_is_added_once_and_removed() {
    let sandbox = Sandbox::start();
    let body = json!({"url": "https://http-intake.logs.datadoghq.com/api/v2/logs?dd-api-key=k"});
    let drain = write(&sandbox, "POST", "/apps/shop/log-drains", body.clone());
    assert_eq!(refused(&sandbox, "POST", "/apps/shop/log-drains", body), (422, "invalid_params".into()));
    let path = format!("/apps/shop/log-drains/{}", drain["id"].as_str().unwrap());
    assert_eq!(get(&sandbox, &path), drain);
    write(&sandbox, "DELETE", &path, json!({}));
    assert_eq!(get(&sandbox, "/apps/shop/log-drains"), json!([]));
    assert_eq!(refused(&sandbox, "DELETE", &path, json!({})).0, 404);
}

#[test]
fn a_credential_is_made_attached_and_brings_its_variable() {
    let sandbox = Sandbox::start();
    let database = "/postgres/v0/databases/postgresql-cubic-31415/credentials";
    let attach = json!({"addon": "postgresql-cubic-31415", "app": "shop", "namespace": "credential:datadog",
        "name": "DATADOG"});
    let by_object =
        json!({"addon": {"name": "postgresql-cubic-31415"}, "app": {"name": "shop"}, "name": "SPARE"});
    assert_eq!(refused(&sandbox, "POST", "/addon-attachments", attach.clone()).0, 422);
    write(&sandbox, "POST", database, json!({"name": "datadog"}));
    assert_eq!(refused(&sandbox, "POST", database, json!({"name": "datadog"})).0, 409);
    // The data API reads under Basic only, and a new credential cannot be attached before it is active.
    assert_eq!(refused(&sandbox, "GET", database, json!({})).0, 401);
    assert_eq!(refused(&sandbox, "POST", "/addon-attachments", attach.clone()).0, 422);
    let credentials = || -> Value {
        let url = format!("{}{database}", sandbox.url());
        bare("GET", &url).basic_auth("", Some(TOKEN)).send().unwrap().json().unwrap()
    };
    assert_eq!(names(&credentials(), "name"), ["default", "datadog"]);
    while credentials()[1]["state"] != "active" {
        assert_eq!(credentials()[0]["state"], "active");
    }
    let attachment = write(&sandbox, "POST", "/addon-attachments", attach.clone());
    assert_eq!(attachment["namespace"], "credential:datadog");
    assert_eq!(last_release(&sandbox, "shop"), "Attach DATADOG (@ref:postgresql-cubic-31415)");
    let url = get(&sandbox, "/apps/shop/config-vars")["DATADOG_URL"].as_str().unwrap().to_owned();
    assert!(url.starts_with("postgres://datadog:"), "{url}");
    assert_eq!(refused(&sandbox, "POST", "/addon-attachments", attach).0, 422);
    assert_eq!(write(&sandbox, "POST", "/addon-attachments", by_object)["name"], "SPARE");
    let config = "/addons/postgresql-cubic-31415/config/credential";
    assert_eq!(get(&sandbox, &format!("{config}:datadog"))[0]["name"], "credential:datadog");
    assert_eq!(get(&sandbox, &format!("{config}:nobody")), json!([]));
    write(
        &sandbox,
        "DELETE",
        &format!("/addon-attachments/{}", attachment["id"].as_str().unwrap()),
        json!({}),
    );
    assert!(get(&sandbox, "/apps/shop/config-vars").get("DATADOG_URL").is_none());
    let essential = "/postgres/v0/databases/postgresql-fitted-57721/credentials";
    assert_eq!(refused(&sandbox, "POST", essential, json!({"name": "datadog"})).0, 422);
}

#[test]
fn addons_and_attachments_are_found_by_every_name() {
    let sandbox = Sandbox::start();
    let addons = get(&sandbox, "/apps/mobile-api/addons");
    let vars: Vec<&Value> = addons.as_array().unwrap().iter().map(|addon| &addon["config_vars"][0]).collect();
    assert_eq!(vars, ["DATABASE_URL", "REDIS_URL", "HEROKU_REDIS_CYAN_URL"]);
    for name in ["DATABASE", "DATABASE_URL", "postgresql-cubic-31415"] {
        let resolved =
            write(&sandbox, "POST", "/actions/addons/resolve", json!({"addon": name, "app": "shop"}));
        assert_eq!(resolved[0]["plan"]["name"], "heroku-postgresql:standard-0", "{name}");
        let body = json!({"addon_attachment": name, "app": "shop"});
        let resolved = write(&sandbox, "POST", "/actions/addon-attachments/resolve", body);
        assert_eq!(resolved[0]["name"], "DATABASE", "{name}");
    }
    assert_eq!(refused(&sandbox, "POST", "/actions/addons/resolve", json!({"addon": "nobody"})).0, 404);
}

#[test]
fn a_promotion_moves_the_slug() {
    let sandbox = Sandbox::start();
    let pipeline = get(&sandbox, "/pipelines/shop");
    let id = pipeline["id"].as_str().unwrap();
    let couplings = get(&sandbox, &format!("/pipelines/{id}/pipeline-couplings"));
    let mut stages = names(&couplings, "stage");
    stages.sort();
    assert_eq!(stages, ["production", "staging"]);
    let app = |name: &str| json!({"id": get(&sandbox, &format!("/apps/{name}"))["id"]});
    let body = json!({"pipeline": {"id": id}, "source": {"app": app("shop-staging")},
        "targets": [{"app": app("shop")}]});
    let promotion = write(&sandbox, "POST", "/pipeline-promotions", body);
    assert_eq!(promotion["status"], "completed");
    assert_eq!(last_release(&sandbox, "shop"), "Promote shop-staging v67 886403db");
    assert_eq!(get(&sandbox, "/apps/shop")["slug_size"], 121_300_000);
    assert_eq!(get(&sandbox, "/apps/shop/pipeline-couplings")["stage"], "production");
    let outside =
        json!({"pipeline": {"id": id}, "source": {"app": app("legacy")}, "targets": [{"app": app("shop")}]});
    assert_eq!(refused(&sandbox, "POST", "/pipeline-promotions", outside).0, 422);
}

#[test]
fn a_rollback_brings_slug_and_config_back() {
    let sandbox = Sandbox::start();
    let release = write(&sandbox, "POST", "/apps/shop/releases", json!({"release": "v38"}));
    assert_eq!((&release["version"], &release["description"]), (&json!(42), &json!("Rollback to v38")));
    assert!(get(&sandbox, "/apps/shop/config-vars").get("WEB_CONCURRENCY").is_none());
    assert_eq!(get(&sandbox, "/apps/shop")["slug_size"], 120_586_240);
}

#[test]
fn dynos_follow_the_formation() {
    let sandbox = Sandbox::start();
    let dynos = || get(&sandbox, "/apps/shop/dynos");
    assert_eq!(names(&dynos(), "name"), ["web.1", "web.2", "worker.1"]);
    write(&sandbox, "PATCH", "/apps/shop/formation", json!({"updates": [{"type": "web", "quantity": "1"}]}));
    let before = dynos();
    assert_eq!(names(&before, "name"), ["web.1", "worker.1"]);
    write(&sandbox, "DELETE", "/apps/shop/dynos/web.1", json!({}));
    let after = dynos();
    assert_ne!(before[0]["id"], after[0]["id"]);
    assert_eq!(before[1]["id"], after[1]["id"]);
    let run = write(&sandbox, "POST", "/apps/shop/dynos", json!({"command": "agent-wrapper status"}));
    assert_eq!((&run["type"], &run["attach_url"]), (&json!("run"), &Value::Null));
    let fir = names(&get(&sandbox, "/apps/fjord/dynos"), "name");
    assert_eq!(fir[0].split('-').map(str::len).collect::<Vec<_>>(), [3, 8, 5]);
}

#[test]
fn a_dyno_size_that_does_not_exist_is_refused() {
    let sandbox = Sandbox::start();
    let resize = |size: &str| json!({"updates": [{"type": "web", "size": size}]});
    let formation = write(&sandbox, "PATCH", "/apps/shop/formation", resize("Standard-2X"));
    assert_eq!(formation[0]["size"], "Standard-2X");
    let huge = refused(&sandbox, "PATCH", "/apps/shop/formation", resize("Huge-9X"));
    assert_eq!(huge, (422, "invalid_params".into()));
}

#[test]
fn telemetry_drains_are_for_fir_only() {
    let sandbox = Sandbox::start();
    let owner = |app: &str| json!({"id": get(&sandbox, &format!("/apps/{app}"))["id"], "type": "app"});
    let exporter = json!({"type": "otlphttp", "endpoint": "https://heroku.integrations.otlp.datadoghq.com",
        "headers": {"dd-api-key": "k"}});
    let body = |app: &str| json!({"owner": owner(app), "signals": ["logs", "traces"], "exporter": exporter});
    assert_eq!(refused(&sandbox, "POST", "/telemetry-drains", body("shop")).0, 422);
    let drain = write(&sandbox, "POST", "/telemetry-drains", body("fjord"));
    assert_eq!(get(&sandbox, "/apps/fjord/telemetry-drains"), json!([drain]));
    let path = format!("/telemetry-drains/{}", drain["id"].as_str().unwrap());
    assert_eq!(
        write(&sandbox, "PATCH", &path, json!({"signals": ["metrics"]}))["signals"],
        json!(["metrics"])
    );
    assert_eq!(refused(&sandbox, "PATCH", &path, json!({"signals": ["smoke"]})).0, 422);
    write(&sandbox, "DELETE", &path, json!({}));
    assert_eq!(heroku(&sandbox, "GET", &path).send().unwrap().status(), 404);
}

#[test]
fn stages_of_a_pipeline_have_config_vars() {
    let sandbox = Sandbox::start();
    let id = get(&sandbox, "/pipelines/shop")["id"].as_str().unwrap().to_owned();
    let path = format!("/pipelines/{id}/stage/review/config-vars");
    assert_eq!(get(&sandbox, &path), json!({}));
    write(&sandbox, "PATCH", &path, json!({"DD_ENV": "review"}));
    assert_eq!(get(&sandbox, &path), json!({"DD_ENV": "review"}));
}

#[test]
fn a_name_that_is_taken_goes_to_another_addon_when_that_is_confirmed() {
    let sandbox = Sandbox::start();
    let addons = get(&sandbox, "/apps/mobile-api/addons");
    let redis = |variable: &str| {
        let mut addons = addons.as_array().unwrap().iter();
        addons.find(|addon| addon["config_vars"][0] == variable).unwrap()["name"].clone()
    };
    let (first, second) = (redis("REDIS_URL"), redis("HEROKU_REDIS_CYAN_URL"));
    let url = |name: &str| get(&sandbox, "/apps/mobile-api/config-vars")[name].clone();
    let (before, cyan) = (url("REDIS_URL"), url("HEROKU_REDIS_CYAN_URL"));
    let body =
        |confirm: Value| json!({"addon": second, "app": "mobile-api", "name": "REDIS", "confirm": confirm});
    let attach = |confirm: Value| refused(&sandbox, "POST", "/addon-attachments", body(confirm));
    for confirm in [Value::Null, json!("shop")] {
        assert_eq!(attach(confirm), (423, "confirmation_required".into()));
    }
    // The first add-on would be attached nowhere.
    assert_eq!(attach(json!("mobile-api")), (422, "invalid_params".into()));
    assert_eq!(url("REDIS_URL"), before);
    write(&sandbox, "POST", "/addon-attachments", json!({"addon": first, "app": "mobile-api"}));
    write(&sandbox, "POST", "/addon-attachments", body(json!("mobile-api")));
    assert_eq!(url("REDIS_URL"), cyan);
    let attachments = get(&sandbox, "/apps/mobile-api/addon-attachments");
    let named = attachments.as_array().unwrap().iter().filter(|attachment| attachment["name"] == "REDIS");
    let addons: Vec<&Value> = named.map(|attachment| &attachment["addon"]["name"]).collect();
    assert_eq!(addons, [&second]);
}

#[test]
fn the_last_attachment_of_an_addon_stays() {
    let sandbox = Sandbox::start();
    let attachments = get(&sandbox, "/apps/shop/addon-attachments");
    let path = format!("/addon-attachments/{}", attachments[0]["id"].as_str().unwrap());
    assert_eq!(refused(&sandbox, "DELETE", &path, json!({})), (422, "invalid_params".into()));
    assert_eq!(get(&sandbox, "/apps/shop/addon-attachments"), attachments);
}

//! What the sandbox's databases hold: a write shows in the next answer, and what has no effect is refused.

use serde_json::{Value, json};

use super::client::{error, get, heroku, refused, write};
use crate::support::sandbox::{Sandbox, TOKEN};

const SHOP: &str = "postgresql-cubic-31415";

fn row(sandbox: &Sandbox, database: &str, name: &str) -> String {
    let info = get(sandbox, &format!("/client/v11/databases/{database}"));
    let row = info["info"].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap();
    row["values"][0].as_str().unwrap().to_owned()
}

fn variable(sandbox: &Sandbox, app: &str, name: &str) -> String {
    get(sandbox, &format!("/apps/{app}/config-vars"))[name].as_str().unwrap().to_owned()
}

fn last_release(sandbox: &Sandbox, app: &str) -> Value {
    get(sandbox, &format!("/apps/{app}/releases")).as_array().unwrap().last().unwrap()["description"].clone()
}

/// The data API takes Basic authorization for credentials.
fn rotate(sandbox: &Sandbox, path: &str) -> u16 {
    let url = format!("{}{path}", sandbox.url());
    let request = super::client::bare("POST", &url).basic_auth("", Some(TOKEN)).json(&json!({}));
    request.send().unwrap().status().as_u16()
}

#[test]
fn a_rotated_credential_has_another_password_everywhere() {
    let sandbox = Sandbox::start();
    write(&sandbox, "POST", "/addon-attachments", json!({"addon": SHOP, "app": "legacy", "name": "SHOP"}));
    let before = variable(&sandbox, "shop", "DATABASE_URL");
    assert_eq!(variable(&sandbox, "legacy", "SHOP_URL"), before);
    let path = format!("/postgres/v0/databases/{SHOP}/credentials");
    assert_eq!(rotate(&sandbox, &format!("{path}/nobody/credentials_rotation")), 404);
    assert_eq!(rotate(&sandbox, &format!("{path}/default/credentials_rotation")), 200);
    let after = variable(&sandbox, "shop", "DATABASE_URL");
    assert_ne!(after, before);
    assert_eq!(variable(&sandbox, "legacy", "SHOP_URL"), after);
    assert_eq!(get(&sandbox, &format!("/client/v11/databases/{SHOP}"))["resource_url"], *after);
    assert_eq!(last_release(&sandbox, "shop"), "Update DATABASE by heroku-postgresql");
    assert_eq!(last_release(&sandbox, "legacy"), "Update SHOP by heroku-postgresql");
    assert_eq!(rotate(&sandbox, &format!("/postgres/v0/databases/{SHOP}/credentials_rotation")), 200);
    assert_ne!(variable(&sandbox, "shop", "DATABASE_URL"), after);
}

#[test]
fn a_rotated_store_has_another_password() {
    let sandbox = Sandbox::start();
    let addons = get(&sandbox, "/apps/shop/addons");
    let store =
        addons.as_array().unwrap().iter().find(|addon| addon["addon_service"]["name"] == "heroku-redis");
    let store = store.unwrap()["name"].as_str().unwrap();
    let before = variable(&sandbox, "shop", "REDIS_URL");
    write(&sandbox, "POST", &format!("/redis/v0/databases/{store}/credentials_rotation"), json!({}));
    let after = variable(&sandbox, "shop", "REDIS_URL");
    assert_ne!(after, before);
    assert_eq!(get(&sandbox, &format!("/redis/v0/databases/{store}"))["resource_url"], *after);
    assert_eq!(last_release(&sandbox, "shop"), "Update REDIS by heroku-redis");
}

#[test]
fn a_database_of_this_machine_keeps_its_password() {
    let sandbox = Sandbox::start();
    let url = "postgres://datadog:p@127.0.0.1:5433/shop";
    write(&sandbox, "PUT", "/sandbox/apps/shop/database", json!({ "url": url }));
    assert_eq!(rotate(&sandbox, &format!("/postgres/v0/databases/{SHOP}/credentials_rotation")), 501);
    assert_eq!(variable(&sandbox, "shop", "DATABASE_URL"), url);
}

#[test]
fn a_renamed_addon_keeps_its_url() {
    let sandbox = Sandbox::start();
    write(&sandbox, "PATCH", &format!("/apps/shop/addons/{SHOP}"), json!({"name": "main-db"}));
    let url = get(&sandbox, "/client/v11/databases/main-db")["resource_url"].clone();
    assert_eq!(url, *variable(&sandbox, "shop", "DATABASE_URL"));
}

#[test]
fn a_backup_brings_back_what_a_reset_dropped() {
    let sandbox = Sandbox::start();
    let database = format!("/client/v11/databases/{SHOP}");
    assert_eq!(
        (row(&sandbox, SHOP, "Tables"), row(&sandbox, SHOP, "Data Size")),
        ("4".into(), "9.5 MB".into())
    );
    let backup = write(&sandbox, "POST", &format!("{database}/backups"), json!({}));
    assert_eq!(get(&sandbox, "/client/v11/apps/shop/transfers"), json!([backup]));
    write(&sandbox, "PUT", &format!("{database}/reset"), json!({}));
    assert_eq!(
        (row(&sandbox, SHOP, "Tables"), row(&sandbox, SHOP, "Data Size")),
        ("0".into(), "7.9 MB".into())
    );
    let elsewhere = json!({"backup_url": "https://example.com/a.dump"});
    let restores = format!("{database}/restores");
    assert_eq!(refused(&sandbox, "POST", &restores, elsewhere), (501, "not_implemented".into()));
    assert_eq!(row(&sandbox, SHOP, "Tables"), "0");
    let restore = write(&sandbox, "POST", &restores, json!({"backup_url": backup["to_url"]}));
    assert_eq!((&restore["num"], &restore["to_name"]), (&json!(2), &json!("DATABASE")));
    assert_eq!(row(&sandbox, SHOP, "Tables"), "4");
}

#[test]
fn terminated_connections_are_gone() {
    let sandbox = Sandbox::start();
    assert_eq!(row(&sandbox, SHOP, "Connections"), "3/120");
    write(&sandbox, "POST", &format!("/client/v11/databases/{SHOP}/connection_reset"), json!({}));
    assert_eq!(row(&sandbox, SHOP, "Connections"), "0/120");
}

#[test]
fn a_new_database_is_empty() {
    let sandbox = Sandbox::start();
    let order = json!({"plan": "heroku-postgresql:standard-0", "name": "fresh-db"});
    write(&sandbox, "POST", "/apps/legacy/addons", order);
    assert_eq!(row(&sandbox, "fresh-db", "Tables"), "0");
    assert_eq!(row(&sandbox, "fresh-db", "Connections"), "0/120");
}

#[test]
fn links_are_listed_until_they_are_removed() {
    let sandbox = Sandbox::start();
    let links = format!("/client/v11/databases/{SHOP}/links");
    assert_eq!(get(&sandbox, &links), json!([]));
    let store =
        get(&sandbox, "/apps/shop/addons").as_array().unwrap().iter().find_map(|addon| {
            (addon["addon_service"]["name"] == "heroku-redis").then(|| addon["name"].clone())
        });
    let link = write(&sandbox, "POST", &links, json!({"target": store, "as": "cache"}));
    assert_eq!(get(&sandbox, &links), json!([link]));
    assert_eq!(refused(&sandbox, "POST", &links, json!({"target": store, "as": "cache"})).0, 422);
    assert_eq!(refused(&sandbox, "POST", &links, json!({"target": SHOP})).0, 422);
    write(&sandbox, "DELETE", &format!("{links}/cache"), json!({}));
    assert_eq!(get(&sandbox, &links), json!([]));
}

#[test]
fn what_cannot_take_effect_is_refused() {
    let sandbox = Sandbox::start();
    let store = get(&sandbox, "/apps/shop/addons").as_array().unwrap().iter().find_map(|addon| {
        (addon["addon_service"]["name"] == "heroku-redis").then(|| addon["name"].as_str().unwrap().to_owned())
    });
    let backup = write(&sandbox, "POST", &format!("/client/v11/databases/{SHOP}/backups"), json!({}));
    let space = json!({"name": "walled", "team": "acme", "shield": true});
    for (method, path, body) in [
        ("POST", format!("/redis/v0/databases/{}/stats/reset", store.unwrap()), json!({})),
        ("PUT", format!("/client/v11/databases/{SHOP}/stats_reset"), json!({})),
        ("POST", format!("/client/v11/apps/shop/transfers/{}/actions/public-url", backup["num"]), json!({})),
        ("POST", "/spaces".to_owned(), space),
    ] {
        let response = heroku(&sandbox, method, &path).json(&body).send().unwrap();
        assert_eq!(error(response), (501, "not_implemented".into()), "{method} {path}");
    }
}

#[test]
fn a_space_can_be_created_and_destroyed() {
    let sandbox = Sandbox::start();
    let space = write(&sandbox, "POST", "/spaces", json!({"name": "garden", "team": "acme"}));
    assert_eq!(get(&sandbox, "/spaces/garden"), space);
    let app = json!({"name": "rose", "space": "garden", "team": "acme"});
    write(&sandbox, "POST", "/teams/apps", app);
    assert_eq!(refused(&sandbox, "DELETE", "/spaces/garden", json!({})).0, 422);
    write(&sandbox, "DELETE", "/apps/rose", json!({}));
    write(&sandbox, "DELETE", "/spaces/garden", json!({}));
    assert_eq!(refused(&sandbox, "GET", "/spaces/garden", json!({})).0, 404);
    assert_eq!(refused(&sandbox, "POST", "/spaces", json!({"name": "acme-private", "team": "acme"})).0, 422);
}

#[test]
fn domains_wait_for_a_certificate_while_heroku_manages_them() {
    let sandbox = Sandbox::start();
    write(
        &sandbox,
        "POST",
        "/apps/shop/domains",
        json!({"hostname": "www.example.com", "sni_endpoint": null}),
    );
    let status = || get(&sandbox, "/apps/shop/domains/www.example.com")["acm_status"].clone();
    assert_eq!(status(), Value::Null);
    write(&sandbox, "POST", "/apps/shop/acm", json!({}));
    assert_eq!(status(), "pending");
    write(&sandbox, "DELETE", "/apps/shop/acm", json!({}));
    assert_eq!(status(), Value::Null);
}

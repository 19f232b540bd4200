//! The files that `integrations add` writes, once a dyno has put its config vars in.

use serde_json::{Value, json};

use super::{CONF, Home};
use crate::sandbox::client::write;
use crate::support::sandbox::Sandbox;

/// The instance that a dyno's Agent gets of a check that was added for the app with these config vars.
fn instance(integration: &str, check: &str, vars: &[(&str, &str)]) -> Value {
    let sandbox = Sandbox::start();
    let checkout = sandbox.home().join("checkout");
    std::fs::create_dir(&checkout).unwrap();
    crate::support::run(std::process::Command::new("git").args(["init", "-q"]).arg(&checkout));
    let mut home = Home::new().unset("DD_API_KEY").set("PORT", "5000");
    let mut add = vec!["integrations", "add", integration, "-a", "shop", "--yes"];
    for (name, value) in vars {
        write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({*name: value}));
        home = home.set(name, value);
        add.extend(["--var", *name]);
    }
    sandbox.command(&add).current_dir(&checkout).assert().success();
    let path = format!("datadog/conf.d/{check}.d/conf.yaml");
    home.write(&path, &std::fs::read_to_string(checkout.join(&path)).unwrap());
    let boot = home.boot();
    assert_eq!(boot.stderr.lines().filter(|line| line.contains("leaves")).count(), 0, "{}", boot.stderr);
    let text = home.read(&format!("{CONF}/conf.d/{check}.d/conf.yaml"));
    let read: Value = serde_saphyr::from_str(&text).unwrap();
    read["instances"][0].clone()
}

#[test]
fn mongodb_is_asked_by_the_kind_of_its_address() {
    let atlas =
        instance("mongo", "mongo", &[("MONGODB_URI", "mongodb+srv://watcher:pw@c0.example.net/shop")]);
    assert_eq!(
        atlas,
        json!({"hosts": ["c0.example.net"], "connection_scheme": "mongodb+srv", "tls": true, "username": "watcher", "password": "pw", "database": "shop"})
    );
    let set = instance("mongo", "mongo", &[("MONGO_URL", "mongodb://u:p@h1:27018,h2/shop?replicaSet=rs0")]);
    assert_eq!(
        (&set["hosts"], &set["connection_scheme"], &set["tls"]),
        (&json!(["h1:27018", "h2:27017"]), &json!("mongodb"), &json!(false))
    );
}

#[test]
fn elasticsearch_is_asked_by_the_scheme_of_its_address() {
    for (url, asked) in [
        ("http://paas:pw@cluster.searchly.example", "http://cluster.searchly.example:80"),
        ("https://paas:pw@cluster.searchly.example", "https://cluster.searchly.example:443"),
        ("https://paas:pw@cluster.searchly.example:9243", "https://cluster.searchly.example:9243"),
    ] {
        let instance = instance("elastic", "elastic", &[("SEARCHBOX_URL", url)]);
        assert_eq!((&instance["url"], &instance["username"]), (&json!(asked), &json!("paas")));
    }
}

#[test]
fn php_fpm_is_asked_on_the_socket_of_herokus_buildpack() {
    let instance = instance("php_fpm", "php_fpm", &[]);
    assert_eq!(instance["status_url"], "unix:///tmp/heroku.fcgi.5000.sock/status");
}

//! PostgreSQL and Redis from their URLs.

use super::{CONF, Home, yaml};

fn instances(home: &Home, check: &str) -> String {
    yaml(&home.read(&format!("{CONF}/conf.d/{check}.d/conf.yaml")), "y['instances']")
}

fn redis(url: &str) -> Home {
    Home::new().unset("DD_API_KEY").set("DD_ENABLE_HEROKU_REDIS", "True").set("REDIS_URL", url)
}

#[test]
fn any_url_becomes_an_instance() {
    let home =
        Home::new().unset("DD_API_KEY").set("DD_ENABLE_HEROKU_POSTGRES", "true").set("DD_ENABLE_DBM", "true");
    let home = home
        .set("DD_POSTGRES_URL_VAR", "A_URL, B_URL,,GONE")
        .set("A_URL", "postgresql://bob:p%40%27%22@[::1]/shop?sslmode=require")
        .set("B_URL", "postgres://h");
    let boot = home.boot();
    assert_eq!(
        instances(&home, "postgres"),
        "[{'host': '::1', 'username': 'bob', 'password': 'p@\\'\"', 'port': 5432, 'dbname': 'shop', 'ssl': 'require', 'disable_generic_tags': False, 'dbm': True, 'collect_schemas': {'enabled': False}}, \
          {'host': 'h', 'port': 5432, 'ssl': 'require', 'disable_generic_tags': False, 'dbm': True, 'collect_schemas': {'enabled': False}}]"
    );
    assert!(boot.stderr.contains("GONE is not set"), "{}", boot.stderr);
    let home = redis("rediss://default:pw@h:6380/3");
    home.boot();
    assert_eq!(
        instances(&home, "redisdb"),
        "[{'host': 'h', 'password': 'pw', 'port': 6380, 'ssl': True, 'ssl_cert_reqs': 0, 'username': 'default', 'db': 3}]"
    );
}

#[test]
fn one_store_in_two_variables_is_one_instance_and_the_encrypted_one_is_taken() {
    let home = redis("redis://:pw@h:6379").set("DD_REDIS_URL_VAR", "REDIS_URL,TLS,OTHER,VALKEY");
    let home = home.set("TLS", "rediss://:pw@h:6380").set("OTHER", "redis://:pw2@h:6379");
    let home = home.set("VALKEY", "valkeys://v@h:6379/0");
    let boot = home.boot();
    assert_eq!(
        instances(&home, "redisdb"),
        "[{'host': 'h', 'password': 'pw', 'port': 6380, 'ssl': True, 'ssl_cert_reqs': 0}, \
          {'host': 'h', 'password': 'pw2', 'port': 6379}, \
          {'host': 'h', 'port': 6379, 'ssl': True, 'ssl_cert_reqs': 0, 'username': 'v', 'db': 0}]"
    );
    assert!(boot.stderr.contains("REDIS_URL leads to the same store as TLS"), "{}", boot.stderr);
}

#[test]
fn an_apps_own_configuration_is_not_replaced_by_an_empty_one() {
    for url in ["", "not a url", "http://h:1", "redis://h:port"] {
        let home = redis(url);
        home.write("datadog/conf.d/redisdb.d/conf.yaml", "instances:\n  - host: own\n");
        let boot = home.boot();
        assert_eq!(instances(&home, "redisdb"), "[{'host': 'own'}]");
        assert!(boot.stderr.contains("REDIS_URL"), "{}", boot.stderr);
    }
}

#[test]
fn a_url_where_a_name_belongs_is_never_shown() {
    let home = redis("redis://h:1").set("DD_REDIS_URL_VAR", "redis://:canary@h:1");
    let boot = home.boot();
    assert!(
        boot.stderr.contains("not the name of a variable") && !boot.stderr.contains("canary"),
        "{}",
        boot.stderr
    );
}

#[test]
fn old_names_work_and_say_their_new_ones() {
    let home = Home::new()
        .unset("DD_API_KEY")
        .set("ENABLE_HEROKU_REDIS", "true")
        .set("REDIS_URL_VAR", "CACHE")
        .set("CACHE", "redis://h:1");
    let boot = home.boot();
    assert_eq!(instances(&home, "redisdb"), "[{'host': 'h', 'port': 1}]");
    assert!(
        boot.stderr.contains("use DD_ENABLE_HEROKU_REDIS") && boot.stderr.contains("use DD_REDIS_URL_VAR"),
        "{}",
        boot.stderr
    );
}

#[test]
fn a_file_of_the_apps_that_a_switch_replaces_is_named() {
    for file in ["redisdb.d/conf.yaml", "redisdb.yaml"] {
        let home = redis("redis://:canary@h:1");
        home.write(
            &format!("datadog/conf.d/{file}"),
            "instances:\n  - host: own\n    keys: [queue:default]\n",
        );
        let boot = home.boot();
        assert_eq!(instances(&home, "redisdb"), "[{'host': 'h', 'password': 'canary', 'port': 1}]");
        let line: Vec<_> = boot.stderr.lines().filter(|line| line.contains(file)).collect();
        assert!(line.len() == 1 && line[0].contains("DD_ENABLE_HEROKU_REDIS"), "{}", boot.stderr);
        assert!(!boot.stderr.contains("canary"));
    }
}

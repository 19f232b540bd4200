//! The app's own configuration and checks.

use std::fs;

use super::{CONF, Home, yaml};

fn conf(home: &Home, path: &str) -> Option<String> {
    fs::read_to_string(home.path(CONF).join(path)).ok()
}

#[test]
fn folders_old_files_and_custom_checks_are_copied() {
    let home = Home::new().unset("DD_API_KEY");
    for (path, text) in [
        ("datadog/conf.d/mcache.d/conf.yaml", "a"),
        ("datadog/conf.d/mcache.d/more/x.txt", "b"),
        ("datadog/conf.d/nginx.yaml", "c"),
        ("datadog/checks.d/foo.py", "d"),
        ("datadog/checks.d/foo.yaml", "e"),
        ("shared.yaml", "f"),
    ] {
        home.write(path, text);
    }
    std::os::unix::fs::symlink("../../../shared.yaml", home.path("datadog/conf.d/mcache.d/auto_conf.yaml"))
        .unwrap();
    let boot = home.boot();
    assert!(boot.app.is_some());
    for (path, text) in [
        ("conf.d/mcache.d/conf.yaml", "a"),
        ("conf.d/mcache.d/more/x.txt", "b"),
        ("conf.d/nginx.d/conf.yaml", "c"),
        ("checks.d/foo.py", "d"),
        ("conf.d/foo.yaml", "e"),
        ("conf.d/mcache.d/auto_conf.yaml", "f"),
    ] {
        assert_eq!(conf(&home, path).as_deref(), Some(text), "{path}");
    }
}

#[test]
fn the_folder_may_be_relative_absolute_or_missing() {
    for folder in ["monitoring/dd", "./monitoring/dd/", "{HOME}/monitoring/dd"] {
        let home = Home::new().unset("DD_API_KEY");
        home.write("monitoring/dd/checks.d/foo.py", "d");
        home.write("monitoring/dd/prerun.sh", "export RAN=1\n");
        let folder = folder.replace("{HOME}/", home.path("").to_str().unwrap());
        let home = home.set("DD_HEROKU_CONF_FOLDER", &folder);
        assert_eq!(home.boot().var("RAN"), Some("1"), "{folder}");
        assert!(conf(&home, "checks.d/foo.py").is_some());
    }
    let home = Home::new().unset("DD_API_KEY").set("DD_HEROKU_CONF_FOLDER", "nowhere");
    assert_eq!(home.boot().stderr.lines().count(), 1);
}

#[test]
fn malformed_yaml_is_copied_as_it_is_and_named() {
    let home = Home::new().unset("DD_API_KEY");
    home.write("datadog/conf.d/bad.d/conf.yaml", "a: [1\nsecret: canary\n");
    let boot = home.boot();
    assert!(boot.stderr.contains("bad.d/conf.yaml` is no valid YAML"), "{}", boot.stderr);
    assert!(!boot.stderr.contains("canary"));
    assert_eq!(conf(&home, "conf.d/bad.d/conf.yaml").as_deref(), Some("a: [1\nsecret: canary\n"));
}

#[test]
fn host_checks_go_when_they_are_not_wanted() {
    let home = Home::new().unset("DD_API_KEY").set("DD_DISABLE_HOST_METRICS", "True");
    home.boot();
    assert_eq!(conf(&home, "conf.d/cpu.d/conf.yaml.default"), None);
}

#[test]
fn placeholders_are_filled_and_an_unset_variable_leaves_its_instance_out() {
    let home = Home::new().unset("DD_API_KEY").set("CACHE_URL", "redis://u:p%22%3A%20%23x@h:7/2");
    let text = "# dd-heroku: fill\ninstances:\n  - host: ${CACHE_URL.host}\n    port: ${CACHE_URL.port}\n    password: \"${CACHE_URL.password}\"\n  - host: ${GONE_URL.host}\n";
    home.write("datadog/conf.d/redisdb.d/conf.yaml", text);
    let boot = home.boot();
    let filled = conf(&home, "conf.d/redisdb.d/conf.yaml").unwrap();
    assert_eq!(yaml(&filled, "y['instances']"), "[{'host': 'h', 'port': 7, 'password': 'p\": #x'}]");
    assert!(boot.stderr.contains("GONE_URL.host is not set"), "{}", boot.stderr);
}

#[test]
fn only_the_leader_runs_the_checks_of_services() {
    for (dyno, exists) in [("web.1", true), ("web.2", false)] {
        let home = Home::new().unset("DD_API_KEY").set("DYNO", dyno).set("DD_HEROKU_LEADER", "true");
        let home = home.set("DD_ENABLE_HEROKU_REDIS", "true").set("REDIS_URL", "redis://h:1");
        home.write("datadog/conf.d/mysql.d/conf.yaml", "a: 1");
        home.write("datadog/conf.d/nginx.d/conf.yaml", "a: 1");
        home.boot();
        assert_eq!(conf(&home, "conf.d/mysql.d/conf.yaml").is_some(), exists);
        assert_eq!(conf(&home, "conf.d/redisdb.d/conf.yaml").is_some(), exists);
        assert!(conf(&home, "conf.d/nginx.d/conf.yaml").is_some());
    }
}

#[test]
fn a_full_or_read_only_disk_is_told_in_one_line() {
    let home = Home::new();
    let etc = home.path(CONF);
    fs::remove_dir_all(&etc).unwrap();
    fs::write(&etc, "a file where a folder belongs").unwrap();
    let boot = home.boot();
    assert!(boot.app.is_some());
    assert!(boot.stderr.contains("the Agent's configuration is incomplete"), "{}", boot.stderr);
}

#[test]
fn hidden_files_of_a_checks_folder_are_copied_with_it() {
    let home = Home::new().unset("DD_API_KEY");
    for path in ["mine.d/.token", "mine.d/.more/x", "mine.d/conf.yaml"] {
        home.write(&format!("datadog/conf.d/{path}"), "instances: [{}]\n");
    }
    home.write("datadog/conf.d/.git/config", "x");
    home.write("datadog/checks.d/._mine.py", "x");
    home.boot();
    for path in ["mine.d/.token", "mine.d/.more/x", "mine.d/conf.yaml"] {
        assert!(conf(&home, &format!("conf.d/{path}")).is_some(), "{path}");
    }
    assert_eq!((conf(&home, "conf.d/.git/config"), conf(&home, "checks.d/._mine.py")), (None, None));
}

#[test]
fn a_pipe_among_the_files_does_not_hold_the_boot() {
    let home = Home::new().unset("DD_API_KEY");
    home.write("datadog/conf.d/mine.d/conf.yaml", "instances: [{}]\n");
    crate::support::run(
        std::process::Command::new("mkfifo").arg(home.path("datadog/conf.d/mine.d/pipe.yaml")),
    );
    assert!(home.boot().app.is_some());
    assert!(conf(&home, "conf.d/mine.d/conf.yaml").is_some());
    assert_eq!(conf(&home, "conf.d/mine.d/pipe.yaml"), None);
}

//! An Agent that logs no errors about what a dyno does not have.

use super::{CONF, Home, yaml};

const SOCKETS: [(&str, &str); 2] =
    [("DD_APM_RECEIVER_SOCKET", "/tmp/apm.socket"), ("DD_DOGSTATSD_SOCKET", "/tmp/dsd.socket")];

#[test]
fn the_agents_get_sockets_under_tmp_and_no_discovery_and_the_app_gets_neither() {
    let home = Home::new();
    let boot = home.boot();
    for name in ["agent", "trace-agent"] {
        let env = home.launch(name).env;
        for (socket, path) in SOCKETS {
            assert_eq!(env.get(socket).map(String::as_str), Some(path), "{name}");
            assert_eq!(boot.var(socket), None);
        }
        assert_eq!(env.get("DD_DISCOVERY_ENABLED").map(String::as_str), Some("false"), "{name}");
    }
    for name in ["DD_DISCOVERY_ENABLED", "DD_TRACE_AGENT_URL", "DD_DOGSTATSD_URL"] {
        assert_eq!(boot.var(name), None);
    }
    assert_eq!(boot.stderr, "");
}

#[test]
fn what_the_app_asks_for_holds() {
    let home = Home::new()
        .set("DD_DISCOVERY_ENABLED", "true")
        .set("DD_DOGSTATSD_SOCKET", "")
        .prerun("sed -i 's|^apm_config:|&\\n  receiver_socket: /tmp/mine.socket|' \"$DATADOG_CONF\"\n");
    home.boot();
    let env = home.launch("agent").env;
    assert_eq!(env["DD_DISCOVERY_ENABLED"], "true");
    assert_eq!(env["DD_DOGSTATSD_SOCKET"], "");
    assert_eq!(env.get("DD_APM_RECEIVER_SOCKET"), None);
    let conf = home.read(&format!("{CONF}/datadog.yaml"));
    assert_eq!(yaml(&conf, "y['apm_config']['receiver_socket']"), "/tmp/mine.socket");
}

#[test]
fn a_socket_is_read_with_and_without_a_scheme() {
    for (given, path) in [
        ("unix:///proc/nowhere/apm.socket", "/tmp/apm.socket"),
        ("/proc/nowhere/apm.socket", "/tmp/apm.socket"),
        ("unix:///tmp/mine.socket", "/tmp/mine.socket"),
        ("unix:/tmp/mine.socket", "/tmp/mine.socket"),
        ("unix://%2Ftmp%2Fmine.socket", "/tmp/mine.socket"),
    ] {
        for (socket, _) in SOCKETS {
            let home = Home::new().set(socket, given);
            let path = path.replace("apm.socket", given.rsplit('/').next().unwrap());
            let path = path.replace("unix:%2F%2Ftmp%2F", "");
            assert_eq!(home.boot().var(socket), Some(path.as_str()), "{given}");
            assert_eq!(home.launch("agent").env[socket], path);
            let made = std::fs::read_dir(home.path("")).unwrap().flatten();
            assert!(made.map(|entry| entry.file_name()).all(|name| !name.to_string_lossy().contains(':')));
        }
    }
}

#[test]
fn an_agent_listens_where_its_clients_send_to() {
    let home = Home::new()
        .set("DD_TRACE_AGENT_URL", "unix:///proc/nowhere/mine.socket")
        .set("DD_DOGSTATSD_URL", "unix:///tmp/metrics.socket");
    let boot = home.boot();
    assert_eq!(boot.var("DD_TRACE_AGENT_URL"), Some("unix:///tmp/mine.socket"));
    assert_eq!(boot.var("DD_DOGSTATSD_URL"), Some("unix:///tmp/metrics.socket"));
    let env = home.launch("agent").env;
    assert_eq!(env["DD_APM_RECEIVER_SOCKET"], "/tmp/mine.socket");
    assert_eq!(env["DD_DOGSTATSD_SOCKET"], "/tmp/metrics.socket");
}

#[test]
fn an_address_that_is_no_socket_is_named_and_not_made_a_folder() {
    let home = Home::new().set("DD_APM_RECEIVER_SOCKET", "http://localhost:8126");
    let boot = home.boot();
    assert!(boot.stderr.contains("DD_APM_RECEIVER_SOCKET is not the path of a socket"), "{}", boot.stderr);
    assert_eq!(home.launch("trace-agent").env["DD_APM_RECEIVER_SOCKET"], "/tmp/apm.socket");
    assert!(!home.path("http:").exists());
}

#[test]
fn processes_are_turned_on_by_the_name_that_the_agent_does_not_call_deprecated() {
    for (version, expression) in [
        ("7.81.2", "y['process_config']['process_collection']['enabled'], 'enabled' in y['process_config']"),
        ("6.53.1", "y['process_config']['process_collection']['enabled'], 'enabled' in y['process_config']"),
        ("7.30.0", "y['process_config']['enabled'], 'process_collection' in y['process_config']"),
    ] {
        let home = Home::with_agent(version).set("DD_PROCESS_AGENT", "true");
        home.boot();
        let conf = home.read(&format!("{CONF}/datadog.yaml"));
        assert_eq!(yaml(&conf, expression), "(True, False)", "{version}");
    }
}

#[test]
fn schemas_are_collected_only_where_that_is_asked_for() {
    let home = || {
        let home = Home::new().unset("DD_API_KEY").set("DD_ENABLE_HEROKU_POSTGRES", "true");
        home.set("DD_ENABLE_DBM", "true").set("DATABASE_URL", "postgres://u:p@h/d")
    };
    let asked = home().set("DD_HEROKU_COLLECT_SCHEMAS", "true");
    for (home, expected) in [(home(), "{'enabled': False}"), (asked, "None")] {
        home.boot();
        let conf = home.read(&format!("{CONF}/conf.d/postgres.d/conf.yaml"));
        assert_eq!(yaml(&conf, "y['instances'][0].get('collect_schemas')"), expected);
    }
}

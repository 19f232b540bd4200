//! What a boot leaves to the app and the Agent.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{CONF, Home, until, yaml};

#[test]
fn app_and_agent_get_their_variables_and_stdout_stays_clean() {
    let home = Home::new()
        .set("HEROKU_APP_NAME", "my_shop")
        .set("DD_DYNO_HOST", "TRUE")
        .set("DD_TAGS", "env:prod, team:core");
    let boot = home.boot();
    let tags = format!(
        "dyno:web.1 dynotype:web buildpackversion:dd-heroku-{} appname:my_shop env:prod team:core",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(boot.var("DD_TAGS"), Some(tags.as_str()));
    assert_eq!(boot.var("DD_HOSTNAME"), Some("my-shop.web.1"));
    assert_eq!(
        (boot.var("DYNOTYPE"), boot.var("DD_HEROKU_DYNO"), boot.var("DD_VERSION")),
        (Some("web"), Some("true"), None)
    );
    assert_eq!(boot.stderr, "");
    let agent = home.launch("agent");
    let conf = home.path(&format!("{CONF}/datadog.yaml")).display().to_string();
    assert_eq!(agent.arguments, ["run", "-c", &conf]);
    assert_eq!((&*agent.env["DD_TAGS"], &*agent.env["DD_HOSTNAME"]), (tags.as_str(), "my-shop.web.1"));
    assert_eq!(home.launch("trace-agent").arguments, ["--config", &conf]);
    assert_eq!(
        yaml(
            &fs::read_to_string(&conf).unwrap(),
            "y['kept'], y['cloud_provider_metadata'], 'log_file' in y['apm_config']"
        ),
        "(1, [], True)"
    );
}

#[test]
fn the_agent_writes_to_the_dynos_stdout_unless_the_level_is_off() {
    let home = Home::new();
    home.boot();
    until("the agent speaks", || {
        fs::read_to_string(home.log().join("out")).unwrap().contains("agent says hello")
    });
    let quiet = Home::new().set("DD_LOG_LEVEL", "Off").set("DYNO", "");
    quiet.boot();
    quiet.launch("trace-agent");
    let said = ["out", "err"].map(|name| fs::read_to_string(quiet.log().join(name)).unwrap());
    assert_eq!(said, ["", ""]);
}

#[test]
fn on_one_off_dynos_the_agent_writes_to_stderr() {
    for dyno in ["run.1", "release.7", "scheduler.2"] {
        for home in [Home::new(), Home::new().prerun("export KEPT=1\n")] {
            let home = home.set("DYNO", dyno);
            home.boot();
            until("the agents speak", || {
                home.said().contains("trace-agent says hello")
                    && home.said().lines().any(|line| line == "agent says hello")
            });
            assert_eq!(fs::read_to_string(home.log().join("out")).unwrap(), "", "{dyno}");
        }
    }
}

#[test]
fn debug_says_what_is_started_on_stderr() {
    let home = Home::new().set("DD_LOG_LEVEL", "DEBUG");
    let boot = home.boot();
    assert!(boot.stderr.contains("tags: dyno:web.1"), "{}", boot.stderr);
    until("its start is said", || {
        fs::read_to_string(home.log().join("err")).unwrap().contains("Starting Datadog trace-agent")
    });
}

#[test]
fn the_agent_is_off_where_it_is_told_to_be() {
    for (name, value, said) in [
        ("DD_API_KEY", "", "DD_API_KEY is not set"),
        ("DISABLE_DATADOG_AGENT", "true", "DISABLE_DATADOG_AGENT is set"),
        ("DISABLE_DATADOG_AGENT", "false", "heroku config:unset DISABLE_DATADOG_AGENT"),
        ("DD_HEROKU_SKIP_DYNOS", "run web", ""),
    ] {
        let home = Home::new().set(name, value);
        let boot = home.boot();
        assert_eq!(boot.stdout, "");
        assert!(
            boot.stderr.contains(said) && boot.stderr.lines().count() == usize::from(!said.is_empty()),
            "{}",
            boot.stderr
        );
        assert!(!home.is_supervised());
        assert_eq!(boot.var("DD_TRACE_ENABLED"), if said.is_empty() { Some("false") } else { None });
    }
}

#[test]
fn a_key_that_prerun_fetches_turns_the_agent_on() {
    let home = Home::new().unset("DD_API_KEY").prerun("DD_API_KEY=fetched\n");
    assert_eq!(home.boot().stderr, "");
    assert_eq!(home.launch("agent").env["DD_API_KEY"], "fetched");
}

#[test]
fn which_agents_run_depends_on_options_and_version() {
    for (version, started, flag) in [
        ("7.81.2", false, ""),
        ("7.60.1", true, "--cfgpath"),
        ("7.35.0", true, "--config"),
        ("6.53.1", true, "--cfgpath"),
    ] {
        let home = Home::with_agent(version).set("DD_PROCESS_AGENT", "true").set("DD_APM_ENABLED", "False");
        home.boot();
        home.launch("agent");
        if started {
            assert_eq!(home.launch("process-agent").arguments[0], flag, "{version}");
        }
        assert!(home.launches("trace-agent").is_empty());
        assert_eq!(started, !home.launches("process-agent").is_empty());
    }
}

#[test]
fn the_agent_is_asked_its_version_once_at_install_and_never_when_it_is_recorded() {
    let home = Home::new();
    home.boot();
    assert_eq!(fs::read_to_string(home.log().join("versions")).unwrap(), "asked\n");
    assert_eq!(home.read(".dd-heroku/agent-version"), "7.81.2\n");
    let unknown = Home::with_agent("6.4.0");
    fs::remove_file(unknown.path(".dd-heroku/agent-version")).unwrap();
    unknown.boot();
    assert_eq!(unknown.launch("agent").arguments[0], "start");
    assert_eq!(fs::read_to_string(unknown.log().join("versions")).unwrap(), "asked\nasked\n");
}

#[test]
fn a_commit_gives_the_version_and_the_git_tag() {
    let home = Home::new().set("HEROKU_SLUG_COMMIT", "old").set("HEROKU_BUILD_COMMIT", "new");
    let boot = home.boot();
    assert_eq!((boot.var("DD_VERSION"), boot.var("DD_GIT_COMMIT_SHA")), (Some("new"), Some("new")));
}

#[test]
fn odd_dynos_get_valid_host_names_and_no_empty_tags() {
    for (dyno, app, host, tags) in [
        ("", "shop", None, "buildpackversion"),
        (
            "web-12a34b56d-e78f9",
            "fjord",
            Some("fjord.web-12a34b56d-e78f9"),
            "dyno:web-12a34b56d-e78f9 dynotype:web ",
        ),
        ("web.1", "-a b,c\u{e9}-", Some("a-b-c.web.1"), "dyno:web.1 dynotype:web "),
    ] {
        let home = Home::new().set("DYNO", dyno).set("HEROKU_APP_NAME", app).set("DD_DYNO_HOST", "true");
        let boot = home.boot();
        assert!(
            host.is_none_or(|host| boot.var("DD_HOSTNAME") == Some(host)),
            "{:?}",
            boot.var("DD_HOSTNAME")
        );
        assert!(boot.var("DD_TAGS").unwrap().starts_with(tags), "{:?}", boot.var("DD_TAGS"));
    }
}

/// What is said, and what is taken away for it.
type Case = (&'static str, fn(&Home));

#[test]
fn what_is_missing_is_said_in_one_line_and_the_app_boots() {
    let cases: [Case; 4] = [
        ("no Datadog Agent in", |home| fs::remove_dir_all(home.path(".apt")).unwrap()),
        ("yaml.example` cannot be read", |home| {
            fs::remove_file(home.path(&format!("{CONF}/datadog.yaml.example"))).unwrap();
        }),
        ("has no trace-agent", |home| {
            fs::remove_file(home.path(".apt/opt/datadog-agent/embedded/bin/trace-agent")).unwrap();
        }),
        ("was not configured and is not started", |home| {
            fs::remove_file(home.path(".dd-heroku/bin/dd-heroku")).unwrap();
        }),
    ];
    for (said, take) in cases {
        let home = Home::new();
        take(&home);
        let boot = home.boot();
        assert!(boot.app.is_some());
        until(said, || fs::read_to_string(home.log().join("err")).unwrap().contains(said));
    }
}

#[test]
fn garbage_in_variables_and_no_home_do_not_keep_the_app_down() {
    let home = Home::new()
        .set("DD_TAGS", "\u{1b}[31m\u{7f} a'b \"$(touch x)\" `y`")
        .set("DD_HISTOGRAM_PERCENTILES", "0.95 0.99");
    let boot = home.boot_with("export DD_SERVICE=$'\\xff\\xfe' DYNO=$'we\\xffb.1'\n. .profile.d/datadog.sh");
    assert!(boot.var("DD_TAGS").unwrap().ends_with("\u{1b}[31m\u{7f} a'b \"$(touch x)\" `y`"));
    assert_eq!(home.launch("agent").env["DD_HISTOGRAM_PERCENTILES"], "0.95 0.99");
    assert!(!home.path("x").exists());
    let homeless = Home::new();
    let boot = homeless.boot_with("unset HOME\n. .profile.d/datadog.sh");
    assert!(boot.app.is_some(), "{}", boot.stderr);
}

#[test]
fn secrets_lie_in_no_argument_and_in_no_file_that_others_may_read() {
    let canary = "canary0123456789";
    let home = Home::new()
        .set("DD_API_KEY", canary)
        .set("DD_ENABLE_HEROKU_REDIS", "true")
        .set("REDIS_URL", &format!("redis://:{canary}@h:1"))
        .set("DD_POSTGRES_URL_VAR", &format!("postgres://u:{canary}@h:1/d"))
        .set("DD_ENABLE_HEROKU_POSTGRES", "true");
    let boot = home.boot();
    let agent = home.launch("agent");
    assert!(!boot.stderr.contains(canary), "{}", boot.stderr);
    for pid in [agent.pid, home.supervisor()] {
        assert!(
            !String::from_utf8_lossy(&fs::read(format!("/proc/{pid}/cmdline")).unwrap()).contains(canary)
        );
    }
    let mut folders = vec![home.path("")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() && String::from_utf8_lossy(&fs::read(&path).unwrap()).contains(canary) {
                assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
            }
        }
    }
}

#[test]
fn a_host_name_without_the_apps_name_is_a_stable_one_and_is_said_once() {
    for (service, name) in [("", "web.1"), ("check out", "check-out.web.1")] {
        let home = Home::new().set("DD_DYNO_HOST", "true").set("DD_SERVICE", service);
        let boot = home.boot();
        assert_eq!(boot.var("DD_HOSTNAME"), Some(name));
        assert_eq!(home.launch("agent").env["DD_HOSTNAME"], name);
        assert!(
            boot.stderr.lines().count() == 1 && boot.stderr.contains("HEROKU_APP_NAME"),
            "{}",
            boot.stderr
        );
        // A second shell of the dyno (`heroku ps:exec`).
        assert_eq!(home.boot().stderr, "");
    }
    let quiet = Home::new().set("DD_DYNO_HOST", "true").set("DD_HEROKU_SKIP_DYNOS", "web");
    assert_eq!(quiet.boot().stderr, "");
}

#[test]
fn three_thousand_variables_reach_app_and_agent_and_what_prerun_changes_of_them() {
    let mut home = Home::new();
    for n in 0..3000 {
        home = home.set(&format!("VARIABLE_{n}"), &format!("value {n}"));
    }
    let home = home.prerun("export VARIABLE_7=changed; unset VARIABLE_8; for n in {1..3000}; do export DD_OF_SCRIPT_$n=$n; done\n");
    let boot = home.boot();
    let agent = home.launch("agent").env;
    let app = boot.app.as_ref().unwrap();
    for env in [app, &agent] {
        let changed: Vec<_> = (0..3000)
            .filter(|n| env.get(&format!("VARIABLE_{n}")) != Some(&format!("value {n}")))
            .map(|n| (n, env.get(&format!("VARIABLE_{n}")).cloned()))
            .collect();
        assert_eq!(changed, [(7, Some("changed".into())), (8, None)]);
        assert!((1..=3000).all(|n| env.get(&format!("DD_OF_SCRIPT_{n}")) == Some(&n.to_string())));
    }
}

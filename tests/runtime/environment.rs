//! The environment of the app and of the Agent: what the dyno had, what upstream's script exports, what `docs/runtime.md`
//! documents, and nothing else. Each boot is held against a list of everything that may be new in it.

use std::collections::BTreeMap;

use super::{Boot, CONF, Home, variables};

/// What upstream's script exports at every boot, other than those whose values are in [`checked`].
const EXPORTED: [&str; 8] = [
    "DD_BIN_DIR",
    "DD_HOSTNAME",
    "DD_HOST_ALIASES",
    "DD_LD_LIBRARY_PATH",
    "DD_LOG_FILE",
    "DD_PYTHONPATH",
    "DD_TAGS",
    "PATH",
];
/// What the agents get in addition to what the app has, where the app asks for nothing else.
const OF_AGENTS: [(&str, &str); 3] = [
    ("DD_APM_RECEIVER_SOCKET", "/tmp/apm.socket"),
    ("DD_DISCOVERY_ENABLED", "false"),
    ("DD_DOGSTATSD_SOCKET", "/tmp/dsd.socket"),
];
/// What bash itself has in the environment of all it starts.
const OF_BASH: [&str; 4] = ["PWD", "OLDPWD", "SHLVL", "_"];

fn checked(home: &Home) -> BTreeMap<String, String> {
    let conf = home.path(CONF).display().to_string();
    [
        ("DATADOG_CONF", format!("{conf}/datadog.yaml")),
        ("DD_HEROKU_DYNO", "true".into()),
        ("DYNOTYPE", "web".into()),
        ("HOME", home.path("").display().to_string()),
        ("INTEGRATIONS_CONF", format!("{conf}/conf.d")),
        ("POSTGRES_CONF", format!("{conf}/conf.d/postgres.d")),
        ("REDIS_CONF", format!("{conf}/conf.d/redisdb.d")),
    ]
    .map(|(name, value)| (name.into(), value))
    .into()
}

/// Holds that `env` is the home's config vars, the lists above and `more`, a `-` before what is gone.
fn assert_exact(home: &Home, what: &str, env: &BTreeMap<String, String>, more: &[(&str, &str)]) {
    let mut expected = checked(home);
    expected.extend(home.env.clone());
    for (name, value) in more {
        match name.strip_prefix('-') {
            Some(name) => drop(expected.remove(name)),
            None => drop(expected.insert((*name).into(), (*value).into())),
        }
    }
    let mut left = env.clone();
    for name in EXPORTED.iter().filter(|name| !expected.contains_key(**name)) {
        assert!(left.remove(*name).is_some(), "{what}: {name} is missing");
    }
    for name in OF_BASH {
        left.remove(name);
    }
    assert_eq!(left, expected, "{what}");
}

/// Boots with `script` in `.profile.d` before ours, and holds both environments against the list.
fn boots(home: Home, script: &str, more: &[(&str, &str)]) -> Boot {
    let boot = home.boot_with(&format!("{script}\n. .profile.d/datadog.sh\nset +a"));
    let app = boot.app.as_ref().unwrap_or_else(|| panic!("{script}: {}", boot.stderr));
    assert_exact(&home, script, app, more);
    if home.is_supervised() {
        let agents =
            [("PYTHONPATH", app["DD_PYTHONPATH"].as_str()), ("LD_LIBRARY_PATH", &app["DD_LD_LIBRARY_PATH"])];
        let more = [&OF_AGENTS[..], more, &agents].concat();
        for agent in ["agent", "trace-agent"] {
            assert_exact(&home, agent, &home.launch(agent).env, &more);
        }
    }
    boot
}

const SCRIPTS: [&str; 8] = [
    "",
    "UNEXPORTED=1; DD_UNEXPORTED=1; f() { :; }",
    "set -euo pipefail",
    "set -o posix; unset POSIXLY_CORRECT",
    "shopt -s nocasematch extglob nullglob",
    "IFS=,",
    "set -x; exec 2>/dev/null",
    "declare -A map=([a]=b); list=(1 2); declare -n ref=list; readonly FIXED=1",
];

#[test]
fn without_a_prerun_nothing_of_the_shells_is_exported() {
    for script in SCRIPTS {
        boots(Home::new(), script, &[]);
    }
}

#[test]
fn with_a_prerun_nothing_of_the_shells_is_exported_either() {
    for script in SCRIPTS {
        boots(Home::new().prerun(""), script, &[]);
        let prerun = "LOCAL=1; OTHER=(1 2); export KEPT='a b'; unset DYNO\nset -a\nALSO=2\n";
        let more = [("KEPT", "a b"), ("ALSO", "2"), ("-DYNO", "")];
        boots(Home::new().prerun(prerun), script, &more);
    }
}

#[test]
fn a_prerun_that_ends_early_exports_nothing_more() {
    for (prerun, more) in [
        ("export KEPT=1\nLOCAL=1\nexit 3\n", &[("KEPT", "1")][..]),
        ("set -eu\nexport KEPT=1\n: $NOPE\n", &[("KEPT", "1")]),
        ("trap : EXIT\nexport LOST=1\nexit 0\n", &[]),
    ] {
        boots(Home::new().prerun(prerun), "", more);
    }
}

#[test]
fn what_is_documented_is_exported() {
    let home = Home::new().set("HEROKU_SLUG_COMMIT", "abc");
    boots(home, "", &[("DD_VERSION", "abc"), ("DD_GIT_COMMIT_SHA", "abc")]);
    let off = [
        ("DD_TRACE_ENABLED", "false"),
        ("DD_PROFILING_ENABLED", "false"),
        ("DD_INSTRUMENTATION_TELEMETRY_ENABLED", "false"),
    ];
    boots(Home::new().set("DD_HEROKU_SKIP_DYNOS", "web"), "", &off);
    boots(Home::new().unset("DD_API_KEY").prerun("DD_API_KEY=fetched\n"), "", &[("DD_API_KEY", "fetched")]);
    let disabled = Home::new().set("DISABLE_DATADOG_AGENT", "1");
    boots(disabled, "", &[]);
}

#[test]
fn the_command_of_an_image_gets_the_same() {
    for home in [Home::new(), Home::new().prerun("export KEPT=1\n")] {
        let kept: &[(&str, &str)] = if home.path("datadog").exists() { &[("KEPT", "1")] } else { &[] };
        let output = home.runtime(&["entrypoint", "--", "cat", "/proc/self/environ"]);
        let text = String::from_utf8_lossy(&output.stdout);
        // The agents write to the same file.
        let block: String = text.split_inclusive('\0').filter(|entry| entry.ends_with('\0')).collect();
        let env = variables(
            block.replace("trace-agent says hello\n", "").replace("agent says hello\n", "").as_bytes(),
        );
        assert_exact(&home, "the command", &env, kept);
    }
}

#[test]
fn a_dyno_without_a_name_is_what_the_host_name_lacks() {
    let home = Home::new().set("DD_DYNO_HOST", "true").set("HEROKU_APP_NAME", "shop").set("DYNO", "");
    let said = home.boot().stderr;
    assert!(said.contains("DD_DYNO_HOST needs DYNO") && !said.contains("HEROKU_APP_NAME"), "{said}");
    let home = Home::new().set("DD_DYNO_HOST", "true").set("HEROKU_APP_NAME", "");
    let said = home.boot().stderr;
    assert!(said.contains("DD_DYNO_HOST needs HEROKU_APP_NAME"), "{said}");
}

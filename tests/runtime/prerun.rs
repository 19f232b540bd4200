//! `prerun.sh` is sourced in the app's own shell, and whatever it does the app starts.

use super::{CONF, Home, until};

/// Boots with this script; the app must be reached, and the Agent too.
fn survives(script: &str) -> (Home, super::Boot) {
    let home = Home::new().prerun(script);
    let boot = home.boot();
    assert!(boot.app.is_some(), "{script}: the app was not reached: {}", boot.stderr);
    assert!(!boot.stderr.contains("panicked"), "{}", boot.stderr);
    home.launch("agent");
    (home, boot)
}

#[test]
fn an_exit_at_any_depth_ends_the_script_and_nothing_else() {
    for script in [
        "export KEPT=1\nexit 0\nexport LOST=1\n",
        "export KEPT=1\nif true; then exit 3; fi\nexport LOST=1\n",
        "a() { b; export LOST=1; }\nb() { for i in 1 2; do exit; done; export LOST=1; }\nexport KEPT=1\na\nexport LOST=1\n",
        "export KEPT=1\nwhile :; do exit 0 || true; done\nexport LOST=1\n",
        "export KEPT=1\neval 'exit 0'\nexport LOST=1\n",
        "export KEPT=1\n. <(echo 'exit 0')\nexport LOST=1\n",
        "export KEPT=1\nbuiltin exit 0\nexport LOST=1\n",
        "export KEPT=1\nexec true\nexport LOST=1\n",
        "export KEPT=1\nreturn 1\nexport LOST=1\n",
    ] {
        let (_home, boot) = survives(script);
        assert_eq!((boot.var("KEPT"), boot.var("LOST")), (Some("1"), None), "{script}");
    }
}

#[test]
fn an_exit_in_a_subshell_is_the_subshells() {
    let (_home, boot) =
        survives("(exit 3) || export A=$?\nexport B=$(echo b; exit 1)\ntrue | { exit 1; }\nexport C=1\n");
    assert_eq!((boot.var("A"), boot.var("B"), boot.var("C")), (Some("3"), Some("b"), Some("1")));
    assert_eq!(boot.stderr, "");
}

#[test]
fn set_e_ends_the_script_at_the_command_that_failed_and_says_so() {
    for script in [
        "set -e\nexport KEPT=1\nfalse\nexport LOST=1\n",
        "set -euo pipefail\nexport KEPT=1\nfalse | true\nexport LOST=1\n",
        "set -o errexit\nf() { false; export LOST=1; }\nexport KEPT=1\nf\n",
    ] {
        let (_home, boot) = survives(script);
        assert_eq!((boot.var("KEPT"), boot.var("LOST")), (Some("1"), None), "{script}");
        assert_eq!(boot.stderr.lines().count(), 1, "{}", boot.stderr);
        assert!(boot.stderr.contains("prerun.sh stopped at a command that failed"), "{}", boot.stderr);
    }
}

#[test]
fn set_e_lets_pass_what_bash_lets_pass() {
    let script =
        "set -e\nfalse || true\nif false; then :; fi\n! true\nset +e\nfalse\nset -e\nexport KEPT=1\n";
    let (_home, boot) = survives(script);
    assert_eq!(boot.var("KEPT"), Some("1"));
    assert_eq!(boot.stderr, "");
}

#[test]
fn what_bash_dies_of_does_not_keep_the_app_down() {
    for script in [
        "set -u\nexport KEPT=1 DD_ENV=prod\necho \"$NOPE\"\nexport LOST=1\n",
        "export KEPT=1 DD_ENV=prod\n: \"${NOPE:?is needed}\"\nexport LOST=1\n",
        "set -euo pipefail\ntrap 'echo bye >/dev/null' EXIT\nexport KEPT=1 DD_ENV=prod\nf() { echo $NOPE; }\nf\nexport LOST=1\n",
    ] {
        let (home, boot) = survives(script);
        assert_eq!((boot.var("KEPT"), boot.var("LOST")), (Some("1"), None), "{script}");
        assert_eq!(home.launch("agent").env["DD_ENV"], "prod");
        assert!(boot.stderr.contains("prerun.sh ended the shell"), "{}", boot.stderr);
        assert_eq!(boot.var("DD_HEROKU_BOOTED"), None);
    }
}

#[test]
fn a_syntax_error_is_named_and_what_stands_before_it_was_run() {
    let (_home, boot) = survives("export KEPT=1\n\nif true; then\n  export LOST=1\n");
    assert_eq!((boot.var("KEPT"), boot.var("LOST")), (Some("1"), None));
    assert!(boot.stderr.contains("datadog/prerun.sh has a syntax error"), "{}", boot.stderr);
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_do_no_harm() {
    let script = "\u{feff}#!/bin/bash\r\nif [ \"$DYNOTYPE\" = web ]; then\r\n  export KEPT=\"a\"\r\nfi\r\n";
    let (_home, boot) = survives(script);
    assert_eq!(boot.var("KEPT"), Some("a"));
    assert_eq!(boot.stderr.lines().count(), 1, "{}", boot.stderr);
}

#[test]
fn a_script_without_a_shebang_or_with_a_wrong_one_is_bash() {
    for script in [
        "export KEPT=${DYNO%%.*}\n",
        "#!/bin/sh\nx=(web)\nexport KEPT=${x[0]}\n",
        "#!/usr/bin/env python\nexport KEPT=web\n",
    ] {
        let (_home, boot) = survives(script);
        assert_eq!(boot.var("KEPT"), Some("web"));
    }
}

#[test]
fn a_last_command_that_fails_is_no_error() {
    let (_home, boot) = survives("export KEPT=1\n[ -n \"$NOPE\" ] && export X=1\n");
    assert_eq!((boot.var("KEPT"), boot.stderr.as_str()), (Some("1"), ""));
}

#[test]
fn variables_reach_app_and_agent_exported_or_not() {
    let (home, boot) = survives(
        "DD_TAGS=\"$DD_TAGS,team:core\"\nDD_VERSION=v7\nDD_ENV=prod\nexport DD_SERVICE=shop\nMY_APP='it'\"'\"'s $x'\nunset PORT\n",
    );
    let agent = home.launch("agent");
    for (name, value) in
        [("DD_VERSION", "v7"), ("DD_ENV", "prod"), ("DD_SERVICE", "shop"), ("MY_APP", "it's $x")]
    {
        assert_eq!(boot.var(name), Some(value));
        assert_eq!(agent.env[name], value);
    }
    assert!(boot.var("DD_TAGS").unwrap().ends_with(" team:core"));
    assert_eq!(agent.env["DD_TAGS"], boot.var("DD_TAGS").unwrap());
    assert!(!boot.app.unwrap().keys().any(|name| name.starts_with("__dd_heroku") || name == "DYNO_TAGS"));
}

#[test]
fn a_variable_too_long_for_a_process_does_not_keep_the_app_down() {
    let (_home, boot) = survives("printf -v HUGE '%*s' 1048576 ''\nKEPT=1\n");
    assert_eq!((boot.var("KEPT"), boot.var("HUGE")), (Some("1"), None));
}

#[test]
fn every_variable_and_function_of_upstreams_is_there() {
    let names = "DYNO DYNOTYPE DD_CONF_DIR DATADOG_CONF DD_DIR DD_BIN_DIR DD_LOG_DIR DD_RUN_DIR APT_DIR POSTGRES_CONF \
                 REDIS_CONF INTEGRATIONS_CONF APP_DATADOG APP_DATADOG_CONF_DIR APP_DATADOG_CHECKS_DIR BUILDPACKVERSION \
                 DD_PYTHON_VERSION DD_AGENT_VERSION DD_AGENT_MAJOR_VERSION DD_HOSTNAME DYNO_TAGS";
    let script = format!(
        "for n in {names}; do [ -n \"${{!n}}\" ] || missing+=\" $n\"; done\n\
         version_equal_or_newer \"$DD_AGENT_VERSION\" 7.81.2 || missing+=' equal'\n\
         version_equal_or_newer 7.9.0 7.10.0 && missing+=' older'\n\
         version_equal_or_newer 7.10.0 7.9.9 || missing+=' newer'\n\
         version_equal_or_newer 7.10 7.10.1 && missing+=' shorter'\n\
         [ -f \"$DATADOG_CONF\" ] && [ -d \"$DD_CONF_DIR/conf.d\" ] || missing+=' files'\nmissing=\"${{missing}}.\"\n"
    );
    let (_home, boot) = survives(&script);
    assert_eq!(boot.var("missing"), Some("."));
}

#[test]
fn the_script_works_on_the_agents_files_before_it_starts() {
    let script = "echo 'more: 1' >>\"$DATADOG_CONF\"\nrm \"$INTEGRATIONS_CONF/mine.d/conf.yaml\"\n";
    let home = Home::new().prerun(script);
    home.write("datadog/conf.d/mine.d/conf.yaml", "instances:\n  - {}\n");
    home.boot();
    home.launch("agent");
    assert!(home.read(&format!("{CONF}/datadog.yaml")).ends_with("more: 1\n"));
    assert!(!home.path(&format!("{CONF}/conf.d/mine.d/conf.yaml")).exists());
}

#[test]
fn the_agents_own_command_runs_in_the_script() {
    let (home, boot) =
        survives("agent-wrapper integration install -t 'datadog-ping==1.0.0' 'a b' status >/dev/null\n");
    assert_eq!(boot.stderr, "");
    until("the command ran", || {
        home.launches("agent").iter().any(|launch| launch.arguments.contains(&"a b".into()))
    });
}

#[test]
fn folder_mask_and_limits_stay_options_and_separators_do_not() {
    let home = Home::new().prerun("mkdir -p /tmp\ncd /tmp\numask 027\nulimit -S -c 0\nIFS=,\nset -fu\nshopt -s nullglob\nPOSIXLY_ODD=1\n");
    let boot = home.boot_with(
        ". .profile.d/datadog.sh\nexport W=\"$PWD $(umask) $(ulimit -c)\" O=$- I=$IFS N=$(shopt -q nullglob && echo on)\nexport E=$(type -t exit) T=$(trap -p EXIT DEBUG ERR)",
    );
    assert_eq!((boot.var("W"), boot.var("O"), boot.var("N")), (Some("/tmp 0027 0"), Some("hBc"), Some("")));
    assert_eq!((boot.var("I"), boot.var("E"), boot.var("T")), (Some(" \t\n"), Some("builtin"), Some("")));
}

#[test]
fn traps_of_the_script_and_of_the_shell_are_kept() {
    let home = Home::new().prerun("trap 'echo mine' EXIT\ntrap ': usr1' USR1\nset -- other words\n");
    let boot = home.boot_with("trap 'echo shell' EXIT\nset -- one two\n. .profile.d/datadog.sh\nexport T=$(trap -p EXIT USR1) A=\"$*\"");
    assert_eq!(boot.var("T"), Some("trap -- 'echo mine' EXIT\ntrap -- ': usr1' SIGUSR1"));
    assert_eq!(boot.var("A"), Some("one two"));
    let boot = Home::new()
        .prerun(":")
        .boot_with("trap 'echo shell' EXIT\n. .profile.d/datadog.sh\nexport T=$(trap -p EXIT)");
    assert_eq!(boot.var("T"), Some("trap -- 'echo shell' EXIT"));
}

#[test]
fn a_job_left_behind_does_not_hold_the_boot_and_its_output_is_the_scripts() {
    let started = std::time::Instant::now();
    let (_home, boot) = survives("sleep 15 &\ndisown\necho printed\nread -r line </dev/null\n");
    assert!(started.elapsed().as_secs() < 14);
    assert!(boot.stdout.starts_with("printed\n"), "{}", boot.stdout);
}

#[test]
fn the_shell_may_be_strict_itself() {
    let home = Home::new().prerun("[ -n \"$NOPE\" ]\n");
    let boot = home.boot_with("set -euo pipefail\n. .profile.d/datadog.sh\nexport O=$-");
    assert_eq!((boot.var("O"), boot.stderr.as_str()), (Some("ehuBc"), ""));
}

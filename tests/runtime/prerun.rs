//! `prerun.sh` is sourced in the app's own shell, and the app starts in any case.

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
        "export KEPT=1\nreturn 1\nexport LOST=1\n",
    ] {
        let (_home, boot) = survives(script);
        assert_eq!((boot.var("KEPT"), boot.var("LOST")), (Some("1"), None), "{script}");
    }
}

#[test]
fn what_the_script_changed_reaches_the_app_of_a_user_who_is_not_root() {
    for (script, status) in
        [("export KEPT=1\n", ""), ("export KEPT=1\nexit 3\n", "3"), ("set -u\nexec true\n", "")]
    {
        let home = Home::new().prerun(script).of_user();
        let boot = home.boot();
        let kept = script.contains("KEPT").then_some("1");
        assert_eq!(boot.var("KEPT"), kept, "{}", boot.stderr);
        assert_eq!(
            boot.stderr.lines().count(),
            usize::from(kept.is_none() || !status.is_empty()),
            "{}",
            boot.stderr
        );
        home.launch("agent");
        let left = std::fs::read_dir(home.path(".dd-heroku")).unwrap().flatten();
        assert!(left.map(|entry| entry.file_name()).all(|name| !name.to_string_lossy().contains("prerun")));
    }
}

#[test]
fn a_script_that_closes_every_file_loses_nothing() {
    for script in [
        "for n in {3..40}; do eval \"exec $n>&-\"; done\nexport KEPT=1\n",
        "exec 10>ten.txt 11>eleven.txt 12>twelve.txt\nexport KEPT=1\n",
        "exec <&- >&- 2>&- 10>&- 11>&- 12>&-\nexport KEPT=1\n",
    ] {
        let (_home, boot) = survives(script);
        assert_eq!((boot.var("KEPT"), boot.stderr.as_str()), (Some("1"), ""), "{script}");
    }
}

#[test]
fn where_the_home_cannot_be_written_the_variables_are_kept() {
    let home = Home::new().unset("DD_API_KEY").prerun("export KEPT=1\n").of_user();
    crate::support::run(std::process::Command::new("chmod").args(["-R", "a-w"]).arg(home.path(".dd-heroku")));
    let boot = home.boot();
    assert_eq!(boot.var("KEPT"), Some("1"), "{}", boot.stderr);
}

#[test]
fn an_exit_in_a_subshell_is_the_subshells() {
    let (_home, boot) =
        survives("(exit 3) || export A=$?\nexport B=$(echo b; exit 1)\ntrue | { exit 1; }\nexport C=1\n");
    assert_eq!((boot.var("A"), boot.var("B"), boot.var("C")), (Some("3"), Some("b"), Some("1")));
    assert_eq!(boot.stderr, "");
}

#[test]
fn an_exec_or_an_exit_under_a_trap_of_the_scripts_loses_its_variables_and_says_so() {
    let cleanup = "trap 'rm -r \"$HOME/secret\"' EXIT\nmkdir \"$HOME/secret\"\nexport LOST=1\nexit 0\n";
    for script in ["export LOST=1\nexec true\n", cleanup] {
        let (home, boot) = survives(script);
        assert_eq!(boot.var("LOST"), None, "{script}");
        assert_eq!(boot.stderr.lines().count(), 1, "{}", boot.stderr);
        assert!(
            boot.stderr.contains("prerun.sh ended before its variables could be read"),
            "{}",
            boot.stderr
        );
        assert!(!home.path("secret").exists());
    }
}

#[test]
fn set_e_ends_the_script_at_the_command_that_failed_and_says_so() {
    for script in [
        "set -e\nexport KEPT=1\nfalse\nexport LOST=1\n",
        "set -euo pipefail\nexport KEPT=1\nfalse | true\nexport LOST=1\n",
        "set -o errexit\nf() { false; export LOST=1; }\nexport KEPT=1\nf\n",
        "set -e\nexport KEPT=1\n( cd missing 2>/dev/null; export LOST=1; touch lost )\nexport LOST=1\n",
    ] {
        let (home, boot) = survives(script);
        assert_eq!((boot.var("KEPT"), boot.var("LOST")), (Some("1"), None), "{script}");
        assert_eq!(boot.stderr.lines().count(), 1, "{}", boot.stderr);
        assert!(boot.stderr.contains("prerun.sh ended early with status 1"), "{}", boot.stderr);
        assert!(!home.path("lost").exists());
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
        "export KEPT=1 DD_ENV=prod\nreadonly R=1\nR=2\nexport LOST=1\n",
    ] {
        let (home, boot) = survives(script);
        assert_eq!((boot.var("KEPT"), boot.var("LOST")), (Some("1"), None), "{script}");
        assert_eq!(home.launch("agent").env["DD_ENV"], "prod");
        assert!(boot.stderr.contains("prerun.sh ended early with status"), "{}", boot.stderr);
    }
}

#[test]
fn bash_names_a_syntax_error_and_what_stands_before_it_was_run() {
    let (_home, boot) = survives("export KEPT=1\n\nif true; then\n  export LOST=1\n");
    assert_eq!((boot.var("KEPT"), boot.var("LOST")), (Some("1"), None));
    assert!(boot.stderr.contains("prerun.sh: line 5: syntax error"), "{}", boot.stderr);
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
fn exported_variables_reach_app_and_agent_and_so_do_datadogs_exported_or_not() {
    let (home, boot) = survives(
        "DD_TAGS=\"$DD_TAGS,team:core\"\nDD_VERSION=v7\nDD_SITE=datadoghq.eu\nexport DD_SERVICE=shop\nexport MY_APP='it'\"'\"'s $x'\nunset PORT\n",
    );
    let agent = home.launch("agent");
    for (name, value) in
        [("DD_VERSION", "v7"), ("DD_SITE", "datadoghq.eu"), ("DD_SERVICE", "shop"), ("MY_APP", "it's $x")]
    {
        assert_eq!(boot.var(name), Some(value));
        assert_eq!(agent.env[name], value);
    }
    assert!(boot.var("DD_TAGS").unwrap().ends_with(" team:core"));
    assert_eq!(agent.env["DD_TAGS"], boot.var("DD_TAGS").unwrap());
}

#[test]
fn what_describes_the_app_alone_and_is_not_exported_is_not_the_agents() {
    let (home, boot) = survives("DD_ENV=review\nDD_SERVICE=shop\nDB_PASSWORD=secret\n");
    assert_eq!((boot.var("DD_ENV"), boot.var("DD_SERVICE")), (Some("review"), Some("shop")));
    assert_eq!(boot.var("DB_PASSWORD"), None);
    let agent = home.launch("agent");
    assert!(["DD_ENV", "DD_SERVICE", "DB_PASSWORD"].iter().all(|name| !agent.env.contains_key(*name)));
}

#[test]
fn a_variable_too_long_for_a_process_does_not_keep_the_app_down() {
    let (_home, boot) = survives("printf -v DD_HUGE '%*s' 1048576 ''\nexport KEPT=1\n");
    assert_eq!((boot.var("KEPT"), boot.var("DD_HUGE")), (Some("1"), None));
    let (_home, boot) = survives("printf -v HUGE '%*s' 1048576 ''\nexport HUGE\n");
    assert_eq!(boot.var("HUGE"), None);
    let (_home, boot) =
        survives("for n in {1..25}; do printf -v blob_$n '%0100000d' 1; done\nexport KEPT=1\n");
    assert_eq!(boot.var("KEPT"), Some("1"));
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
         [ -f \"$DATADOG_CONF\" ] && [ -d \"$DD_CONF_DIR/conf.d\" ] || missing+=' files'\nexport missing=\"${{missing}}.\"\n"
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
fn the_shells_traps_and_arguments_stay_and_the_scripts_are_its_own() {
    let home = Home::new().prerun("trap 'echo mine' EXIT\ntrap ': usr1' USR1\nset -- other words\n");
    let boot = home.boot_with("trap 'echo shell' EXIT\nset -- one two\n. .profile.d/datadog.sh\nexport T=$(trap -p EXIT USR1) A=\"$*\"");
    assert_eq!(boot.var("T"), Some("trap -- 'echo shell' EXIT"));
    assert_eq!(boot.var("A"), Some("one two"));
    assert!(
        !boot.stdout.contains("mine"),
        "like upstream's: the shell becomes the app, its end is not the script's"
    );
}

#[test]
fn functions_and_aliases_of_the_script_are_the_shells() {
    let home =
        Home::new().prerun("f() { echo \"it's $1\"; }\ng() { :; }\nexport -f g\nalias say='echo said'\n");
    let boot = home.boot_with(
        "shopt -s expand_aliases\n. .profile.d/datadog.sh\nexport F=$(f x) A=$(alias say) G=$(bash -c 'type -t g')",
    );
    assert_eq!(
        (boot.var("F"), boot.var("A"), boot.var("G")),
        (Some("it's x"), Some("alias say='echo said'"), Some("function"))
    );
}

#[test]
fn a_job_left_behind_does_not_hold_the_boot_and_its_output_is_the_scripts() {
    let started = std::time::Instant::now();
    let (_home, boot) = survives("sleep 15 &\ndisown\necho printed\nread -r line </dev/null\n");
    assert!(started.elapsed().as_secs() < 14);
    assert!(boot.stdout.starts_with("printed\n"), "{}", boot.stdout);
}

#[test]
fn the_shell_may_be_strict_itself_and_so_is_the_script_then() {
    let home = Home::new().prerun("export S=$-\n");
    let boot = home.boot_with("set -euo pipefail\n. .profile.d/datadog.sh\nexport O=$-");
    assert_eq!((boot.var("S"), boot.var("O"), boot.stderr.as_str()), (Some("ehuBc"), Some("ehuBc"), ""));
    let boot =
        Home::new().prerun("[ -n \"$NOPE\" ]\n").boot_with("set -euo pipefail\n. .profile.d/datadog.sh");
    assert!(boot.app.is_some(), "{}", boot.stderr);
}

#[test]
fn a_trace_of_the_shell_shows_no_secret() {
    let canary = "canary0123456789";
    for prerun in ["", "export MORE=1\n"] {
        let home = Home::new().set("DD_API_KEY", canary).prerun(prerun);
        let boot = home.boot_with("set -xv\n. .profile.d/datadog.sh");
        assert!(boot.app.is_some() && !boot.stderr.contains(canary), "{}", boot.stderr);
    }
}

#[test]
fn any_mode_of_the_shell_will_do() {
    let script = "export KEPT=\"$DYNOTYPE\" MODE=$SHELLOPTS\ncd /\numask 027\n";
    for mode in [
        "set -o posix",
        "set -a",
        "set -aeuxvC -o pipefail -o posix",
        "IFS=-",
        "IFS=_",
        "IFS=",
        "unset IFS",
        "shopt -s nocasematch nullglob failglob extglob",
        "set -fB +h",
        "set +B",
        "shopt -s lastpipe inherit_errexit localvar_inherit localvar_unset xpg_echo",
        "export BASH_COMPAT=42",
        "export DD_HEROKU_BINARY=",
        "readonly DD_VERSION=1 DYNO_TAGS",
        "exec >&-",
        "exec 2>&- <&-",
        "umask 0777",
        "printf() { :; }; trap() { :; }; unset() { :; }; source() { :; }; kill() { :; }",
    ] {
        let home = Home::new().set("HEROKU_SLUG_COMMIT", "abc").prerun(script);
        let boot = home.boot_with(&format!("{mode}\n. .profile.d/datadog.sh\nbuiltin set +euxv -h\nbuiltin umask 022\nbuiltin export W=\"$PWD\""));
        assert_eq!((boot.var("KEPT"), boot.var("W")), (Some("web"), Some("/")), "{mode}: {}", boot.stderr);
        assert_eq!(boot.var("DD_HEROKU_DYNO"), Some("true"), "{mode}");
        let ours = boot.app.as_ref().unwrap().keys().find(|name| name.starts_with("__dd_heroku"));
        assert_eq!(ours, None, "{mode}");
    }
}

#[test]
fn bash_as_sh_boots_too() {
    let home = Home::new().prerun("export KEPT=1\nx=(1 2)\n");
    std::os::unix::fs::symlink("/bin/bash", home.path("sh")).unwrap();
    let out = home.log().join("sh");
    let words = format!(". ./.profile.d/datadog.sh\nexec env >{}", out.display());
    assert!(home.command(home.path("sh")).args(["-c", &words]).status().unwrap().success());
    assert!(std::fs::read_to_string(out).unwrap().lines().any(|line| line == "KEPT=1"));
}

#[test]
fn a_section_that_the_script_appends_a_second_time_is_named() {
    for (script, key) in [
        (
            "printf '\\nlogs_config:\\n  auto_multi_line_detection: true\\n' >>\"$DATADOG_CONF\"\n",
            "`logs_config`",
        ),
        ("printf '\\napm_config:\\n  enabled: true\\n' >>\"$DATADOG_CONF\"\n", "`apm_config`"),
        (
            "cp \"$DATADOG_CONF\" mine.yaml; export DATADOG_CONF=$PWD/mine.yaml; echo kept: 2 >>mine.yaml\n",
            "`kept`",
        ),
        ("sed -i 's/^logs_config:/&\\n  run_path: canary/' \"$DATADOG_CONF\"\n", "`logs_config.run_path`"),
        ("echo 'a: [1' >>\"$DATADOG_CONF\"\n", "not valid YAML"),
        ("echo 'logs_enabled: true' >>\"$DATADOG_CONF\"\n", ""),
    ] {
        let home = Home::new().prerun(script);
        let stderr = home.boot().stderr;
        assert!(stderr.contains(key) && !stderr.contains("canary"), "{script}: {stderr}");
        assert_eq!(stderr.lines().count(), usize::from(!key.is_empty()), "{script}: {stderr}");
        home.launch("agent");
    }
}

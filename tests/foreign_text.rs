//! Text of others never interprets the terminal: no sequence of it, no line end.

use serde_json::{Value, json};

use crate::sandbox::client::{set_buildpacks, write};
use crate::support::sandbox::{Sandbox, Setup};
use crate::support::terminal::Terminal;

/// The title, a cleared screen, a color, a C1 sequence, another direction, a bell, a line of its own.
const HOSTILE: &str =
    "x\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[31mred\u{9b}1A\u{202e}\r\u{8}y\nerror: forged\u{2028}z";

fn set(sandbox: &Sandbox, config: Value) {
    write(sandbox, "PATCH", "/apps/shop/config-vars", config);
}

fn begin_with(sandbox: &Sandbox, first: &str) {
    let list = [first, "https://github.com/DataDog/heroku-buildpack-datadog.git", "heroku/ruby"];
    set_buildpacks(sandbox, "shop", &list);
}

/// An app in which every value that can be set is hostile.
fn hostile() -> Sandbox {
    let sandbox = Sandbox::start();
    let init = ["init", "-a", "shop", "--yes"];
    sandbox.command(&init).env("DD_API_KEY", "c".repeat(32)).assert().success();
    let config = json!({
        "DD_ENV": HOSTILE, "DD_SERVICE": HOSTILE, "DD_HOSTNAME": HOSTILE, "DD_TAGS": HOSTILE, "DD_VERSION": HOSTILE,
        "DD_AGENT_VERSION": HOSTILE, "DD_HEROKU_SKIP_DYNOS": HOSTILE,
    });
    set(&sandbox, config);
    begin_with(&sandbox, &format!("https://example.com/{HOSTILE}#{HOSTILE}"));
    sandbox
}

/// Fails where text shows anything that a terminal interprets, or a line that someone else started.
fn assert_inert(what: &str, text: &str) {
    let acting =
        text.chars().find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{2028}' | '\u{202e}'));
    assert_eq!(acting, None, "{what}: {text:?}");
    assert!(!text.lines().any(|line| line.starts_with("error: forged")), "{what}: {text}");
}

/// What a command prints, on stdout and stderr.
fn printed(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let run = sandbox.command(arguments).env("DD_API_KEY", "c".repeat(32)).assert();
    let output = run.get_output();
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn no_command_prints_what_a_value_would_do_to_the_terminal() {
    let sandbox = hostile();
    for command in [
        "config list -a shop",
        "config list --all -a shop",
        "config unset DD_ENV -a shop -n",
        "config set DD_ENV=prod DD_SERVICE=shop -a shop -n",
        "status -a shop",
        "status -a shop -a legacy",
        "status -v -a shop",
        "doctor -a shop",
        "doctor --fix -a shop -n",
        "buildpacks show -a shop",
        "buildpacks pin 2.44 -a shop -n",
        "buildpacks fix -a shop -n",
        "init -a shop -n",
        "remove -a shop -n",
        "versions shop",
        "logs status shop",
        "logs enable -a shop -n",
        "integrations list -a shop",
        "upgrade -a shop -n",
        "sandbox show",
    ] {
        let arguments: Vec<_> = command.split(' ').collect();
        let text = printed(&sandbox, &arguments);
        assert_inert(command, &text);
    }
}

#[test]
fn on_a_terminal_values_are_shown_with_their_escapes() {
    let sandbox = hostile();
    for arguments in [
        &["config", "get", "DD_ENV", "-a", "shop"][..],
        &["config", "list", "-a", "shop"],
        &["config", "unset", "DD_ENV", "-a", "shop", "-n"],
        &["status", "-a", "shop"],
        &["doctor", "-a", "shop"],
        &["buildpacks", "show", "-a", "shop"],
        &["config", "list", "-a", "shop", "--json"],
    ] {
        let (_, shown) = Terminal::open(&sandbox, arguments).ends();
        for raw in ["\u{1b}]0;owned", "\u{1b}[2J", "\u{1b}[31mred", "\u{9b}1A", "\u{202e}", "\u{8}"] {
            assert!(!shown.contains(raw), "{arguments:?} {raw:?}: {shown:?}");
        }
        assert!(!shown.lines().any(|line| line.starts_with("error: forged")), "{arguments:?}: {shown}");
    }
}

#[test]
fn a_question_does_not_propose_what_acts_upon_the_terminal() {
    let sandbox = hostile();
    let mut terminal = Terminal::open(&sandbox, &["init", "-a", "shop"]);
    terminal.sees("Environment").interrupts_the_question();
    let (_, shown) = terminal.ends();
    assert!(!shown.contains("\u{1b}]0;owned") && !shown.contains("\u{1b}[2J"), "{shown:?}");
}

#[test]
fn scripts_get_values_as_they_are() {
    let sandbox = hostile();
    let get = sandbox.command(&["config", "get", "DD_ENV", "-a", "shop"]).assert().success();
    assert_eq!(String::from_utf8_lossy(&get.get_output().stdout), format!("{HOSTILE}\n"));
    let get = sandbox.command(&["config", "get", "DD_ENV", "-a", "shop", "--json"]).assert().success();
    let document: Value = serde_json::from_slice(&get.get_output().stdout).unwrap();
    assert_eq!(document["value"], HOSTILE);
}

#[test]
fn a_message_of_an_api_stays_within_its_error() {
    let body = json!({ "id": "forbidden", "message": HOSTILE }).to_string();
    let datadog = json!({ "errors": [HOSTILE] }).to_string();
    let sandbox = Setup::default()
        .faults(json!([
            { "method": "GET", "path": "/apps/shop/config-vars", "every": true, "fault": "status", "status": 403, "body": body },
            { "method": "POST", "path": "*/logs/config/pipelines", "every": true, "fault": "status", "status": 400, "body": datadog },
        ]))
        .start();
    for command in ["config list -a shop", "init -a shop -n", "status -a shop", "doctor -v -a shop"] {
        let text = printed(&sandbox, &command.split(' ').collect::<Vec<_>>());
        assert!(text.contains("red"), "{command}: {text}");
        assert_inert(command, &text);
    }
    let enable = ["metrics", "enable", "-a", "mobile-api", "--yes"];
    let run =
        sandbox.command(&enable).env("DD_API_KEY", "c".repeat(32)).env("DD_APP_KEY", "c".repeat(40)).assert();
    let text = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(text.contains("red"), "{text}");
    assert_inert("metrics enable", &text);
}

#[test]
fn the_output_of_a_build_keeps_its_colors_and_nothing_else() {
    let sandbox = hostile();
    begin_with(&sandbox, "https://example.com/a\u{1b}[32mgreen\u{1b}[0m\u{1b}]0;owned\u{7}\u{1b}[3A");
    set(&sandbox, json!({ "DD_AGENT_VERSION": null }));
    let plain = printed(&sandbox, &["rebuild", "-a", "shop", "--yes"]);
    assert!(plain.contains("-----> agreen"), "{plain}");
    assert_inert("rebuild", &plain);
    let colored = printed(&sandbox, &["rebuild", "-a", "shop", "--yes", "--force", "--color", "always"]);
    assert!(colored.contains("-----> a\u{1b}[32mgreen\u{1b}[0m"), "{colored:?}");
    assert!(!colored.contains("\u{1b}]0") && !colored.contains("\u{1b}[3A"), "{colored:?}");
}

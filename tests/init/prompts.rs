//! `init` as a person at a terminal meets it.

use serde_json::json;

use super::set_up;
use crate::sandbox::client::{get, write};
use crate::support::sandbox::{Sandbox, Setup};
use crate::support::terminal::Terminal;

/// What is asked after key and site.
const QUESTIONS: [&str; 9] = [
    "Environment",
    "Service",
    "Agent version",
    "traces",
    "processes",
    "Name hosts",
    "Databases",
    "logs",
    "Rebuild now",
];

/// The questions, up to the one that applies: each is answered as proposed.
fn answer_all(terminal: &mut Terminal) {
    terminal.sees("Datadog API key").types_the_key();
    terminal.sees("Datadog's site").enters();
    for question in QUESTIONS {
        terminal.sees(question).enters();
    }
    terminal.sees("Apply?");
}

#[test]
fn a_person_who_takes_what_is_proposed_and_says_yes_is_set_up() {
    let sandbox = Sandbox::start();
    let mut terminal = Terminal::open(&sandbox, &["init", "-a", "shop"]);
    answer_all(&mut terminal);
    terminal.types("y\r");
    let (code, shown) = terminal.ends();
    assert_eq!(code, 0, "{shown}");
    assert_eq!(set_up(&sandbox, "shop", &[])["changes"], json!([]), "as `--yes` would have done it");
}

#[test]
fn a_person_who_says_no_changes_nothing() {
    let sandbox = Sandbox::start();
    for no in ["n\r", "\r"] {
        let mut terminal = Terminal::open(&sandbox, &["init", "-a", "shop"]);
        answer_all(&mut terminal);
        terminal.types(no);
        let (code, shown) = terminal.ends();
        assert_eq!(code, 6, "{shown}");
        assert!(shown.contains("canceled; nothing was changed"), "{shown}");
    }
    assert_eq!(sandbox.writes(), [""; 0]);
}

#[test]
fn ctrl_c_at_any_question_changes_nothing() {
    let sandbox = Sandbox::start();
    let interrupted = |mut terminal: Terminal| {
        terminal.interrupts_the_question();
        let (code, shown) = terminal.ends();
        assert_eq!(code, 130, "{shown}");
        assert!(shown.contains("interrupted; nothing was changed"), "{shown}");
    };
    let mut at_key = Terminal::open(&sandbox, &["init", "-a", "shop"]);
    at_key.sees("Datadog API key");
    interrupted(at_key);

    let mut at_half_a_key = Terminal::open(&sandbox, &["init", "-a", "shop"]);
    at_half_a_key.sees("Datadog API key").types("ca4a4b1d");
    interrupted(at_half_a_key);

    let mut at_site = Terminal::open(&sandbox, &["init", "-a", "shop"]);
    at_site.sees("Datadog API key").types_the_key().sees("Datadog's site");
    interrupted(at_site);

    let mut at_text = Terminal::open(&sandbox, &["init", "-a", "shop", "--site", "datadoghq.com"]);
    at_text.sees("Datadog API key").types_the_key().sees("Environment");
    interrupted(at_text);

    let mut at_the_end = Terminal::open(&sandbox, &["init", "-a", "shop"]);
    answer_all(&mut at_the_end);
    interrupted(at_the_end);
    assert_eq!(sandbox.writes(), [""; 0]);
}

#[test]
fn ctrl_c_while_the_app_is_read_changes_nothing() {
    let sandbox = Sandbox::with_faults(json!([{"path": "/apps/shop", "fault": "hang"}]));
    let mut terminal = Terminal::open(&sandbox, &["init", "-a", "shop"]);
    terminal.sees("reading shop").presses_ctrl_c();
    let (code, shown) = terminal.ends();
    assert_eq!(code, 130, "{shown}");
    assert!(shown.contains("interrupted; nothing was changed"), "{shown}");
}

#[test]
fn ctrl_c_while_a_silent_build_streams_says_what_was_done() {
    // It is still pending whenever it is looked at.
    let build = json!({"id": "b1", "status": "pending", "created_at": "2026-11-20T10:00:00Z",
        "source_blob": {"url": "https://x.example/1", "version": "057ede8448099d1308533302ad20ffe69309c56f"}});
    let sandbox = Sandbox::with_faults(json!([
        {"path": "/streams/*", "fault": "hang"},
        {"method": "GET", "path": "/apps/shop/builds/*", "every": true, "fault": "status", "status": 200,
         "body": build.to_string()},
    ]));
    let mut terminal = Terminal::open(&sandbox, &["init", "-a", "shop"]);
    answer_all(&mut terminal);
    terminal.types("y\r").sees("building 057ede8").presses_ctrl_c();
    let (code, shown) = terminal.ends();
    assert_eq!(code, 130, "{shown}");
    assert!(shown.contains("the build of 057ede8 continues at Heroku"), "{shown}");
    assert!(shown.contains("done: labs"), "{shown}");
}

#[test]
fn a_wrong_key_is_asked_for_again_and_never_shown() {
    let sandbox = Sandbox::start();
    let mut terminal = Terminal::open(&sandbox, &["init", "-a", "shop"]);
    terminal.sees("Datadog API key").types("0123").enters();
    terminal.sees("32 hex digits; this has 4").types_the_key();
    terminal.sees("Datadog's site").interrupts_the_question();
    assert_eq!(terminal.ends().0, 130);
}

#[test]
fn the_app_is_asked_for_when_none_is_named() {
    let sandbox = Sandbox::start();
    let mut terminal = Terminal::open(&sandbox, &["init"]);
    terminal.sees("Which app?").sees("vault").enters();
    terminal.sees("Setting up Datadog on fjord").presses_ctrl_c();
    assert_eq!(terminal.ends().0, 130);
}

#[test]
fn when_the_app_changes_before_the_yes_the_new_plan_is_shown_and_asked_about() {
    let sandbox = Sandbox::start();
    let mut terminal = Terminal::open(&sandbox, &["init", "-a", "shop"]);
    answer_all(&mut terminal);
    write(&sandbox, "PATCH", "/apps/shop/config-vars", json!({"DD_DYNO_HOST": "false"}));
    terminal
        .types("y\r")
        .sees("something changed since that plan was shown")
        .sees("false → true")
        .sees("Apply?")
        .types("y\r");
    let (code, shown) = terminal.ends();
    assert_eq!(code, 0, "{shown}");
    assert_eq!(get(&sandbox, "/apps/shop/config-vars")["DD_DYNO_HOST"], "true");
}

#[test]
fn what_was_typed_before_the_plan_was_there_is_no_answer_to_it() {
    let sandbox = Setup::default().latency_ms(150).start();
    let mut terminal = Terminal::open(&sandbox, &["config", "set", "DD_ENV=production", "-a", "shop"]);
    terminal.types("y\r").sees("Apply?").enters();
    let (code, shown) = terminal.ends();
    assert_eq!(code, 6, "{shown}");
    assert_eq!(get(&sandbox, "/apps/shop/config-vars").get("DD_ENV"), None);
}

#[test]
fn what_is_emptied_is_unset_and_what_is_wrong_is_not_proposed() {
    let sandbox = Sandbox::start();
    let vars = json!({"DD_ENV": "oldvalue", "DD_AGENT_VERSION": "6.16.1-1_amd64-x"});
    write(&sandbox, "PATCH", "/apps/shop/config-vars", vars);
    let mut terminal = Terminal::open(&sandbox, &["init", "-a", "shop"]);
    terminal.sees("Datadog API key").types_the_key();
    terminal.sees("Datadog's site").enters();
    terminal.sees("Environment").answers(&format!("{}\r", "\x7f".repeat(10)));
    for question in &QUESTIONS[1..] {
        terminal.sees(question).enters();
    }
    terminal.sees("DD_ENV").sees("oldvalue").sees("Apply?").types("y\r");
    let (code, shown) = terminal.ends();
    assert_eq!(code, 0, "{shown}");
    assert_eq!(get(&sandbox, "/apps/shop/config-vars").get("DD_ENV"), None);
}

#[test]
fn remove_shows_its_plan_before_it_asks_for_the_name() {
    let sandbox = Sandbox::start();
    set_up(&sandbox, "shop", &[]);
    let mut terminal = Terminal::open(&sandbox, &["remove", "-a", "shop"]);
    terminal.sees("DD_API_KEY").sees("Type the app's name").types("shop\r");
    let (code, shown) = terminal.ends();
    assert_eq!(code, 0, "{shown}");
    assert_eq!(get(&sandbox, "/apps/shop/config-vars").get("DD_API_KEY"), None);
}

#[test]
fn a_pinned_version_that_no_longer_exists_is_not_proposed() {
    let sandbox = Sandbox::start();
    let arguments = ["init", "-a", "legacy", "--no-rebuild", "--env", "prod", "--service", "legacy"];
    let mut terminal = Terminal::open(&sandbox, &arguments);
    terminal.sees("Agent version to pin").enters();
    terminal.sees("Collect traces").interrupts_the_question();
    let (_, shown) = terminal.ends();
    assert!(!shown.contains("6.16.1"), "{shown}");
    assert!(!shown.contains("there is no Agent"), "{shown}");
}

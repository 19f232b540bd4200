//! `metrics preview` reads lines in every form in which people have them.

use std::io::Write;

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;

const MESSAGES: [&str; 3] = [
    r#"at=info method=GET path="/" host=x fwd="1.1.1.1" dyno=web.1 connect=1ms service=18ms status=200 bytes=13"#,
    "source=web.1 dyno=heroku.1.a sample#memory_total=256.00MB sample#memory_rss=200.00MB",
    "source=run.1 dyno=heroku.1.b sample#load_avg_1m=0.10",
];

/// How many lines are read and how many of them are counted.
fn counted(input: impl Into<Vec<u8>>) -> (u64, u64) {
    let sandbox = Sandbox::start();
    let mut command = sandbox.command(&["metrics", "preview", "--from", "-", "--json"]);
    let run = command.write_stdin(input.into()).assert().success();
    let seen: Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
    (seen["lines"].as_u64().unwrap(), seen["matched"].as_u64().unwrap())
}

/// The messages behind a head each, line by line.
fn lines(head: &str) -> String {
    MESSAGES.map(|message| format!("{head}{message}\n")).concat()
}

#[test]
fn colored_lines_are_counted() {
    let colored = |escape: &str| {
        let paint = |word: &str| match word.split_once('=') {
            Some((name, value)) => {
                format!("{escape}[37m{name}={escape}[39m{escape}[38;5;12m{value}{escape}[39m")
            }
            None => format!("{escape}[1;32m{word}{escape}[0m"),
        };
        let text = lines("2026-03-02T06:58:53.550240+00:00 heroku[router]: ");
        let painted =
            text.lines().map(|line| line.split(' ').map(paint).collect::<Vec<_>>().join(" ") + "\n");
        painted.collect::<String>()
    };
    assert_eq!(counted(colored("\u{1b}")), (3, 3));
    assert_eq!(counted(colored("#033")), (3, 3));
    assert_eq!(counted(format!("\u{1b}]0;title\u{7}{}", lines(""))), (3, 3));
}

#[test]
fn utf_16_is_counted_in_both_orders_with_and_without_a_mark() {
    let text = lines("2026-03-02T06:58:53.550240+00:00 heroku[router]: ").replace('\n', "\r\n");
    let marked = format!("\u{feff}{text}");
    for text in [&text, &marked] {
        let units = || text.encode_utf16();
        assert_eq!(counted(units().flat_map(u16::to_le_bytes).collect::<Vec<_>>()), (3, 3));
        assert_eq!(counted(units().flat_map(u16::to_be_bytes).collect::<Vec<_>>()), (3, 3));
        assert_eq!(counted(text.as_str()), (3, 3));
    }
}

#[test]
fn spaces_that_are_not_ascii_end_a_head_too() {
    for space in ['\u{a0}', '\u{85}', '\u{2003}'] {
        assert_eq!(
            counted(lines(&format!("2026-03-02T06:58:53.550240+00:00 heroku[router]:{space}"))),
            (3, 3)
        );
    }
}

#[test]
fn the_heads_of_papertrail_are_read() {
    for head in [
        "Mar 02 06:58:53 shop heroku/router: ",
        "Mar 02 06:58:53 app heroku/web.1: ",
        "2026-03-02T06:58:53Z shop heroku/router: ",
        "868\t2026-03-02T06:58:53Z\t2026-03-02T06:58:53Z\t1\tapp\t54.1.1.1\tLocal3\tInfo\theroku/router\t",
    ] {
        assert_eq!(counted(lines(head)), (3, 3), "{head}");
    }
    for head in [
        "Mar 02 06:58:53 shop app/web.1: ",
        "868\t2026-03-02T06:58:53Z\t2026-03-02T06:58:53Z\t1\tshop\t54.1.1.1\tUser\tNotice\tapp/web.1\t",
    ] {
        assert_eq!(counted(lines(head)), (3, 0), "{head}");
    }
}

#[test]
fn frames_that_begin_with_their_length_are_counted() {
    let framed = |program: &str, end: &str, between: &str| {
        let frame = |message: &str| {
            let text = format!("<134>1 2026-03-02T06:58:53+00:00 host {program} web.1 - {message}{end}");
            format!("{} {text}{between}", text.len())
        };
        MESSAGES.map(frame).concat()
    };
    for (end, between) in [("", ""), ("\n", ""), ("", "\n"), ("\n", "\n")] {
        let counts = counted(framed("heroku", end, between));
        assert_eq!(counts.1, 3, "{end:?} {between:?}");
        assert_eq!(counted(framed("app", end, between)).1, 0, "{end:?} {between:?}");
        assert!(counts.0 == 3 || (end, between) == ("\n", "\n"), "{end:?} {between:?} {counts:?}");
    }
    // A length that is wrong costs no line.
    assert_eq!(counted(lines("9999 <134>1 2026-03-02T06:58:53+00:00 host heroku web.1 - ")), (3, 3));
}

#[test]
fn compressed_lines_are_counted() {
    let zip = |text: &str| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        gzip.finish().unwrap()
    };
    let text = lines("2026-03-02T06:58:53.550240+00:00 heroku[router]: ");
    assert_eq!(counted(zip(&text)), (3, 3));
    // Parts that were put together, as `cat *.gz` does.
    assert_eq!(counted([zip(&text), zip(&text)].concat()), (6, 6));
    let cut = zip(&text)[..20].to_vec();
    let sandbox = Sandbox::start();
    let mut command = sandbox.command(&["metrics", "preview", "--from", "-"]);
    let run = command.write_stdin(cut).assert().code(1);
    let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(said.contains("standard input could not be read"), "{said}");
}

#[test]
fn lines_within_json_are_counted() {
    let wrapped = |head: &str, name: &str| {
        let line = |message: &str| json!({ name: format!("{head}{message}"), "id": 7 }).to_string() + "\n";
        MESSAGES.map(line).concat()
    };
    for name in ["message", "log", "_raw"] {
        assert_eq!(counted(wrapped("2026-03-02T06:58:53Z heroku[web.1]: ", name)), (3, 3), "{name}");
        assert_eq!(counted(wrapped("", name)), (3, 3), "{name}");
        assert_eq!(counted(wrapped("2026-03-02T06:58:53Z app[web.1]: ", name)), (3, 0), "{name}");
    }
}

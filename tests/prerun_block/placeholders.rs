//! Placeholders are filled in two places, by the runtime and by the managed block: one table holds both.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use super::{Dyno, fill, stdout};

const PARTS: [&str; 9] = ["scheme", "user", "password", "host", "port", "hosts", "path", "db", "tls"];

/// What both make of a file, with these variables: a list of instances.
fn both(instances: &str, variables: &BTreeMap<String, String>) -> [Vec<Value>; 2] {
    let conf = format!("# dd-heroku: fill\ninstances:\n  - n: always\n{instances}");
    let filled = dd_heroku::runtime::fill(&conf, |name| variables.get(name).cloned());
    let mut dyno = Dyno::named("web.1").holding("x", &conf);
    for (name, value) in variables {
        dyno = dyno.with(name, value);
    }
    stdout(&dyno.boot(&fill()));
    let block = std::fs::read_to_string(dyno.conf("x")).unwrap();
    [filled.text.unwrap(), block].map(|text| {
        let read: Value =
            serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}\nof\n{conf}"));
        read["instances"].as_array().unwrap().iter().skip(1).cloned().collect()
    })
}

/// An instance with every part of the URL in a variable.
fn of_all_parts(n: usize) -> String {
    let parts = PARTS.iter().map(|part| match *part {
        "hosts" | "tls" | "port" => format!("    {part}: ${{U{n}.{part}}}\n"),
        _ => format!("    {part}: \"${{U{n}.{part}}}\"\n"),
    });
    format!("  - n: x${{U{n}.tls}}-{n}\n{}", parts.collect::<String>())
}

fn variables(urls: &[String]) -> BTreeMap<String, String> {
    urls.iter().enumerate().map(|(n, url)| (format!("U{n}"), url.clone())).collect()
}

#[test]
fn the_runtime_and_the_block_read_every_url_of_the_table() {
    let rows: Vec<Vec<&str>> = include_str!("urls.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split(" | ").collect())
        .collect();
    assert!(rows.len() >= 120, "{}", rows.len());
    let urls: Vec<_> = rows.iter().map(|row| row[0].to_owned()).collect();
    let instances: String = (0..rows.len()).map(of_all_parts).collect();
    let expected: Vec<_> = rows.iter().enumerate().filter_map(|(n, row)| expected(n, &row[1..])).collect();
    for (whose, actual) in ["runtime", "block"].iter().zip(both(&instances, &variables(&urls))) {
        for (expected, actual) in expected.iter().zip(&actual) {
            let n: usize = expected["n"].as_str().unwrap().split('-').next_back().unwrap().parse().unwrap();
            assert_eq!(expected, actual, "{whose}: {}", urls[n]);
        }
        assert_eq!(expected.len(), actual.len(), "{whose}");
    }
}

/// The instance of a row of the table, or None when its URL is refused.
fn expected(n: usize, row: &[&str]) -> Option<Value> {
    let mut instance: Map<_, _> = PARTS
        .iter()
        .zip(row)
        .filter(|(_, value)| **value != "-")
        .map(|(part, value)| {
            let value = match *part {
                "port" => json!(value.parse::<u16>().unwrap()),
                "tls" => json!(*value == "true"),
                "hosts" => json!(value.split(',').collect::<Vec<_>>()),
                _ => json!(value.replace("\\n", "\n")),
            };
            ((*part).to_owned(), value)
        })
        .collect();
    let tls = instance.get("tls")?.clone();
    instance.insert("n".into(), json!(format!("x{tls}-{n}")));
    Some(instance.into())
}

#[test]
fn lines_of_every_style_are_filled_alike() {
    let variables = [
        ("URL", "redis://bob:p%40%22%27%5C,%20%23x@example.com:6380/1?timeout=5&name=a%20b"),
        ("SIX", "https://[::1]/"),
        ("NAME", "shop: #1"),
        ("NUMBER", "6379"),
        ("ZERO", "007"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let password = "p@\"'\\, #x";
    for (line, expected) in [
        ("k: ${URL.password}", json!(password)),
        ("k: \"${URL.password}\"", json!(password)),
        ("k: '${URL.password}' # why ${NONE}", json!(password)),
        ("k: ${URL.password} # why ${NONE}", json!(password)),
        ("k: a ${NAME} b", json!("a shop: #1 b")),
        ("k: \"it's \\\"${NAME}\\\"\"", json!("it's \"shop: #1\"")),
        ("k: 'say \"${NAME}\"'", json!("say \"shop: #1\"")),
        ("k: ${URL.port}", json!(6380)),
        ("k: \"${URL.port}\"", json!("6380")),
        ("k: '${URL.port}'", json!("6380")),
        ("k: ${URL.db}", json!(1)),
        ("k: ${NUMBER}", json!(6379)),
        ("k: \"${NUMBER}\"", json!("6379")),
        ("k: ${ZERO}", json!("007")),
        ("k: ${NUMBER}${NUMBER}", json!("63796379")),
        ("k: ${URL.params.timeout}", json!(5)),
        ("k: ${URL.params.name}", json!("a b")),
        ("k: ${URL.tls}", json!(false)),
        ("k: \"${URL.tls}\"", json!("false")),
        ("k: ${URL.hosts}", json!(["example.com:6380"])),
        ("k: \"${URL.hosts}\"", json!("example.com:6380")),
        ("k: ${SIX.host}", json!("::1")),
        ("k: ${SIX.scheme}://${SIX.host}:${SIX.port}/api", json!("https://[::1]:443/api")),
        ("k: \"${SIX.scheme}://${SIX.host}:${SIX.port}/api\"", json!("https://[::1]:443/api")),
        ("k: http://u@${SIX.host}", json!("http://u@[::1]")),
        ("k: [\"db:${NAME}\", x, '${NAME}']", json!(["db:shop: #1", "x", "shop: #1"])),
        ("k: [${URL.port}, ${NAME}, db:${NUMBER} ] # ${NONE}", json!([6380, "shop: #1", "db:6379"])),
        (
            "k: {host: ${URL.host}, port: ${URL.port}, \"a\": \"${NAME}\"}",
            json!({"host": "example.com", "port": 6380, "a": "shop: #1"}),
        ),
        ("k: x # ${NONE}", json!("x")),
        ("k: # ${NONE}", json!(null)),
        ("k: \"x\" # ${NONE}", json!("x")),
    ] {
        let instance = format!("  - n: 1\n    {line}\n");
        for (whose, actual) in ["runtime", "block"].iter().zip(both(&instance, &variables)) {
            assert_eq!(actual[0]["k"], expected, "{whose}: {line}");
        }
    }
    for line in ["k: ${NONE}", "k: ${URL.nothing}", "k: ${URL.params.}", "k: ${A-B}", "- ${URL.params.none}"]
    {
        let instance = format!("  - n: 1\n    {line}\n");
        assert_eq!(both(&instance, &variables), [Vec::<Value>::new(), vec![]], "{line}");
    }
    let gone = "  - n: 1\n    k: ${URL.params.none}\n    l: \"${NUMBER.password}\"\n";
    assert_eq!(both(gone, &variables), [[json!({"n": 1})], [json!({"n": 1})]].map(Vec::from));
}

/// URLs as people and add-ons write them, and broken ones.
fn url() -> impl Strategy<Value = String> {
    let scheme = "(postgres|rediss?|mongodb(\\+srv)?|https?|amqps|kafka\\+ssl|MYSQL2|x\\+tls|jdbc:mysql)://|";
    let credentials = "([a-z]{0,3}(:([a-z0-9/?#@:,\\[\"'$ ]|%4|%zz|%2F|%41){0,6})?@)?";
    let host = "([a-z]{1,3}|\\[::1\\]|10\\.0\\.0\\.1|%41)(:[0-9]{0,5})?";
    let rest = "(/([a-z0-9/]|%41|%2F|%z){0,5})?(\\?(tls|ssl|sslmode|user|x%20)=(true|0|require|%2F|)(&ssl=f)?)?(#x)?";
    let hosts = format!("{host}(,{host})?");
    proptest::string::string_regex(&format!("({scheme}){credentials}{hosts}{rest}")).unwrap()
}

#[test]
fn the_runtime_and_the_block_agree_on_any_url() {
    let mut runner = TestRunner::new(Config { cases: 6, failure_persistence: None, ..Config::default() });
    // Many URLs for each start of bash.
    let urls = proptest::collection::vec(url(), 100);
    runner
        .run(&urls, |urls| {
            let instances: String = (0..urls.len()).map(of_all_parts).collect();
            let [runtime, block] = both(&instances, &variables(&urls));
            for (runtime, block) in runtime.iter().zip(&block) {
                let n = runtime["n"].as_str().unwrap().split('-').next_back().unwrap();
                prop_assert_eq!(runtime, block, "{}", urls[n.parse::<usize>().unwrap()]);
            }
            prop_assert_eq!(runtime.len(), block.len());
            Ok(())
        })
        .unwrap();
}

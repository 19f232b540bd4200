//! Finds a key that occurs twice in the Agent's `datadog.yaml`: a `prerun.sh` appends a section that is already present, and
//! the Agent takes one of the two only. Never says a value.

use std::fs;

use granit_parser::{Event, Parser};

use crate::env::Environment;

use super::layout::Layout;
use super::notice::{Level, Notices};

/// Names the keys that stand twice in the `datadog.yaml` that the Agent is to read, and the line where it ends to be YAML.
pub(super) fn report(env: &Environment, layout: &Layout, notices: Notices) {
    let path = layout.agent_conf(env);
    let Ok(bytes) = fs::read(&path) else { return };
    let (keys, broken) = read(&String::from_utf8_lossy(&bytes));
    let path = path.display();
    for Repeated { key, line } in keys {
        let text = format!(
            "`{path}` has `{key}` twice, again in line {line}: the Agent takes one of them only. Put them together, or edit the first in datadog/prerun.sh"
        );
        notices.say(Level::Warn, &text);
    }
    if let Some(line) = broken {
        notices
            .say(Level::Warn, &format!("`{path}` is not valid YAML (line {line}): the Agent may not start"));
    }
}

/// A key that occurs twice.
#[derive(Debug, PartialEq, Eq)]
struct Repeated {
    /// With those above it: `logs_config.run_path`.
    key: String,
    /// Where it is again.
    line: usize,
}

/// A mapping or a sequence that has not ended.
#[derive(Default)]
struct Open {
    is_mapping: bool,
    keys: Vec<String>,
    /// Whether a key comes next.
    before_key: bool,
}

/// The keys of a text that stand twice, and the line in which it is not YAML.
fn read(text: &str) -> (Vec<Repeated>, Option<usize>) {
    let mut repeated = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => return (repeated, Some(error.marker().line())),
        };
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                value(&mut open);
                let is_mapping = matches!(event, Event::MappingStart(..));
                open.push(Open { is_mapping, before_key: is_mapping, keys: Vec::new() });
            }
            Event::MappingEnd | Event::SequenceEnd => drop(open.pop()),
            Event::Scalar(key, ..) => match open.last_mut() {
                Some(last) if last.before_key => {
                    last.before_key = false;
                    let is_repeated = last.keys.iter().any(|known| *known == key);
                    last.keys.push(key.into_owned());
                    if is_repeated {
                        repeated.push(Repeated { key: key_of(&open), line: span.start.line() });
                    }
                }
                _ => value(&mut open),
            },
            Event::Alias(..) => value(&mut open),
            _ => {}
        }
    }
    (repeated, None)
}

/// Notes that a value begins: what comes next is a key again.
fn value(open: &mut [Open]) {
    if let Some(last) = open.last_mut().filter(|last| last.is_mapping) {
        last.before_key = !last.before_key;
    }
}

/// The keys that lead to where the reader is.
fn key_of(open: &[Open]) -> String {
    let keys: Vec<_> = open.iter().filter_map(|open| open.keys.last()).map(String::as_str).collect();
    keys.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_stands_twice_is_named_with_its_place() {
        for (text, expected) in [
            ("a: 1\nb:\n  c: 1\n", vec![]),
            ("a: 1\nb: 2\na: 3\n", vec![("a", 3)]),
            ("a:\n  b: 1\n\nc: 1\na:\n  d: 2\n", vec![("a", 5)]),
            ("a:\n  b: 1\n  c: {x: 1}\n  b: 2\n", vec![("a.b", 4)]),
            ("a:\n  - x: 1\n  - x: 2\n", vec![]),
            ("a:\n  - x: 1\n    x: 2\n", vec![("a.x", 3)]),
            ("a: x\nb: x\nc: a\n? [a]\n: 1\n", vec![]),
            ("a: &x 1\nb: *x\nc: *x\n", vec![]),
            ("# a: 1\na: 2\n", vec![]),
        ] {
            let (keys, broken) = read(text);
            let keys: Vec<_> = keys.iter().map(|repeated| (repeated.key.as_str(), repeated.line)).collect();
            assert_eq!((keys, broken), (expected, None), "{text}");
        }
        assert!(read("a: [1\nb: 2\n").1.is_some());
    }
}

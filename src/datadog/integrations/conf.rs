//! Writes a check's `conf.yaml`: commented, valid, and without a secret in it. Values that only a dyno knows are
//! written as `${VAR}` or `${VAR.part}` and put in when it boots, by our runtime or by the block of `prerun.sh`.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::{Integration, Opt, TAGS, Type};

/// The first line of a file that the boot puts values into.
pub const FILL: &str = "# dd-heroku: fill";

/// The values of one instance, in any order.
pub type Instance = Map<String, Value>;

/// The instance that is written when nothing was said: defaults of required options, and what is on.
pub fn usual(integration: &Integration) -> Instance {
    let written = |option: &&Opt| option.required || option.on;
    let value = |option: &Opt| Some((option.name.clone(), option.value.clone()?));
    integration.options.iter().filter(written).filter_map(value).collect()
}

/// The required options that an instance lacks.
pub fn missing<'i>(integration: &'i Integration, instance: &Instance) -> Vec<&'i Opt> {
    let has = |name: &String| instance.contains_key(name);
    integration
        .options
        .iter()
        .filter(|option| option.required && !has(&option.name) && !option.or.iter().any(has))
        .collect()
}

/// Whether a file asks for values to be put in.
pub fn asks(text: &str) -> bool {
    text.lines().next().is_some_and(|line| line.trim_end() == FILL)
}

/// Whether a value is put in at boot.
fn is_filled(value: &Value) -> bool {
    any_text(value, &|text| text.contains("${"))
}

/// Whether a value is, or holds, a text that `is` is true of.
pub fn any_text(value: &Value, is: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => is(text),
        Value::Array(all) => all.iter().any(|item| any_text(item, is)),
        Value::Object(map) => map.values().any(|item| any_text(item, is)),
        _ => false,
    }
}

/// The text of `conf.yaml` with these instances. Options that are not set follow in comments, of the first only.
pub fn render(integration: &Integration, instances: &[Instance]) -> String {
    let mut text = String::new();
    let may_hold_secret = integration.options.iter().any(|option| super::is_secret_option(&option.name));
    if may_hold_secret || instances.iter().flat_map(Map::values).any(is_filled) {
        let _ = writeln!(
            text,
            "{FILL}\n# Variables in braces are put in from the config vars when a dyno boots."
        );
    }
    let _ = writeln!(text, "# {}: {}.", integration.title, lower_first(&integration.about));
    if let Some(needs) = &integration.needs {
        let _ = writeln!(text, "# Needs: {}", needs.replace('\n', "\n# "));
    }
    text.push_str("init_config:\n\ninstances:\n");
    for (n, instance) in instances.iter().enumerate() {
        if n > 0 {
            text.push('\n');
        }
        write_instance(&mut text, integration, instance, n == 0);
    }
    text
}

fn write_instance(text: &mut String, integration: &Integration, instance: &Instance, with_examples: bool) {
    let about = |name: &str| {
        integration.options.iter().find(|option| option.name == name).map(|option| &option.about)
    };
    let known = integration.options.iter().map(|option| &option.name);
    let others = instance.keys().filter(|name| about(name).is_none());
    let set: Vec<_> = known.filter(|name| instance.contains_key(*name)).chain(others).collect();
    for (n, name) in set.iter().enumerate() {
        if let Some(about) = about(name).filter(|_| with_examples) {
            let _ = writeln!(text, "{}# {about}", if n == 0 { "  " } else { "    " });
        }
        let option = entry(name, &instance[*name], integration.option(name));
        let _ = writeln!(text, "{}", indented(&option, if n == 0 { "  - " } else { "    " }, "    "));
    }
    if with_examples {
        for option in integration.options.iter().filter(|option| !instance.contains_key(&option.name)) {
            let _ = writeln!(text, "\n    # {}", option.about);
            let example = match &option.value {
                Some(value) => entry(&option.name, value, Some(option.kind)),
                None if super::is_secret_option(&option.name) => {
                    format!("{}: \"${{NAME_OF_A_CONFIG_VAR}}\"", option.name)
                }
                None => format!("{}:", option.name),
            };
            let _ = writeln!(text, "{}", indented(&example, "    # ", "    # "));
        }
        if !instance.contains_key(TAGS) {
            text.push_str("\n    # Tags on everything of this instance\n    # tags: [team:core]\n");
        }
    }
}

/// `name: value` as YAML, without a newline at its end.
fn entry(name: &str, value: &Value, kind: Option<Type>) -> String {
    match value {
        Value::String(text) if is_bare(text, kind) => format!("{name}: {text}"),
        Value::String(text) => format!("{name}: {}", scalar(text)),
        Value::Array(all)
            if all.iter().all(|item| !item.is_object() && !item.is_array() && !is_filled(item)) =>
        {
            let all: Vec<_> =
                all.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), scalar)).collect();
            format!("{name}: [{}]", all.join(", "))
        }
        Value::Object(_) | Value::Array(_) => {
            let nested = serde_saphyr::to_string(value).unwrap_or_default();
            format!("{name}:\n{}", indented(nested.trim_end(), "  ", "  "))
        }
        other => format!("{name}: {other}"),
    }
}

/// Whether a placeholder stands without quotes, so that what is put in becomes a number, a boolean or a list.
fn is_bare(text: &str, kind: Option<Type>) -> bool {
    let is_list = || text.ends_with(".hosts}") && matches!(kind, Some(Type::Texts | Type::TextOrTexts));
    text.starts_with("${") && (is_list() || matches!(kind, Some(Type::Int | Type::Float | Type::Bool)))
}

/// A text as a YAML scalar: plain where every reader takes it for that text, else in double quotes.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./:@+".contains(c))
        && !text.ends_with(':')
        && !text.contains(": ")
        && !["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
            .contains(&text.to_ascii_lowercase().as_str());
    if plain { text.to_owned() } else { quoted(text) }
}

/// A text in YAML's double quotes, which are JSON's but for a few characters that JSON lets pass.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn indented(text: &str, first: &str, rest: &str) -> String {
    text.lines()
        .enumerate()
        .map(|(n, line)| format!("{}{line}", if n == 0 { first } else { rest }))
        .collect::<Vec<_>>()
        .join("\n")
}

/// A sentence's first letter made small, unless it begins with an abbreviation or a name in capitals.
fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::datadog::integrations::{all, find};

    fn instance(value: Value) -> Instance {
        value.as_object().cloned().unwrap_or_default()
    }

    fn complete(integration: &Integration) -> Instance {
        let mut instance = usual(integration);
        for option in missing(integration, &instance.clone()) {
            let value = match option.kind {
                Type::Int | Type::Float => json!(1),
                Type::Texts => json!(["x"]),
                _ => json!("x"),
            };
            instance.insert(option.name.clone(), value);
        }
        instance
    }

    #[test]
    fn every_file_reads_back_to_its_instances() {
        for integration in all().iter().filter(|entry| entry.check.is_some()) {
            let instances: Vec<_> = std::iter::once(complete(integration))
                .chain(integration.sources.iter().filter(|source| !source.set.is_empty()).map(|source| {
                    let mut instance = complete(integration);
                    instance.extend(source.set.clone());
                    instance
                }))
                .collect();
            let text = render(integration, &instances);
            let read: Value = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            assert_eq!(read["instances"], json!(instances), "{text}");
            assert_eq!(read["init_config"], Value::Null);
            assert!(text.is_ascii() && text.lines().all(|line| !line.ends_with(' ')), "{text}");
        }
    }

    #[test]
    fn every_example_becomes_valid_when_its_comment_sign_is_taken_away() {
        for integration in all().iter().filter(|entry| entry.check.is_some()) {
            let text = render(integration, &[complete(integration)]);
            let lines = text.lines().map(|line| match line.strip_prefix("    # ") {
                Some(rest)
                    if rest.split(':').next().is_some_and(|name| integration.option(name).is_some()) =>
                {
                    format!("    {rest}")
                }
                Some(rest) if rest.starts_with(' ') => format!("    {rest}"),
                _ => line.to_owned(),
            });
            let uncommented = lines.collect::<Vec<_>>().join("\n");
            let read: Value =
                serde_saphyr::from_str(&uncommented).unwrap_or_else(|error| panic!("{error}\n{uncommented}"));
            for (name, value) in read["instances"][0].as_object().expect("a mapping") {
                let kind = integration.option(name).unwrap_or_else(|| panic!("{name}\n{uncommented}"));
                assert!(value.is_null() || kind.accepts(value), "{name}\n{uncommented}");
            }
        }
    }

    #[test]
    fn three_typical_files() {
        let mut mcache = usual(find("mcache").expect("an entry"));
        mcache.extend(instance(json!({
            "url": "${MEMCACHIER_SERVERS.host}", "port": "${MEMCACHIER_SERVERS.port}",
            "username": "${MEMCACHIER_USERNAME}", "password": "${MEMCACHIER_PASSWORD}"
        })));
        for (name, instances, snapshot) in [
            ("mcache", vec![mcache], snapbox::file!["snapshots/mcache.yaml"]),
            (
                "gunicorn",
                vec![instance(json!({"proc_name": "shop"}))],
                snapbox::file!["snapshots/gunicorn.yaml"],
            ),
            (
                "http_check",
                vec![
                    instance(
                        json!({"name": "home", "url": "https://shop.example/?a=1&b=2", "tags": ["team:core"]}),
                    ),
                    instance(json!({"name": "it's \"odd\": #1", "url": "http://localhost", "timeout": 2.5})),
                ],
                snapbox::file!["snapshots/http_check.yaml"],
            ),
        ] {
            snapbox::assert_data_eq!(render(find(name).expect("an entry"), &instances), snapshot.raw());
        }
    }

    #[test]
    fn a_scalar_is_quoted_where_a_reader_might_take_it_for_something_else() {
        for (text, yaml) in [
            ("localhost", "localhost"),
            ("http://localhost:81/nginx_status/", "http://localhost:81/nginx_status/"),
            ("yes", "\"yes\""),
            ("1.0", "\"1.0\""),
            ("a: b", "\"a: b\""),
            ("", "\"\""),
            ("a\"b\\c\n\u{7f}", "\"a\\\"b\\\\c\\n\\u007f\""),
        ] {
            assert_eq!(scalar(text), yaml);
        }
    }
}

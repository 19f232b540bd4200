//! An instance of a check: its options by the model of the check, or by the catalogue where no model is known.

use serde_json::{Map, Value};

use super::placeholders::{self, Prerun};
use super::{File, Finding};
use crate::datadog::integrations::{self, Integration, Model, Type, WrongType, conf};
use crate::repo::yaml;

/// What is known of a check.
#[derive(Clone, Copy)]
pub(super) struct Known {
    model: Option<&'static Model>,
    entry: Option<&'static Integration>,
}

impl Known {
    pub(super) fn of(check: &str) -> Self {
        Self { model: Model::of(check), entry: integrations::of_check(check) }
    }

    /// Nothing, of a check of the app.
    pub(super) fn nothing() -> Self {
        Self { model: None, entry: None }
    }

    fn option(self, name: &str) -> Option<Type> {
        match self.entry {
            // It knows those of its model.
            Some(entry) => entry.option(name),
            None => self.model?.option(name),
        }
    }

    fn option_names(self) -> impl Iterator<Item = &'static str> {
        let of_model = self.model.filter(|_| self.entry.is_none()).into_iter().flat_map(Model::option_names);
        of_model.chain(self.entry.into_iter().flat_map(Integration::option_names))
    }

    /// Each item lists options of which one is required.
    fn missing(self, options: &conf::Instance) -> Vec<Vec<&'static str>> {
        let described = |entry| {
            conf::missing(entry, options).into_iter().map(|option| {
                std::iter::once(option.name.as_str()).chain(option.or.iter().map(String::as_str)).collect()
            })
        };
        match self.model {
            Some(model) => model.missing(options),
            None => self.entry.into_iter().flat_map(described).collect(),
        }
    }

    /// The option that `name` is a slip of the pen for. A newer Agent may know more options.
    fn likely_misspelt(self, name: &str) -> Option<&'static str> {
        self.option_names()
            .map(|known| (strsim::damerau_levenshtein(name, known), known))
            .filter(|(distance, known)| *distance <= known.len() / 6 + usize::from(known.len() >= 4))
            .min()
            .map(|(_, known)| known)
    }
}

/// The problems of an instance that begins on `line`.
pub(super) fn lint(
    file: &File,
    check: &str,
    known: Known,
    instance: &Value,
    line: Option<usize>,
    prerun: &Prerun,
) -> Vec<Finding> {
    let options = match instance {
        Value::Object(options) => options,
        Value::Null => &Map::new(),
        marked if placeholders::is_marked(marked) => return Vec::new(),
        _ => return vec![Finding::error(file, line, "an instance is not a mapping of options")],
    };
    let mut findings = Vec::new();
    // A merge key (`<<`) or a placeholder in place of a name brings options that are not seen here.
    let is_whole = options.keys().all(|name| name != "<<" && !placeholders::is_marked(&name.as_str().into()));
    for names in known.missing(options).into_iter().filter(|_| is_whole) {
        let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
        let lacks = format!("an instance lacks {}, which the check requires", names.join(" or "));
        findings.push(Finding::error(file, line, lacks));
    }
    for (name, value) in options {
        let line = yaml::line_of(&file.text, name, line.unwrap_or(1)).or(line);
        if placeholders::is_marked(value) || value.as_str().is_some_and(|text| prerun.replaces(text)) {
            continue;
        }
        if let Some(left) = placeholders::left(value) {
            findings.push(
                Finding::error(file, line, format!("nothing replaces the placeholder `{left}` of `{name}`"))
                    .fix("write `${NAME}` and let `dd-heroku integrations add` fill it, or replace it in prerun.sh"),
            );
            continue;
        }
        match known.option(name) {
            Some(kind) if value.is_null() || kind.accepts(value) => {}
            Some(kind) => findings.push(wrong_type(file, line, name, kind, value)),
            None => findings.extend(known.likely_misspelt(name).map(|meant| {
                Finding::warning(file, line, format!("`{name}` is not an option of `{check}`"))
                    .fix(format!("did you mean `{meant}`?"))
            })),
        }
    }
    findings
}

fn wrong_type(file: &File, line: Option<usize>, name: &str, kind: Type, value: &Value) -> Finding {
    let finding = Finding::error(file, line, format!("`{name}`: {}", WrongType(kind)));
    let is_plain = |value: &Value| value.is_number() || value.is_boolean();
    let in_list = value.as_array().is_some_and(|all| all.iter().any(is_plain));
    match kind {
        // Datadog's guide says `ssl: True`, and no mode of PostgreSQL has that name.
        Type::Text if name == "ssl" && value.is_boolean() => {
            let mode = if value.as_bool() == Some(true) { "require" } else { "disable" };
            finding.fix(format!("write `ssl: {mode}`"))
        }
        Type::Text if is_plain(value) => finding.fix("put the value in quotes"),
        Type::Texts | Type::TextOrTexts | Type::TextsOrMaps if in_list => {
            finding.fix("put each value in quotes")
        }
        _ => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::messages;

    const REDIS: &str = "datadog/conf.d/redisdb.d/conf.yaml";

    #[test]
    fn options_are_checked_by_the_model() {
        let text = "init_config:\ninstances:\n  - host: a\n    port: many\n    tags: x\n  - hots: b\n    port: 1\n    keys: [a]\n";
        assert_eq!(
            messages(&[(REDIS, text)]),
            [
                "datadog/conf.d/redisdb.d/conf.yaml:4 error `port`: expected a whole number",
                "datadog/conf.d/redisdb.d/conf.yaml:5 error `tags`: expected a list of texts, such as [a, b]",
                "datadog/conf.d/redisdb.d/conf.yaml:6 error an instance lacks `host`, which the check requires",
                "datadog/conf.d/redisdb.d/conf.yaml:6 warning `hots` is not an option of `redisdb`",
            ]
        );
        assert_eq!(messages(&[(REDIS, "instances:\n  - {host: a, port: 1, something_newer: 1}\n")]), [""; 0]);
        assert_eq!(
            messages(&[("datadog/conf.d/mcache.d/conf.yaml", "instances:\n  - socket: /tmp/s\n")]),
            [""; 0]
        );
    }
}

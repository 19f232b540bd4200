//! What the configuration models of the Agent's checks take and require: `models.yaml`, the truth for the lint and for
//! options that the catalogue does not describe.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use super::conf::Instance;
use super::types::{self, Type};

type Names = BTreeMap<Type, Vec<String>>;

static MODELS: LazyLock<BTreeMap<String, Model>> = LazyLock::new(|| {
    let File { groups, checks } =
        serde_saphyr::from_str(include_str!("models.yaml")).expect("the models are read by a test");
    let model = |entry: Entry| {
        let taken = entry.groups.iter().filter_map(|group| groups.get(group));
        // The options of a check itself come last: they override those of its groups.
        let options = taken.chain([&entry.options]).flatten();
        let named = options.flat_map(|(kind, names)| names.iter().map(|name| (name.clone(), *kind)));
        Model { required: entry.required, any: entry.any, options: named.collect() }
    };
    checks.into_iter().map(|(check, entry)| (check, model(entry))).collect()
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    groups: BTreeMap<String, Names>,
    checks: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    any: Vec<Vec<String>>,
    #[serde(default)]
    options: Names,
}

/// The model of the instances of a check.
#[derive(Debug)]
pub struct Model {
    required: Vec<String>,
    any: Vec<Vec<String>>,
    options: BTreeMap<String, Type>,
}

impl Model {
    /// The model of the check of that name.
    pub fn of(check: &str) -> Option<&'static Self> {
        MODELS.get(check)
    }

    /// What an option takes.
    pub fn option(&self, name: &str) -> Option<Type> {
        self.options.get(name).copied().or_else(|| types::common(name))
    }

    /// The names of its options, without those that every check takes.
    pub fn option_names(&self) -> impl Iterator<Item = &str> {
        self.options.keys().map(String::as_str)
    }

    /// What an instance lacks: each item lists options of which one is required.
    pub fn missing(&self, instance: &Instance) -> Vec<Vec<&str>> {
        let is_set = |name: &&str| instance.get(*name).is_some_and(|value| !value.is_null());
        // `monitor_unlisted_consumer_groups: false` and `consumer_groups: {}` select nothing.
        let selects = |name: &&str| is_set(name) && !is_empty(&instance[*name]);
        let required = self.required.iter().map(String::as_str).filter(|name| !is_set(name));
        let any = self.any.iter().map(|names| names.iter().map(String::as_str).collect::<Vec<_>>());
        required.map(|name| vec![name]).chain(any.filter(|names| !names.iter().any(selects))).collect()
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Bool(on) => !on,
        Value::String(text) => text.is_empty(),
        Value::Array(all) => all.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_model_is_read_with_its_groups() {
        assert!(MODELS.len() > 200, "{}", MODELS.len());
        for (check, option, kind) in [
            ("postgres", "relations", Some(Type::TextsOrMaps)),
            ("postgres", "ssl", Some(Type::Text)),
            ("haproxy", "services_exclude", Some(Type::Texts)),
            ("haproxy", "tls_verify", Some(Type::Bool)),
            ("nginx", "tags", Some(Type::Texts)),
            ("tomcat", "jmx_url", Some(Type::Text)),
            ("redisdb", "hots", None),
        ] {
            assert_eq!(Model::of(check).expect("a model").option(option), kind, "{check} {option}");
        }
        for model in MODELS.values() {
            let named = model.required.iter().chain(model.any.iter().flatten());
            for name in named.filter(|name| !["server", "user"].contains(&name.as_str())) {
                assert!(model.option(name).is_some(), "{name}");
            }
        }
    }

    #[test]
    fn what_an_instance_lacks_is_named() {
        let missing = |check: &str, instance: Value| {
            let instance = instance.as_object().expect("a mapping").clone();
            let missing = Model::of(check).expect("a model").missing(&instance);
            missing.iter().map(|names| names.join("|")).collect::<Vec<_>>()
        };
        assert_eq!(missing("redisdb", json!({"host": null})), ["host", "port"]);
        assert_eq!(missing("mysql", json!({"defaults_file": "/app/my.cnf"})), [""; 0]);
        assert_eq!(
            missing("kafka_consumer", json!({"kafka_connect_str": "a", "consumer_groups": {}})),
            ["monitor_unlisted_consumer_groups|consumer_groups|consumer_groups_regex"]
        );
    }
}

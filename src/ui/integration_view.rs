//! An integration: its options, the add-ons that provide it, its file.

use serde_json::{Value, json};

use super::{table, wrap};
use crate::datadog::integrations::{Integration, Kind, Model, Opt, Type, conf};

/// The JSON of an integration; with `all`, of every option that its check takes.
pub fn to_json(entry: &Integration, all: bool) -> Value {
    let option = |option: &Opt| {
        json!({
            "name": option.name,
            "type": option.kind.as_str(),
            "required": option.required,
            "or": option.or,
            "value": option.value,
            "about": option.about,
        })
    };
    let mut document = json!({
        "name": entry.name,
        "title": entry.title,
        "kind": entry.kind.as_str(),
        "check": entry.check,
        "about": entry.about,
        "aliases": entry.aliases,
        "addons": addons(entry),
        "needs": entry.needs,
        "version": entry.version,
        "options": entry.options.iter().map(option).collect::<Vec<_>>(),
        "example": example(entry),
    });
    if all {
        let further = further(entry).into_iter();
        document["further_options"] =
            further.map(|(name, kind)| json!({"name": name, "type": kind.as_str()})).collect();
    }
    document
}

/// What people read of it.
pub fn render(entry: &Integration, all: bool) -> String {
    let mut text = vec![wrap(&format!("{} ({}): {}", entry.title, entry.name, entry.about), 0)];
    let addons = addons(entry);
    if !addons.is_empty() {
        text.push(wrap(&format!("Add-ons: {}", addons.join(", ")), 0));
    }
    if let Some(needs) = &entry.needs {
        text.push(wrap(&format!("Needs: {needs}"), 0));
    }
    if !entry.options.is_empty() {
        let required = |option: &Opt| match (option.required, option.or.as_slice()) {
            (false, _) => String::new(),
            (true, []) => "required".to_owned(),
            (true, or) => format!("required, or {}", or.join(", ")),
        };
        let rows = entry.options.iter().map(|option| {
            [option.name.clone(), option.kind.as_str().to_owned(), required(option), option.about.clone()]
        });
        text.push(table(["OPTION", "TYPE", "", "WHAT IT IS"], rows));
    }
    text.extend(all.then(|| further_text(entry)).flatten());
    if let Some(example) = example(entry) {
        text.push(format!("{}/conf.yaml:\n\n{}", entry.folder().unwrap_or_default(), example.trim_end()));
    }
    text.join("\n\n")
}

/// The options of its check that the catalogue does not describe.
fn further(entry: &Integration) -> Vec<(&'static str, Type)> {
    let model = entry.check.as_deref().and_then(Model::of);
    let is_described = |name: &str| entry.options.iter().any(|option| option.name == name);
    let named = model
        .into_iter()
        .flat_map(|model| model.option_names().filter_map(|name| Some((name, model.option(name)?))));
    named.filter(|(name, _)| !is_described(name)).collect()
}

fn further_text(entry: &Integration) -> Option<String> {
    let further = further(entry);
    let rows = further.iter().map(|(name, kind)| [(*name).to_owned(), kind.as_str().to_owned()]);
    (!further.is_empty()).then(|| table(["FURTHER OPTION", "TYPE"], rows))
}

fn addons(entry: &Integration) -> Vec<&str> {
    entry.sources.iter().map(|source| source.addon.as_str()).collect()
}

/// The file with the values of the first add-on, where one has any.
fn example(entry: &Integration) -> Option<String> {
    if matches!(entry.kind, Kind::ConfigVar | Kind::Library) {
        return None;
    }
    let mut instance = conf::usual(entry);
    for option in conf::missing(entry, &instance.clone()) {
        instance.insert(option.name.clone(), "…".into());
    }
    if let Some(source) = entry.sources.first() {
        let value = |value: &Value| match value.as_str() {
            Some(text) => text.replace("${PREFIX", &format!("${{{}", source.prefix)).into(),
            None => value.clone(),
        };
        instance.extend(source.set.iter().map(|(name, set)| (name.clone(), value(set))));
    }
    Some(conf::render(entry, &[instance]))
}

//! The fields that an object has to have.

use serde_json::Value;

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Text,
    Object,
    List,
    /// A list that is not empty.
    Filled,
    /// A list of exactly one item.
    Single,
    /// A whole number that is not negative.
    Size,
}

pub(super) type Field = (&'static str, Kind);

impl Kind {
    fn fits(self, value: &Value) -> bool {
        let items = value.as_array().map(Vec::len);
        match self {
            Self::Text => value.is_string(),
            Self::Object => value.is_object(),
            Self::List => items.is_some(),
            Self::Filled => items.is_some_and(|count| count > 0),
            Self::Single => items == Some(1),
            Self::Size => value.is_u64(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Object => "an object",
            Self::List => "a list",
            Self::Filled => "a list with at least one item",
            Self::Single => "a list with exactly one item",
            Self::Size => "an integer of 0 or more",
        }
    }
}

/// Adds a fault for each field of `value`, which is at `place`, that is missing or of another type.
pub(super) fn check(value: &Value, place: &str, fields: &[Field], faults: &mut Vec<String>) {
    for (name, kind) in fields {
        match value.get(*name) {
            None | Some(Value::Null) => faults.push(format!("{} is required", path(place, name))),
            Some(field) if !kind.fits(field) => {
                faults.push(format!("{} must be {}", path(place, name), kind.name()));
            }
            Some(_) => {}
        }
    }
}

/// Adds a fault for a field that is present and of another type.
pub(super) fn check_optional(value: &Value, place: &str, field: Field, faults: &mut Vec<String>) {
    if value.get(field.0).is_some_and(|field| !field.is_null()) {
        check(value, place, &[field], faults);
    }
}

/// Adds a fault unless the text in a field is among `choices`.
pub(super) fn check_choice(
    value: &Value,
    place: &str,
    name: &str,
    choices: &[&str],
    faults: &mut Vec<String>,
) {
    if !value[name].as_str().is_some_and(|text| choices.contains(&text)) {
        faults.push(format!(
            "{} must be one of {}, got {}",
            path(place, name),
            choices.join(", "),
            value[name]
        ));
    }
}

/// The items of a list with the place of each.
pub(super) fn items<'a>(
    value: &'a Value,
    place: &str,
    name: &str,
) -> impl Iterator<Item = (String, &'a Value)> {
    let list = path(place, name);
    let items = value[name].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().enumerate().map(move |(index, item)| (format!("{list}[{index}]"), item))
}

/// The name of a field of what is at `place`.
pub(super) fn path(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

//! The settings of a database as both data APIs have them: by name, each with its value and the values that it may have.

use serde_json::{Map, Value, json};

use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::world::World;
use crate::sandbox::world::addons::Addon;
use crate::sandbox::world::records::Kind;

/// What was set, or what a new database has.
pub(super) fn stored(world: &World, kind: &Kind, addon: &Addon, new: impl FnOnce() -> Value) -> Value {
    let kept = world.records.find(kind, &addon.id, &addon.id).ok();
    kept.map_or_else(new, |kept| kept["settings"].clone())
}

/// Changes the named ones of `settings` and keeps all of them. `fits` says whether a setting takes a value.
pub(super) fn change(
    world: &mut World,
    kind: &Kind,
    addon: &Addon,
    mut settings: Value,
    request: &Request,
    fits: impl Fn(&Value, &Value) -> bool,
) -> Reply {
    let changes: Map<String, Value> = request.json()?;
    for (name, value) in changes {
        let setting =
            settings.get_mut(&name).ok_or_else(|| Refusal::invalid(format!("Unknown setting {name}.")))?;
        if !fits(setting, &value) {
            return Err(Refusal::invalid(format!("Invalid value for {name}.")));
        }
        setting["value"] = value;
    }
    let _ = world.records.remove(kind, &addon.id, &addon.id);
    world.records.add(kind, &addon.id, json!({"id": addon.id, "settings": settings}));
    Ok(Answer::ok(settings))
}

/// Whether a text is among the values that a setting may have.
pub(super) fn is_among(values: &Map<String, Value>, value: &Value) -> bool {
    value.as_str().is_some_and(|value| values.contains_key(value))
}

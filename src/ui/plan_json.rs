//! A plan, or a receipt, as the JSON that scripts read.

use serde_json::{Map, Value, json};

use crate::app::change::{Change, Outcome, Promotion, Rebuild, Target};
use crate::app::{Buildpack, Note, Plan, Receipt};
use crate::datadog::options;
use crate::failure::Failure;
use crate::secret::Secret;

use super::{beyond, failure};

/// A plan that was not applied.
pub fn plan(plan: &Plan) -> Value {
    document(plan, None, None)
}

/// A plan that was applied, and what stopped it where something did.
pub fn receipt(receipt: &Receipt, stopped: Option<&Failure>) -> Value {
    document(&receipt.plan, Some(&receipt.outcomes), stopped)
}

fn document(plan: &Plan, outcomes: Option<&[Outcome]>, stopped: Option<&Failure>) -> Value {
    let Plan { app, formation: _, changes, notes, known_builds: _, roll_back: _ } = plan;
    let changes: Vec<_> = changes
        .iter()
        .enumerate()
        .map(|(at, one)| {
            let mut object = change(one);
            if let Some(outcome) = outcomes.and_then(|outcomes| outcomes.get(at)) {
                with_outcome(&mut object, outcome);
            }
            Value::Object(object)
        })
        .collect();
    let mut document = json!({
        "app": app.name,
        "applied": outcomes.is_some(),
        "restarts": plan.restarts(),
        "rebuilds": plan.rebuilds(),
        "changes": changes,
        "notes": notes.iter().map(|Note { code, message }| json!({ "code": code, "message": message })).collect::<Vec<_>>(),
    });
    if let Some(stopped) = stopped {
        document["error"] = failure::to_json(stopped);
    }
    document
}

/// A change: its kind and what is particular to it. Values that must not show are left out.
pub fn change(change: &Change) -> Map<String, Value> {
    let value = match change {
        Change::FeatureEnable { name } => json!({ "kind": "feature.enable", "name": name }),
        Change::FeatureDisable { name } => json!({ "kind": "feature.disable", "name": name }),
        Change::ConfigSet { key, before, after, secret: false } => {
            json!({ "kind": "config.set", "key": key, "before": before.as_ref().map(Secret::expose), "after": after.expose() })
        }
        Change::ConfigSet { key, before, after, secret: true } => {
            let mut object = json!({ "kind": "config.set", "key": key, "before": null, "secret": true });
            if let Some(before) = before {
                object["before"] = if options::is_secret(key, before.expose()) {
                    json!("••••")
                } else {
                    json!(before.expose())
                };
            }
            if !options::is_secret(key, after.expose()) {
                object["after"] = json!(after.expose());
            }
            object
        }
        Change::ConfigUnset { key, before, secret } => {
            let before = if *secret { "••••" } else { before.expose() };
            json!({ "kind": "config.unset", "key": key, "before": before })
        }
        Change::BuildpacksSet { before, after } => {
            json!({ "kind": "buildpacks.set", "before": references(before), "after": references(after) })
        }
        Change::DrainAdd { url: _, host } => json!({ "kind": "drain.add", "host": host }),
        Change::DrainRemove { id, url: _, host } => json!({ "kind": "drain.remove", "id": id, "host": host }),
        Change::FileWrite { path, before: _, after: _, executable: _ } => {
            json!({ "kind": "file.write", "path": path })
        }
        Change::FileRemove { path, before: _ } => json!({ "kind": "file.remove", "path": path }),
        Change::Telemetry(change) => beyond::telemetry_json(change),
        Change::Datadog { access: _, change } => beyond::datadog_json(change),
        Change::Database(change) => beyond::database_json(change),
        Change::Restart => json!({ "kind": "restart" }),
        Change::Promote(Promotion { pipeline: _, source: _, stage, targets }) => {
            let names: Vec<_> = targets.iter().map(|Target { id: _, name }| name).collect();
            json!({ "kind": "promote", "stage": stage, "targets": names })
        }
        Change::Rebuild(Rebuild { commit, release: _, slug_size: _, source: _, clear_cache, expects: _ }) => {
            let mut object = json!({ "kind": "rebuild", "commit": commit });
            if *clear_cache {
                object["clear_cache"] = true.into();
            }
            object
        }
    };
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

fn references(list: &[Buildpack]) -> Vec<String> {
    list.iter().map(Buildpack::shown_reference).collect()
}

fn with_outcome(object: &mut Map<String, Value>, outcome: &Outcome) {
    object.insert("result".into(), outcome.as_str().into());
    if let Outcome::Built { id, release: _, version } = outcome {
        let release = version.map(|version| format!("v{version}"));
        object.insert("build".into(), json!({ "id": id, "status": "succeeded", "release": release }));
    }
}

//! What of a sandbox's state a person would call how things are set up: no ids, no times, no history.

use serde_json::{Value, json};

/// Of the whole state.
pub(crate) fn essence(state: &Value) -> Value {
    let name = |id: &Value| {
        let apps = list(&state["apps"]).iter();
        apps.into_iter().find(|app| app["id"] == *id).map_or(Value::Null, |app| app["name"].clone())
    };
    let attachments = list(&state["attachments"]).iter().map(|attachment| {
        json!({"name": attachment["name"], "app": name(&attachment["app"]), "credential": attachment["credential"]})
    });
    let credentials =
        list(&state["credentials"]).iter().map(|credential| json!([credential["name"], credential["state"]]));
    let drains =
        list(&state["telemetry_drains"]).iter().map(|drain| json!([drain["signals"], drain["exporter"]]));
    json!({
        "apps": list(&state["apps"]).iter().map(of_app).collect::<Vec<_>>(),
        "attachments": attachments.collect::<Vec<_>>(),
        "credentials": credentials.collect::<Vec<_>>(),
        "telemetry_drains": drains.collect::<Vec<_>>(),
        "log_metrics": state["datadog"]["metrics"],
        "dashboards": without_ids(&state["datadog"]["dashboards"]),
        "log_pipelines": without_ids(&state["datadog"]["pipelines"]),
    })
}

/// Of one app.
pub(crate) fn of_app(app: &Value) -> Value {
    let slug = |id: &Value| {
        let slug = list(&app["slugs"]).iter().find(|slug| slug["id"] == *id);
        slug.map(|slug| json!({"commit": slug["commit"], "agent": slug["agent"], "size": slug["size"]}))
    };
    let release = list(&app["releases"]).last().cloned().unwrap_or_default();
    let build = list(&app["builds"]).iter().rfind(|build| build["status"] != "failed");
    let drains = list(&app["drains"]).iter().map(|drain| drain["url"].clone());
    json!({
        "name": app["name"],
        "config": app["config"],
        "features": app["features"],
        "buildpacks": app["buildpacks"],
        "drains": drains.collect::<Vec<_>>(),
        "runs": slug(&release["slug"]),
        "built_with": build.map(|build| build["buildpacks"].clone()),
        "built": build.map(|build| build["status"].clone()),
        // One that failed is an attempt more, and changes nothing.
        "builds": list(&app["builds"]).iter().filter(|build| build["status"] != "failed").count(),
    })
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn without_ids(objects: &Value) -> Vec<Value> {
    let without = |object: &Value| {
        let mut object = object.clone();
        for name in ["id", "url", "created_at", "modified_at", "author_handle"] {
            object.as_object_mut().unwrap().remove(name);
        }
        object
    };
    list(objects).iter().map(without).collect()
}

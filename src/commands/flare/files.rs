//! What the bundle holds, before its secrets are masked.

use std::ops::ControlFlow;
use std::time::Duration;

use serde_json::{Value, json};

use crate::app::desired::config;
use crate::app::facts::Build;
use crate::app::{Buildpack, Facts};
use crate::commands::Context;
use crate::heroku::Writer;
use crate::program;
use crate::secret::mask;

/// So many lines of a build's output are kept.
const LINES: usize = 5000;

/// What plans are made of. Values show where they are not secrets.
pub(super) fn state(facts: &Facts) -> Value {
    let rows = facts.config.as_ref().map(config::rows).unwrap_or_default();
    let config: serde_json::Map<String, Value> = rows
        .iter()
        .filter_map(|row| {
            let value = row.value?;
            Some((row.name.to_owned(), if row.is_secret() { mask(value) } else { value.to_owned() }.into()))
        })
        .collect();
    // Of the app's own variables the names are enough.
    let others: Vec<_> = facts.config.iter().flat_map(|all| all.iter().map(|(name, _)| name)).collect();
    let list = facts.buildpacks.iter().flatten().map(Buildpack::shown_reference).collect::<Vec<_>>();
    let releases: Vec<_> = facts.releases.iter().flatten().map(|item| {
        json!({ "version": item.version, "description": item.description, "status": item.status.as_str(), "created_at": item.created_at })
    }).collect();
    let builds: Vec<_> = facts.builds.iter().flatten().map(|item| {
        let buildpacks: Vec<_> = item.buildpacks.iter().map(|url| Buildpack::of(url).shown_reference()).collect();
        json!({ "id": item.id, "status": item.status.as_str(), "commit": item.commit, "buildpacks": buildpacks, "created_at": item.created_at })
    }).collect();
    let addons: Vec<_> =
        facts.addons.iter().flatten().map(|item| json!({ "name": item.name, "plan": item.plan })).collect();
    json!({
        "app": facts.app.name, "stack": facts.app.stack, "generation": facts.app.generation.to_string(),
        "config": config, "variables": others, "buildpacks": list, "features": facts.features,
        "releases": releases, "builds": builds, "addons": addons,
    })
}

pub(super) fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// The output of a build, as far as Heroku still has it.
pub(super) fn output(context: &Context, build: &Build) -> String {
    let mut lines = Vec::new();
    let Ok(client) = context.heroku() else { return String::new() };
    let streamed = Writer::new(client).stream_build(build, &mut |line| {
        lines.push(console::strip_ansi_codes(line).into_owned());
        if lines.len() >= LINES { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if let Err(error) = streamed {
        lines.push(format!("(the output broke off: {error})"));
    }
    lines.join("\n") + "\n"
}

/// The versions of the programs that take part.
pub(super) fn programs(context: &Context) -> String {
    let version = |name: &str| {
        let ran =
            program::run(&mut program::command(&context.env, name, ["--version"]), Duration::from_secs(20));
        let text = ran.ok().and_then(|output| output.text()).unwrap_or_else(|| "not there".to_owned());
        format!("{name}: {}\n", text.lines().next().unwrap_or_default())
    };
    let platform = format!(
        "dd-heroku: {} on {} {}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    [platform, version("git"), version("heroku")].concat()
}

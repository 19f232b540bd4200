//! What `remove` wants of an app: everything of Datadog's taken off again. Pure.

use std::collections::BTreeSet;

use super::{Buildpacks, Desired, Drain, File, Note, RebuildWhen, Telemetry};
use crate::app::codes;
use crate::app::facts::{Checkout, ConfigVars, Facts};
use crate::app::metrics::{change, dashboard, pipeline};
use crate::app::nested::LIST;
use crate::app::prerun::{self, Block};
use crate::app::telemetry::Signal;
use crate::datadog::options;
use crate::env;
use crate::platform::feature::{BUILD_METADATA, DYNO_METADATA, RUNTIME_METRICS};

/// The app without Datadog, but for the variables and features to `keep`.
pub fn desired(facts: &Facts, keep: &BTreeSet<String>) -> Desired {
    let empty = ConfigVars::default();
    let config = facts.config.as_ref().unwrap_or(&empty);
    let is_kept = |name: &str| keep.contains(name);
    let mut desired = Desired {
        buildpacks: Buildpacks::WithoutAgent,
        drain: Drain::None,
        telemetry: Telemetry::Without(Signal::ALL.into()),
        rebuild: RebuildWhen::Due,
        ..Desired::default()
    };
    for feature in [BUILD_METADATA, DYNO_METADATA, RUNTIME_METRICS] {
        if !is_kept(feature) {
            desired.features.insert(feature.to_owned(), false);
        }
    }
    let ours = config.iter().filter(|(name, value)| is_ours(name, value, facts) && !is_kept(name));
    desired.config = ours.map(|(name, _)| (name.to_owned(), None)).collect();
    desired.files.extend(facts.matching_checkout().and_then(Checkout::prerun).and_then(without_block));
    desired.notes = leaves(facts, config, keep);
    desired
}

/// Whether a variable is set for Datadog.
fn is_ours(name: &str, value: &str, facts: &Facts) -> bool {
    // `init` sets it where the platform does not.
    let is_app_name = name == env::HEROKU_APP_NAME && facts.app.space.is_some() && value == facts.app.name;
    options::is_known(name) || is_app_name
}

/// The script without our block; without the file, when nothing else is in it. A block that somebody edited stays.
fn without_block(text: &str) -> Option<File> {
    let (Ok(Some(_)), Ok(rest)) = (Block::read(text), Block::default().put_into(Some(text))) else {
        return None;
    };
    let is_bare = rest.lines().all(|line| line.trim().is_empty() || line.starts_with("#!"));
    let after = (!is_bare).then_some(rest);
    Some(File::Whole { path: prerun::PATH.into(), after, executable: true })
}

/// What stays, for the person to decide on.
fn leaves(facts: &Facts, config: &ConfigVars, keep: &BTreeSet<String>) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut note = |message: String| notes.push(Note::new(codes::LEFT, message));
    if let Some(agent) = facts.nested_agent() {
        note(format!("{agent} is in {LIST}: take its line out, and deploy"));
    }
    let unknown: Vec<_> = config
        .iter()
        .map(|(name, _)| name)
        .filter(|name| name.starts_with("DD_") && !options::is_known(name) && !keep.contains(*name))
        .collect();
    if !unknown.is_empty() {
        note(format!("left: {}, which this program does not know", unknown.join(", ")));
    }
    let made_by_addon = |drain: &&crate::app::facts::Drain| {
        drain.addon.is_some() && crate::datadog::DrainUrl::parse(drain.url.expose()).is_some()
    };
    let by_addons = facts.drains.iter().flatten().filter(made_by_addon).count();
    if by_addons > 0 {
        note("left: the drain to Datadog that an add-on made".to_owned());
    }
    let datadogs = |attachment: &&crate::app::facts::Attachment| {
        attachment.namespace.as_deref() == Some("credential:datadog")
    };
    for attachment in facts.attachments.iter().flatten().filter(datadogs) {
        note(format!(
            "left: {}, the credential for Database Monitoring: `heroku addons:detach {} -a {}`",
            attachment.name, attachment.name, facts.app.name
        ));
    }
    notes.extend(left_at_datadog(facts).map(|message| Note::new(codes::LEFT, message)));
    notes
}

/// What `metrics enable` made at Datadog, for all apps of the organization. Where that could not be read, the app's
/// runtime metrics suggest it.
fn left_at_datadog(facts: &Facts) -> Option<String> {
    let command = format!("`dd-heroku metrics disable -a {} --at-datadog`", facts.app.name);
    let Some(known) = &facts.log_metrics else {
        let is_on = facts.features.as_ref().is_some_and(|all| all.get(RUNTIME_METRICS) == Some(&true));
        return is_on.then(|| {
            format!(
                "left at Datadog: the log-based metrics, log pipeline and dashboard that `metrics enable` made, if any; \
                 when no other app uses them: {command}, with DD_API_KEY and DD_APP_KEY set"
            )
        });
    };
    let mut metrics = 0;
    let mut parts = Vec::new();
    for change in change::disable(&known.existing) {
        match change {
            change::Change::MetricRemove { .. } => metrics += 1,
            change::Change::PipelineRemove { .. } => {
                parts.push(format!("the log pipeline `{}`", pipeline::NAME));
            }
            change::Change::DashboardRemove { .. } => {
                parts.push(format!("the dashboard `{}`", dashboard::TITLE));
            }
            _ => {}
        }
    }
    if metrics > 0 {
        parts.insert(0, format!("{metrics} log-based metrics (`heroku.…`)"));
    }
    (!parts.is_empty()).then(|| {
        format!(
            "left at Datadog: {}; when no other app uses them: {command}, with DD_API_KEY and DD_APP_KEY set",
            parts.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_datadogs_goes() {
        let mut facts = Facts::default();
        facts.app.name = "vault".into();
        facts.app.space = Some("acme".into());
        let vars = [
            ("DD_API_KEY", "x"),
            ("DD_ODD", "x"),
            ("HEROKU_APP_NAME", "vault"),
            ("RAILS_ENV", "x"),
            ("DD_ENV", "x"),
        ];
        facts.config =
            Some(vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect());
        let keep = BTreeSet::from(["DD_ENV".to_owned(), DYNO_METADATA.to_owned()]);
        let desired_state = desired(&facts, &keep);
        assert_eq!(desired_state.config.keys().collect::<Vec<_>>(), ["DD_API_KEY", "HEROKU_APP_NAME"]);
        assert_eq!(desired_state.features.keys().collect::<Vec<_>>(), [RUNTIME_METRICS, BUILD_METADATA]);
        assert!(desired_state.notes[0].message.contains("DD_ODD"));
    }

    #[test]
    fn a_script_loses_our_block_and_nothing_else() {
        let block = Block { skip: vec!["run".into()], ..Block::default() };
        let after = |text: &str| match without_block(text) {
            Some(File::Whole { after, .. }) => Some(after),
            _ => None,
        };
        let ours = block.put_into(None).unwrap();
        assert_eq!(after(&ours), Some(None));
        let mixed = block.put_into(Some("#!/bin/bash\nexport A=1\n")).unwrap();
        assert_eq!(after(&mixed), Some(Some("#!/bin/bash\nexport A=1\n".to_owned())));
        assert_eq!(after("echo mine\n"), None);
        assert_eq!(after(&ours.replace("run.*", "ran.*")), None);
    }
}

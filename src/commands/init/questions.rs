//! The questions of `init` on a terminal. A flag that was given answers its question; what the app has is the default.

use super::answers::names;
use super::args::Args;
use super::key_question;
use crate::app::database_urls::{self, DATABASES};
use crate::app::desired::RebuildWhen;
use crate::app::desired::init::{Integrations, Setup};
use crate::app::facts::{AgentVersions, ConfigVars, Facts, Query, When};
use crate::cli::available_versions;
use crate::cli::keys;
use crate::commands::Context;
use crate::datadog::{boolean, options};
use crate::engine::Observer;
use crate::env;
use crate::failure::Result;
use crate::platform::dyno::ONE_OFF;

/// Asks what the flags leave open. A key or a site that was typed becomes part of `query`.
pub(super) fn ask(
    context: &Context,
    observer: &Observer<'_>,
    query: &mut Query,
    args: &Args,
    facts: &mut Facts,
) -> Result<Setup> {
    let ui = context.ui;
    ui.say(format_args!("Setting up Datadog on {}.", facts.app.name));
    ui.say("Enter takes what is proposed; nothing is changed before you confirm.");
    key_question::ask(context, observer, query, args, facts)?;
    keys::accepted(facts)?;
    ui.say("The key is accepted.");
    let mut setup = args.setup()?;
    let empty = ConfigVars::default();
    let existing = facts.config.as_ref().unwrap_or(&empty);
    let mut agent_versions = facts.agent_versions.clone();

    // A pinned version is proposed only while the repository has it.
    let is_pinned = existing.get(env::DD_AGENT_VERSION).is_some() && setup.agent_version.is_none();
    if is_pinned {
        read_versions(observer, query, args, &mut agent_versions)?;
    }
    let known = agent_versions.as_ref().and_then(AgentVersions::known);
    let text = |name: &'static str, question: &str, given: &mut Option<String>, flag: &str| -> Result {
        if given.is_none() {
            let check = |text: &str| {
                if text.is_empty() {
                    return Ok(());
                }
                let checked = options::check(name, text).map_err(|problem| problem.to_string())?;
                match known.filter(|_| name == env::DD_AGENT_VERSION) {
                    Some(versions) => available_versions::require(&checked, versions)
                        .map(drop)
                        .map_err(|failure| failure.error.to_string()),
                    None => Ok(()),
                }
            };
            let initial = existing.get(name).filter(|text| check(text).is_ok()).unwrap_or_default();
            let answer = ui.edit(question, initial, flag, check)?;
            // A wrong value is not proposed. What is emptied is unset.
            *given = (!answer.is_empty() || existing.get(name).is_some()).then_some(answer);
        }
        Ok(())
    };
    text(env::DD_ENV, "Environment, such as production (empty: none)", &mut setup.env, "`--env`")?;
    text(
        env::DD_SERVICE,
        "Service, such as the app's name (empty: none)",
        &mut setup.service,
        "`--service`",
    )?;
    text(
        env::DD_AGENT_VERSION,
        "Agent version to pin (empty: the buildpack's)",
        &mut setup.agent_version,
        "`--agent-version`",
    )?;
    let is_pinned = setup.agent_version.as_ref().is_some_and(|version| !version.is_empty());
    if is_pinned {
        read_versions(observer, query, args, &mut agent_versions)?;
    }

    let is = |name: &str, default: bool| existing.get(name).and_then(boolean::parse).unwrap_or(default);
    if args.apm().is_none() {
        setup.apm = Some(ui.confirm(
            "Collect traces (APM)?",
            is(env::DD_APM_ENABLED, true),
            "`--apm` or `--no-apm`",
        )?);
    }
    if args.process_agent().is_none() {
        let question = "Collect processes?";
        setup.process_agent =
            Some(ui.confirm(question, is(env::DD_PROCESS_AGENT, false), "`--process-agent`")?);
    }
    if args.dyno_host().is_none() {
        let question =
            format!("Name hosts by dyno ({}.web.1), so that a restart makes no new host?", facts.app.name);
        let flag = "`--dyno-host` or `--no-dyno-host`";
        setup.dyno_host = Some(ui.confirm(&question, is(env::DD_DYNO_HOST, true), flag)?);
    }
    if args.skip().is_none() && facts.app.has_buildpacks() && facts.matching_checkout().is_some() {
        let types = ui.ask(
            "Dyno types without an Agent (or none)",
            Some(&ONE_OFF.join(" ")),
            "`--skip-dynos`",
            |_| Ok(()),
        )?;
        setup.skip = Some(names(&types).filter(|name| *name != "none").map(str::to_owned).collect());
    }
    if args.databases()?.is_none() {
        let existing: Vec<_> = DATABASES
            .into_iter()
            .filter(|database| !database_urls::variables(existing, *database).is_empty())
            .collect();
        if !existing.is_empty() {
            let items: Vec<_> = existing.iter().map(|database| (database.name().to_owned(), true)).collect();
            let chosen = ui.choose_many("Databases to monitor", &items, "`--integrations`")?;
            setup.integrations = Integrations::Named(chosen.into_iter().map(|at| existing[at]).collect());
        }
    }
    if !args.logs {
        setup.logs = ui.confirm("Send the app's logs to Datadog?", false, "`--logs`")?;
    }
    if args.rebuild.when().is_none() && facts.app.has_buildpacks() {
        let now = ui.confirm(
            "Rebuild now, so that the Agent runs at once?",
            true,
            "`--rebuild` or `--no-rebuild`",
        )?;
        setup.rebuild = if now { RebuildWhen::Due } else { RebuildWhen::Never };
    }
    facts.agent_versions = agent_versions;
    Ok(setup)
}

/// Reads which versions the package repository has, unless they are known or nothing is to be verified.
fn read_versions(
    observer: &Observer<'_>,
    query: &mut Query,
    args: &Args,
    versions: &mut Option<AgentVersions>,
) -> Result {
    if query.agent_versions == When::Never && !args.no_verify {
        query.agent_versions = When::Always;
        *versions = Some(observer.agent_versions()?);
    }
    Ok(())
}

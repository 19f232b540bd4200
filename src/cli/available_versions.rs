//! What there is: the Agent's versions, from the signed package repository, and the buildpack's releases. Remembered
//! for an hour in the user's cache folder, since every look costs half a dozen requests.

use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::app::buildpack::Role;
use crate::app::facts::AgentVersions;
use crate::app::nested::LIST;
use crate::app::releases::{Extent, Pin, Releases};
use crate::app::{Buildpack, Note, codes, versions};
use crate::cli::Context;
use crate::failure::{Code, Failure, Result};
use crate::program;

/// How long git may take to list the buildpack's tags.
const TAGS_WITHIN: Duration = Duration::from_secs(20);
/// How long a list is believed.
const REMEMBERED: Duration = Duration::from_secs(3600);

/// What one place said.
#[derive(Serialize, Deserialize)]
struct Remembered {
    place: String,
    versions: Vec<String>,
}

/// Every version of the Agent that can be installed, the newest first: `7.81.2-1`. `refresh` asks the repository even
/// when its answer is remembered.
pub fn agents(context: &Context, refresh: bool) -> Result<Vec<String>> {
    let endpoints =
        crate::buildpack::Endpoints::from_variables(|name| context.env.get(name).map(str::to_owned))?;
    remembered(context, "agents.json", endpoints.repository.as_str(), refresh, || {
        let _progress = context.ui.progress("reading the package repository");
        let opened = crate::buildpack::open(&endpoints)?;
        let mut versions = Vec::new();
        for major in [7, 6] {
            versions.extend(opened.packages(major)?.into_iter().map(|package| package.version));
        }
        versions.sort_by(|a, b| b.cmp(a));
        versions.dedup();
        Ok(versions.iter().map(crate::buildpack::Version::without_epoch).collect())
    })
}

/// The releases of Datadog's buildpack, the newest first, as its repository's tags are; the one that this program
/// knows where that cannot be reached.
pub fn buildpacks(context: &Context, refresh: bool) -> Releases {
    let Some(repository) = context.buildpack_repository() else { return Releases::known(Extent::Newest) };
    let fetched = remembered(context, "buildpacks.json", repository, refresh, || {
        let mut git = program::command(&context.env, "git", ["ls-remote", "--tags", "--refs", repository]);
        git.env("GIT_TERMINAL_PROMPT", "0");
        let listed = program::run(&mut git, TAGS_WITHIN).ok().and_then(|output| output.text());
        let listed =
            listed.ok_or_else(|| Failure::new(Code::Unreachable, "the buildpack's tags cannot be read"))?;
        let tags =
            listed.lines().filter_map(|line| line.rsplit_once("refs/tags/")).map(|(_, tag)| tag.to_owned());
        let mut tags: Vec<_> = tags.filter(|tag| versions::is_release(tag)).collect();
        tags.sort_by(|a, b| versions::order(b, a));
        Ok(tags)
    });
    match fetched.ok().filter(|tags| !tags.is_empty()) {
        Some(tags) => Releases { tags, extent: Extent::All },
        None => Releases::known(Extent::Once),
    }
}

/// What `place` said less than an hour ago, else what it says now.
fn remembered(
    context: &Context,
    file: &str,
    place: &str,
    refresh: bool,
    fetch: impl FnOnce() -> Result<Vec<String>>,
) -> Result<Vec<String>> {
    let file = context.cache_folder().map(|folder| folder.join(file));
    if let Some(versions) = file.as_ref().filter(|_| !refresh).and_then(|file| recall(file, place)) {
        return Ok(versions);
    }
    let remembered = Remembered { place: place.to_owned(), versions: fetch()? };
    if let Some((file, text)) = file.zip(serde_json::to_string(&remembered).ok()) {
        // Without a cache it is asked for again.
        let _ = file.parent().map(std::fs::create_dir_all);
        let _ = std::fs::write(file, text);
    }
    Ok(remembered.versions)
}

fn recall(file: &Path, place: &str) -> Option<Vec<String>> {
    let age = SystemTime::now().duration_since(file.metadata().ok()?.modified().ok()?).ok()?;
    let remembered: Remembered = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    (age < REMEMBERED && remembered.place == place).then_some(remembered.versions)
}

/// The release, branch or commit to pin the buildpack `agent` to, and what to know about it. The releases of a fork, or of
/// ours, are not known.
pub fn pin(
    typed: &str,
    agent: &Buildpack,
    releases: &Releases,
    verify: bool,
) -> Result<(String, Option<Note>)> {
    let is_datadogs = agent.role() == Role::Datadog;
    let branch = |text: &str| {
        let message = format!("`{text}` is not a release: a branch or commit may change or go away");
        Note::new(codes::PINNED_TO_BRANCH, message)
    };
    if typed.trim().trim_start_matches('#').is_empty() {
        let failure = Failure::usage("the release to pin the buildpack to is empty");
        return Err(failure.hint(format_args!("the newest is {}: dd-heroku versions", releases.newest())));
    }
    match releases.meant(typed) {
        _ if !is_datadogs => Ok((typed.to_owned(), (!versions::is_release(typed)).then(|| branch(typed)))),
        Pin::Release(tag) => Ok((tag, None)),
        Pin::Branch(text) => Ok((text.clone(), Some(branch(&text)))),
        Pin::Unchecked(tag) => {
            let message = format!("whether the buildpack has a release {tag} could not be checked");
            Ok((tag, Some(Note::new(codes::UNCHECKED_VERSION, message))))
        }
        Pin::Missing if !verify => Ok((typed.trim_start_matches(['#', 'v']).to_owned(), None)),
        Pin::Missing => {
            let failure = Failure::usage(format_args!("Datadog's buildpack has no release {typed}"));
            Err(match releases.extent {
                Extent::Once => failure.hint(format_args!(
                    "the newest that this program knows is {}; its tags cannot be read now",
                    releases.newest()
                )),
                _ => failure.hint(format_args!("the newest is {}: dd-heroku versions", releases.newest())),
            })
        }
    }
}

/// Fails to pin a buildpack that a file of the repository lists.
pub fn nested_pin(agent: &Buildpack) -> Failure {
    let message = format!("{agent} is in the app's {LIST}, which another buildpack reads");
    Failure::new(Code::Failed, message).hint(format_args!("change its line in {LIST}, and deploy"))
}

/// The text to send as `DD_AGENT_VERSION`, and a note where it could not be checked: the whole version, or what was asked
/// for where the app's build takes `any_form`.
pub fn to_send(asked: &str, any_form: bool, known: Option<&AgentVersions>) -> Result<(String, Option<Note>)> {
    let note = matches!(known, Some(AgentVersions::Unreachable(_))).then(|| {
        Note::new(codes::UNCHECKED_VERSION, "whether this Agent version exists could not be checked")
    });
    let agents = known.and_then(AgentVersions::known);
    if let Some(agents) = agents {
        require(asked, agents)?;
    }
    if any_form {
        return Ok((asked.to_owned(), note));
    }
    let whole = versions::whole(asked, agents).ok_or_else(|| {
        Failure::usage(format_args!(
            "which version {asked} is is unknown without the package repository, and Datadog's buildpack takes whole versions only"
        ))
        .hint("name the whole version, such as 7.81.2-1")
    })?;
    Ok((whole, note))
}

/// The version that `asked` means; fails with the nearest that exist when there is none.
pub fn require<'a>(asked: &str, agents: &'a [String]) -> Result<&'a str> {
    versions::find(asked, agents).ok_or_else(|| {
        let near = versions::near(asked, agents);
        let failure = Failure::usage(format_args!("there is no Agent {asked}"));
        match near.as_slice() {
            [] => failure,
            near => failure.hint(format_args!("the nearest that exist: {}", near.join(", "))),
        }
    })
}

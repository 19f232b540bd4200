//! The Agent's versions that there are, from the signed package repository. Remembered for an hour in the user's
//! cache folder, since every look costs half a dozen requests.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::context::Context;
use crate::app::versions;
use crate::build;
use crate::env;
use crate::failure::{Code, Failure, Result};

/// How long a list is believed.
const REMEMBERED: Duration = Duration::from_secs(3600);

/// The versions of one repository.
#[derive(Serialize, Deserialize)]
struct Remembered {
    repository: String,
    agents: Vec<String>,
}

/// Every version of the Agent that can be installed, the newest first: `7.81.2-1`. `refresh` asks the repository even
/// when its answer is remembered.
pub fn agents(context: &Context, refresh: bool) -> Result<Vec<String>> {
    if context.is_sandbox() && context.env.get(env::DD_HEROKU_APT_URL).is_none() {
        return Err(Failure::new(Code::Unreachable, "the sandbox has no package repository"));
    }
    let endpoints = build::Endpoints::from_variables(|name| context.env.get(name).map(str::to_owned))?;
    let repository = endpoints.repository.to_string();
    let file = context.env.cache_folder().map(|folder| folder.join("agents.json"));
    if let Some(agents) = file.as_ref().filter(|_| !refresh).and_then(|file| recall(file, &repository)) {
        return Ok(agents);
    }
    let _progress = context.ui.progress("reading the package repository");
    let opened = build::open(&endpoints)?;
    let mut versions = Vec::new();
    for major in [7, 6] {
        let packages = opened.packages(major)?;
        versions.extend(packages.into_iter().map(|package| package.version));
    }
    versions.sort_by(|a, b| b.cmp(a));
    versions.dedup();
    let agents: Vec<_> = versions.iter().map(build::Version::without_epoch).collect();
    let remembered = Remembered { repository, agents };
    if let Some((file, text)) = file.zip(serde_json::to_string(&remembered).ok()) {
        // Without a cache the list is fetched again.
        let _ = file.parent().map(std::fs::create_dir_all);
        let _ = std::fs::write(file, text);
    }
    Ok(remembered.agents)
}

fn recall(file: &PathBuf, repository: &str) -> Option<Vec<String>> {
    let age = SystemTime::now().duration_since(file.metadata().ok()?.modified().ok()?).ok()?;
    let remembered: Remembered = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    (age < REMEMBERED && remembered.repository == repository).then_some(remembered.agents)
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

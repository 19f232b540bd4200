//! The names of the account's apps, for completion. Each Tab is a process of its own, so they are kept for some minutes.

use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, SystemTime};

use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};

use super::sandboxed;
use crate::env::Environment;
use crate::heroku::{Client, Endpoints, Reader, credentials};

/// How long the names are kept.
const KEPT: Duration = Duration::from_secs(600);

/// Completes the names of the apps that the account sees.
pub fn complete() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let env = Environment::capture();
        let flag = env.args().iter().any(|argument| argument == "--sandbox");
        let names = match sandboxed::enter(&env, flag) {
            Ok((None, env)) => kept_or_fetched(&env),
            Ok((Some(_running), env)) => fetched(&env),
            Err(_) => None,
        };
        let names = names.unwrap_or_default().into_iter();
        names.map(|name| CompletionCandidate::new(OsString::from(name))).collect()
    })
}

fn kept_or_fetched(env: &Environment) -> Option<Vec<String>> {
    let folder = env.cache_folder();
    if let Some(names) = folder.as_deref().and_then(kept) {
        return Some(names);
    }
    let names = fetched(env)?;
    if let Some(folder) = folder {
        // Without a cache they are fetched again.
        let _ = std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(folder.join("apps"), names.join("\n")));
    }
    Some(names)
}

fn kept(folder: &Path) -> Option<Vec<String>> {
    let file = folder.join("apps");
    let age = SystemTime::now().duration_since(file.metadata().ok()?.modified().ok()?).ok()?;
    let text = std::fs::read_to_string(file).ok()?;
    (age < KEPT).then(|| text.lines().map(str::to_owned).collect())
}

fn fetched(env: &Environment) -> Option<Vec<String>> {
    let endpoints = Endpoints::from_env(env).ok()?;
    let token = credentials::find(env, &endpoints).ok()??;
    let client = Client::new(endpoints, token);
    let apps = Reader::new(&client).apps().ok()?;
    let mut names: Vec<_> = apps.into_iter().map(|app| app.name).collect();
    names.sort();
    Some(names)
}

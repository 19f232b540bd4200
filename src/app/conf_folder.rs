//! Where the app's files for Datadog are in its repository: `datadog/`, unless config vars say otherwise.
//!
//! `DD_HEROKU_CONF_FOLDER` names another folder of `/app`. Buildpacks that make a folder of the repository into `/app` name it
//! in a config var of theirs; nothing outside of that folder reaches a dyno. The rest of the program knows the files by
//! their usual paths, `datadog/…`.

use std::path::{Component, Path, PathBuf};

use super::buildpack::Buildpack;
use crate::env;

/// The usual folder.
pub const USUAL: &str = "datadog";
/// Where a dyno's home is.
const HOME: &str = "/app";
/// The config vars that name the folder that becomes `/app`, with a part of the name of the buildpack that reads them.
const BASES: [(&str, &str); 2] =
    [("monorepo", env::APP_BASE), ("subdir-heroku-buildpack", env::PROJECT_PATH)];

/// The folder, from the top of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfFolder(String);

impl Default for ConfFolder {
    fn default() -> Self {
        Self(USUAL.to_owned())
    }
}

impl ConfFolder {
    /// That of an app. One that is outside of `/app` is in no repository: the usual one is meant.
    pub fn of<'c>(config: impl Fn(&str) -> Option<&'c str>, buildpacks: &[Buildpack]) -> Self {
        let has = |name: &str| {
            buildpacks.iter().any(|buildpack| buildpack.reference().to_ascii_lowercase().contains(name))
        };
        let base = BASES.iter().find(|(name, _)| has(name)).and_then(|(_, variable)| config(variable));
        let base = base.and_then(|text| relative(text.trim_start_matches('/'))).unwrap_or_default();
        let named = config(env::DD_HEROKU_CONF_FOLDER).and_then(|text| match text.strip_prefix(HOME) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => relative(rest.trim_start_matches('/')),
            _ => relative(text),
        });
        let folder = base.join(named.unwrap_or_else(|| PathBuf::from(USUAL)));
        Self(folder.to_str().unwrap_or(USUAL).to_owned())
    }

    /// The folder's path.
    pub fn path(&self) -> &str {
        &self.0
    }

    /// The path in the repository of a file that is usually called `usual`.
    pub fn real(&self, usual: &str) -> String {
        match usual.strip_prefix(USUAL).filter(|rest| rest.is_empty() || rest.starts_with('/')) {
            Some(rest) if self.0.is_empty() => rest.trim_start_matches('/').to_owned(),
            Some(rest) => format!("{}{rest}", self.0),
            None => usual.to_owned(),
        }
    }

    /// A message with the folder's path in the place of the usual one.
    pub fn in_message(&self, text: &str) -> String {
        if self.0 == USUAL { text.to_owned() } else { text.replace("datadog/", &self.real("datadog/")) }
    }
}

/// A path below a folder, without what leads out of it.
fn relative(text: &str) -> Option<PathBuf> {
    let mut path = PathBuf::new();
    for part in Path::new(text.trim()).components() {
        match part {
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            _ => return None,
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONOREPO: &str = "https://github.com/lstoll/heroku-buildpack-monorepo";

    #[test]
    fn config_vars_say_where_the_folder_lies() {
        for (conf, base, buildpack, folder) in [
            ("", "", "heroku/ruby", "datadog"),
            ("/app/.datadog", "", "heroku/ruby", ".datadog"),
            ("/app/config/datadog/", "", "heroku/ruby", "config/datadog"),
            ("config/datadog", "", "heroku/ruby", "config/datadog"),
            ("./.datadog", "", "heroku/ruby", ".datadog"),
            ("/etc/datadog", "", "heroku/ruby", "datadog"),
            ("../datadog", "", "heroku/ruby", "datadog"),
            ("/application/dd", "", "heroku/ruby", "datadog"),
            ("", "backend", "heroku/ruby", "datadog"),
            ("", "backend", MONOREPO, "backend/datadog"),
            ("", "/backend/", MONOREPO, "backend/datadog"),
            ("", "./apps/api", MONOREPO, "apps/api/datadog"),
            ("/app/.datadog", "backend", MONOREPO, "backend/.datadog"),
            ("", "..", MONOREPO, "datadog"),
        ] {
            let get = |name: &str| match name {
                env::DD_HEROKU_CONF_FOLDER => Some(conf),
                env::APP_BASE => Some(base),
                _ => None,
            };
            let actual =
                ConfFolder::of(|name| get(name).filter(|text| !text.is_empty()), &[Buildpack::of(buildpack)]);
            assert_eq!(actual.path(), folder, "{conf} {base} {buildpack}");
        }
    }

    #[test]
    fn usual_paths_become_real_ones() {
        let folder = ConfFolder("backend/.datadog".into());
        assert_eq!(folder.real("datadog/prerun.sh"), "backend/.datadog/prerun.sh");
        assert_eq!(folder.real("datadogs/x"), "datadogs/x");
        assert_eq!(folder.real("app.json"), "app.json");
        assert_eq!(ConfFolder(String::new()).real("datadog/prerun.sh"), "prerun.sh");
    }
}

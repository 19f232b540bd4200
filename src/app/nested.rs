//! Buildpacks that run others, which a file of the app's repository lists: heroku-buildpack-multi reads a URL a line of
//! `.buildpacks`, heroku-buildpack-subdir `folder=URL`.

use super::buildpack::{Buildpack, Role};
use super::facts::Facts;
use super::order::{self, Fault};

/// The file that they read.
pub const LIST: &str = ".buildpacks";

/// What the file lists.
fn listed(text: &str) -> impl Iterator<Item = Buildpack> + '_ {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| {
        // A folder comes before a URL or a name; an equals sign may also be in a query.
        let is_folder = |folder: &&(&str, &str)| !folder.0.contains([':', '?']);
        Buildpack::of(line.split_once('=').as_ref().filter(is_folder).map_or(line, |(_, url)| url.trim()))
    })
}

impl Facts {
    /// The buildpack of the app's own list that installs the Agent, or else of the list in its checkout that another
    /// buildpack runs.
    pub fn agent_buildpack(&self) -> Option<Buildpack> {
        let list = self.buildpacks.as_deref()?;
        order::installed(list).cloned().or_else(|| self.nested_agent())
    }

    /// Whether that is dd-heroku's own.
    pub fn has_our_buildpack(&self) -> bool {
        self.agent_buildpack().is_some_and(|buildpack| buildpack.role() == Role::Ours)
    }

    /// The buildpack that installs the Agent and is named in the file that another buildpack reads.
    pub fn nested_agent(&self) -> Option<Buildpack> {
        let list = self.buildpacks.as_deref()?;
        list.iter().find(|buildpack| buildpack.runs_others())?;
        listed(self.matching_checkout()?.text(LIST)?).find(Buildpack::installs_agent)
    }

    /// What is wrong with the app's list of buildpacks, in view of the list that another buildpack runs.
    pub fn order_faults(&self) -> Vec<Fault> {
        let list = self.buildpacks.as_deref().unwrap_or_default();
        match (self.nested_agent(), list.iter().any(Buildpack::installs_agent)) {
            (None, _) => order::faults(list),
            (Some(_), true) => vec![Fault::Twice],
            (Some(_), false) => Vec::new(),
        }
    }

    /// Whether the app's build takes any form of `DD_AGENT_VERSION`. Ours does; Datadog's buildpack and its forks take a
    /// whole version only, and so does the one that `init` would add.
    pub fn takes_any_version(&self) -> bool {
        self.agent_buildpack().is_some_and(|agent| agent.role() == super::buildpack::Role::Ours)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_as_both_buildpacks_do() {
        let text = "# languages\n\nhttps://github.com/heroku/heroku-buildpack-ruby.git#v1\n\
                    web=https://github.com/DataDog/heroku-buildpack-datadog#2.44\nhttps://example.org/a?x=1\n";
        let urls: Vec<_> = listed(text).map(|buildpack| buildpack.url).collect();
        assert_eq!(
            urls,
            [
                "https://github.com/heroku/heroku-buildpack-ruby.git#v1",
                "https://github.com/DataDog/heroku-buildpack-datadog#2.44",
                "https://example.org/a?x=1"
            ]
        );
    }
}

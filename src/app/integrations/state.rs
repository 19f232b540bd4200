//! Which integrations an app has on, and which it could have.

use super::{Folder, databases, path_of, sources};
use crate::app::database_urls::{self, Database};
use crate::app::facts::{ConfigVars, Facts};
use crate::datadog::integrations::{self, Integration, Kind};

/// An integration of an app.
#[derive(Clone, Debug)]
pub struct On {
    /// The integration.
    pub entry: &'static Integration,
    /// Whether it is on; else something of the app's would serve it.
    pub is_on: bool,
    /// Where it comes from: config vars, or a file.
    pub from: Vec<String>,
    /// The dynos it is limited to; none when it runs on all.
    pub dynos: Vec<String>,
    /// The version that is installed, of a community one.
    pub version: Option<String>,
}

/// The integrations that are on, or that an add-on of the app's would serve, in the catalogue's order.
pub fn state(facts: &Facts, folder: Option<&Folder>) -> Vec<On> {
    integrations::all().iter().filter_map(|entry| of(entry, facts, folder)).collect()
}

fn of(entry: &'static Integration, facts: &Facts, folder: Option<&Folder>) -> Option<On> {
    let empty = ConfigVars::default();
    let config = facts.config.as_ref().unwrap_or(&empty);
    let block = folder.map(Folder::block).unwrap_or_default();
    let check = entry.check.as_deref()?;
    let dynos = block.limits.get(check).cloned().unwrap_or_default();
    let version = block.installs.get(check).cloned();
    let on = |is_on, from| Some(On { entry, is_on, from, dynos, version });
    if let (Kind::ConfigVar, Some(database)) = (entry.kind, Database::named(&entry.name)) {
        if databases::is_on(database, facts) {
            return on(true, databases::listed(database, config));
        }
        let folders =
            database_urls::variables(config, database).into_iter().map(str::to_owned).collect::<Vec<_>>();
        return if folders.is_empty() { None } else { on(false, folders) };
    }
    let old = format!("datadog/conf.d/{check}.yaml");
    let file = path_of(entry)
        .into_iter()
        .chain([old])
        .find(|path| folder.is_some_and(|folder| folder.text(path).is_some()));
    if let Some(file) = file {
        return on(true, vec![file]);
    }
    let serving = sources::serving(entry, facts);
    if serving.is_empty() { None } else { on(false, serving) }
}

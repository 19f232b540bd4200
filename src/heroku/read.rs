//! Reading: the parts of an app, and the single things that commands look up.
//! A reader writes nothing.

use serde::de::DeserializeOwned;

use super::call::{Call, segment};
use super::client::Client;
use super::error::{Error, Kind};
use super::{Account, wire};
use crate::app::facts::{self, ConfigVars};
use crate::app::{Facts, Part};
use crate::platform::stack;

/// How many releases and builds show what runs and what was tried last.
const RECENT: usize = 20;

/// Reads from Heroku.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    pub(super) client: &'a Client,
}

/// One answer on its way into the snapshot, which fails where an app of its kind must have had another one. The app itself
/// is in the snapshot first.
pub(super) type Fill = Box<dyn FnOnce(&mut Facts) -> Result<(), Error> + Send>;

impl<'a> Reader<'a> {
    /// A reader over `client`.
    pub fn new(client: &'a Client) -> Self {
        Self { client }
    }

    pub(super) fn part(&self, app: &str, part: Part) -> Result<Fill, Error> {
        let at = |rest: &str| Call::get(format!("/apps/{}/{rest}", segment(app)));
        Ok(match part {
            Part::Config => {
                let vars: ConfigVars = self.config(app)?;
                fill(|into| into.config = Some(vars))
            }
            Part::Buildpacks => {
                let answer = self.client.list(at("buildpack-installations"));
                fill_unless_absent(answer, |into, list| into.buildpacks = Some(wire::buildpacks(list)))?
            }
            Part::Features => {
                let list: Vec<wire::Feature> = self.client.list(at("features"))?;
                let features = list.into_iter().map(|feature| (feature.name, feature.enabled)).collect();
                fill(|into| into.features = Some(features))
            }
            Part::Formation => {
                let list = into_all::<wire::Formation, _>(self.client.list(at("formation"))?);
                fill(|into| into.formation = Some(list))
            }
            Part::Releases => {
                fill_unless_absent(self.releases(app), |into, list| into.releases = Some(list))?
            }
            Part::Builds => fill_unless_absent(self.builds(app), |into, list| into.builds = Some(list))?,
            Part::Drains => {
                let answer = self.client.list::<wire::Drain>(at("log-drains"));
                fill_unless_absent(answer, |into, list| into.drains = Some(into_all(list)))?
            }
            Part::Addons => {
                let list = into_all::<wire::Addon, _>(self.client.list(at("addons"))?);
                fill(|into| into.addons = Some(list))
            }
            Part::Attachments => {
                let list = into_all::<wire::Attachment, _>(self.client.list(at("addon-attachments"))?);
                fill(|into| into.attachments = Some(list))
            }
            Part::Coupling => {
                let answer = self.client.read(&at("pipeline-couplings"));
                let coupling = unless_missing(answer.and_then(|answer| answer.json::<wire::Coupling>()))?;
                fill(|into| into.coupling = Some(coupling.map(Into::into)))
            }
            // Read afterwards, when the app's generation is known: Cedar has none.
            Part::TelemetryDrains => fill(|into| into.telemetry_drains = Some(Vec::new())),
            // Read afterwards, when the coupling names the pipeline.
            Part::Downstream => fill(|into| into.downstream = Some(None)),
            Part::Dynos => {
                let list = into_all::<wire::Dyno, _>(self.client.list(at("dynos"))?);
                fill(|into| into.dynos = Some(list))
            }
            // Read afterwards, when releases and builds show whether it is needed.
            Part::Slug | Part::SlimSaving => fill(|_| {}),
        })
    }

    /// The app itself.
    pub fn app(&self, app: &str) -> Result<facts::App, Error> {
        self.client.get::<wire::App>(format!("/apps/{}", segment(app))).map(Into::into)
    }

    /// The app's config vars.
    pub fn config(&self, app: &str) -> Result<ConfigVars, Error> {
        self.client.get(format!("/apps/{}/config-vars", segment(app))).map(wire::config)
    }

    /// The app's config vars as they were in one of its releases.
    pub fn config_of_release(&self, app: &str, release: &str) -> Result<ConfigVars, Error> {
        let path = format!("/apps/{}/releases/{}/config-vars", segment(app), segment(release));
        self.client.get(path).map(wire::config)
    }

    /// The app's newest releases, the newest first.
    pub fn releases(&self, app: &str) -> Result<Vec<facts::Release>, Error> {
        let range = format!("version ..; order=desc,max={RECENT}");
        let mut list: Vec<facts::Release> =
            into_all::<wire::Release, _>(self.newest(app, "releases", &range)?);
        list.sort_by_key(|release| std::cmp::Reverse(release.version));
        Ok(list)
    }

    /// The app's newest builds, the newest first.
    pub fn builds(&self, app: &str) -> Result<Vec<facts::Build>, Error> {
        let mut list: Vec<facts::Build> = into_all::<wire::Build, _>(self.newest_builds(app)?);
        list.sort_by(|a, b| b.created_at.cmp(&a.created_at));
        Ok(list)
    }

    pub(super) fn newest_builds(&self, app: &str) -> Result<Vec<wire::Build>, Error> {
        self.newest(app, "builds", &format!("started_at ..; order=desc,max={RECENT}"))
    }

    /// The telemetry drains of a Fir app.
    pub fn telemetry_drains(&self, app: &str) -> Result<Vec<facts::TelemetryDrain>, Error> {
        let call = Call::get(format!("/apps/{}/telemetry-drains", segment(app))).sdk();
        Ok(into_all::<wire::TelemetryDrain, _>(self.client.list(call)?))
    }

    /// One release, by its UUID or number.
    pub fn release(&self, app: &str, id: &str) -> Result<facts::Release, Error> {
        let path = format!("/apps/{}/releases/{}", segment(app), segment(id));
        self.client.get::<wire::Release>(path).map(Into::into)
    }

    /// One build.
    pub fn build(&self, app: &str, id: &str) -> Result<facts::Build, Error> {
        let path = format!("/apps/{}/builds/{}", segment(app), segment(id));
        self.client.get::<wire::Build>(path).map(Into::into)
    }

    /// One slug.
    pub fn slug(&self, app: &str, id: &str) -> Result<facts::Slug, Error> {
        let path = format!("/apps/{}/slugs/{}", segment(app), segment(id));
        self.client.get::<wire::Slug>(path).map(Into::into)
    }

    /// Every app that the account sees, by name.
    pub fn apps(&self) -> Result<Vec<facts::App>, Error> {
        Ok(into_all::<wire::App, _>(self.client.list(Call::get("/apps").range("name ..; max=1000"))?))
    }

    /// Every app of a team, by name.
    pub fn team_apps(&self, team: &str) -> Result<Vec<facts::App>, Error> {
        let call = Call::get(format!("/teams/{}/apps", segment(team)));
        Ok(into_all::<wire::App, _>(self.client.list(call)?))
    }

    /// Whose token this is.
    pub fn account(&self) -> Result<Account, Error> {
        self.client.get("/account")
    }

    /// The newest entries of a list, in one request. Where the order is not on offer the whole list comes.
    fn newest<T: DeserializeOwned>(&self, app: &str, list: &str, range: &str) -> Result<Vec<T>, Error> {
        let call = Call::get(format!("/apps/{}/{list}", segment(app)));
        match self.client.read(&call.clone().range(range)).and_then(|answer| answer.json()) {
            // An order that this list does not have: all of it, then.
            Err(error) if matches!(error.kind, Kind::Invalid { .. }) => self.client.list(call),
            answer => answer,
        }
    }

    /// A missing app is reported together with the names it may have been meant for.
    pub(super) fn explained(&self, app: &str, error: Error) -> Error {
        if !matches!(error.kind, Kind::NotFound { .. }) || error.path != format!("/apps/{}", segment(app)) {
            return error;
        }
        let names: Vec<_> = self.apps().unwrap_or_default().into_iter().map(|app| app.name).collect();
        let apps = names.iter().take(LISTED).cloned().collect();
        Error {
            kind: Kind::AppNotFound { app: app.to_owned(), near: near(app, names).into(), apps },
            ..error
        }
    }
}

/// How many names are listed at most.
const LISTED: usize = 6;

/// At most three of `names` that `requested` may have been meant for, the likeliest first.
fn near(requested: &str, names: Vec<String>) -> Vec<String> {
    let likeness = |name: &String| {
        let contained = requested.len().min(name.len()) >= 3
            && (name.contains(requested) || requested.contains(name.as_str()));
        strsim::normalized_damerau_levenshtein(requested, name).max(if contained { 0.7 } else { 0.0 })
    };
    let mut scored: Vec<(f64, String)> = names.into_iter().map(|name| (likeness(&name), name)).collect();
    scored.retain(|(likeness, _)| *likeness >= 0.6);
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

pub(super) fn fill(into: impl FnOnce(&mut Facts) + Send + 'static) -> Fill {
    Box::new(|facts| {
        into(facts);
        Ok(())
    })
}

/// What only apps with classic buildpacks are sure to have: others answer that there is no such list, and have none.
fn fill_unless_absent<T: Send + 'static>(
    answer: Result<Vec<T>, Error>,
    into: impl FnOnce(&mut Facts, Vec<T>) + Send + 'static,
) -> Result<Fill, Error> {
    match answer {
        Ok(list) => Ok(fill(|facts| into(facts, list))),
        Err(error) if error.is_absent() => Ok(Box::new(|facts| {
            if facts.app.has_buildpacks() && facts.app.build_stack != stack::CNB {
                return Err(error);
            }
            into(facts, Vec::new());
            Ok(())
        })),
        Err(error) => Err(error),
    }
}

fn unless_missing<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(unless_missing) => Ok(Some(unless_missing)),
        Err(error) if error.is_absent() => Ok(None),
        Err(error) => Err(error),
    }
}

fn into_all<W, T: From<W>>(list: Vec<W>) -> Vec<T> {
    list.into_iter().map(Into::into).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_the_likely_ones() {
        let names = || ["shop", "shop-staging", "mobile-api", "legacy"].map(String::from).to_vec();
        assert_eq!(near("shp", names()), ["shop"]);
        assert_eq!(near("staging", names()), ["shop-staging"]);
        assert_eq!(near("mobil-api", names()), ["mobile-api"]);
        assert!(near("zzz", names()).is_empty());
        assert!(near("", names()).is_empty());
    }
}

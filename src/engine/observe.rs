//! Reads everything that a command needs to know of its apps, once, independent parts at the same time.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;

use jiff::Timestamp;

use super::{KeyCheck, Services};
use crate::app::conf_folder::ConfFolder;
use crate::app::dbm;
use crate::app::facts::{
    AgentVersions, Checkout, CheckoutQuery, ConfigVars, Database, Facts, KeyVerdict, LogMetrics, Neighbor,
    Ownership, Query, When,
};
use crate::app::integrations::dbm::target;
use crate::app::metrics::{Access, Existing, dashboard, pipeline};
use crate::app::{Buildpack, findings, nested, versions};
use crate::database::{self, Session};
use crate::datadog::Site;
use crate::env::{self, DD_AGENT_VERSION};
use crate::failure::{Code, Failure, Result};
use crate::heroku::{self, Reader};
use crate::secret::Secret;

/// Reads `query` of several apps.
pub fn observe(services: &dyn Services, apps: &[String], query: &Query) -> Result<Vec<Facts>> {
    Observer::new(services).observe(apps, query)
}

/// Reads apps, and remembers what Datadog says of keys.
pub struct Observer<'s> {
    /// What it reads with.
    pub services: &'s dyn Services,
    /// What Datadog says of keys.
    pub keys: KeyCheck,
    /// Whether only the checkout is read: what is planned concerns files, and no app is known.
    is_local: bool,
}

/// Texts of files, by their usual paths.
type Files = BTreeMap<String, String>;

impl<'s> Observer<'s> {
    /// One without any answers yet.
    pub fn new(services: &'s dyn Services) -> Self {
        Self { services, keys: KeyCheck::default(), is_local: false }
    }

    /// One that reads the checkout and asks nobody. What it calls an app is the folder.
    pub fn of_checkout(services: &'s dyn Services) -> Self {
        Self { is_local: true, ..Self::new(services) }
    }

    /// Reads `query` of several apps, in their order.
    pub fn observe(&self, apps: &[String], query: &Query) -> Result<Vec<Facts>> {
        let _progress = self.services.ui().progress(match apps {
            [app] => format!("reading {app}"),
            apps => format!("reading {} apps", apps.len()),
        });
        if self.is_local {
            return self.observe_checkout(apps, query);
        }
        let reader = Reader::new(self.services.heroku()?.as_ref());
        let (facts, checkout, agent_versions) = thread::scope(|scope| {
            // The key that was given can be checked while the apps are read.
            if let Some((key, site)) = query.key.as_ref().and_then(|query| query.early()) {
                scope.spawn(move || self.keys.ask_early(self.services, key, site));
            }
            let is_needed = query.agent_versions == When::Always;
            let versions = is_needed.then(|| scope.spawn(|| self.services.agent_versions()));
            let checkout = query.checkout.as_ref().map(|query| self.checkout(apps, query));
            let facts = reader.observe_all(apps, &query.heroku);
            let versions = versions.map(|thread| thread.join().unwrap_or_else(|_| Err(broke_off())));
            (facts, checkout, versions)
        });
        let mut facts = all_read(apps, facts)?;
        let mut checkout = checkout.transpose()?.unwrap_or_default();
        let agent_versions = agent_versions.map(known_versions).transpose()?;
        let mut files = BTreeMap::new();
        for app_facts in &mut facts {
            app_facts.read_at = Timestamp::now();
            app_facts.checkout = checkout.remove(&app_facts.app.name);
            self.add_files(app_facts, query, &mut files)?;
            app_facts.agent_versions.clone_from(&agent_versions);
        }
        self.add_versions(&mut facts, query);
        self.add_releases(&mut facts, query);
        self.add_keys(&mut facts, query)?;
        self.add_log_metrics(&mut facts, query)?;
        self.add_hosts(&mut facts, query);
        add_neighbors(&reader, &mut facts, query)?;
        add_databases(&reader, &mut facts, query)?;
        Ok(facts)
    }

    fn observe_checkout(&self, apps: &[String], query: &Query) -> Result<Vec<Facts>> {
        let mut checkouts = match &query.checkout {
            Some(query) => self.checkout(apps, query)?,
            None => BTreeMap::new(),
        };
        let mut files = BTreeMap::new();
        let named = apps.iter().map(|name| {
            let mut facts = Facts { checkout: checkouts.remove(name), ..Facts::default() };
            facts.app.name.clone_from(name);
            self.add_files(&mut facts, query, &mut files)?;
            Ok(facts)
        });
        named.collect()
    }

    /// The Agent versions that can be installed, for an app that turns out to ask for one.
    pub fn agent_versions(&self) -> Result<AgentVersions> {
        known_versions(self.services.agent_versions())
    }

    /// What the checkout says, for each app.
    fn checkout(&self, apps: &[String], query: &CheckoutQuery) -> Result<BTreeMap<String, Checkout>> {
        let Some(checkout) = self.services.checkout()? else { return Ok(BTreeMap::new()) };
        let owners = match self.services.checkout_apps() {
            // Where nothing of the checkout is needed, a git that refuses it is not a reason to fail.
            Err(_) if query.is_empty() => return Ok(BTreeMap::new()),
            owners => owners?,
        };
        let mut all = BTreeMap::new();
        for app in apps {
            let ownership = match (owners.contains(app), owners.is_empty()) {
                (true, _) => Ownership::Own,
                (false, true) => Ownership::Unknown,
                (false, false) => Ownership::Other,
            };
            let git_ref = query.git_ref.as_ref().filter(|_| ownership == Ownership::Own);
            let commit = git_ref.map(|git_ref| checkout.resolve(git_ref)).transpose()?;
            all.insert(app.clone(), Checkout { ownership, commit, ..Checkout::default() });
        }
        Ok(all)
    }

    /// The files of the checkout, from where the app has them: read once for all apps that have them at one place.
    fn add_files(&self, facts: &mut Facts, query: &Query, read: &mut BTreeMap<String, Files>) -> Result {
        let folder = facts.conf_folder();
        let (Some(checkout), Some(query)) = (&mut facts.checkout, &query.checkout) else { return Ok(()) };
        if !read.contains_key(folder.path()) {
            read.insert(folder.path().to_owned(), self.files(&folder, query)?);
        }
        checkout.files.clone_from(&read[folder.path()]);
        checkout.folder = folder;
        Ok(())
    }

    fn files(&self, folder: &ConfFolder, query: &CheckoutQuery) -> Result<Files> {
        let Some(checkout) = self.services.checkout()? else { return Ok(Files::new()) };
        let mut files = Files::new();
        if query.folder {
            files.extend(checkout.datadog_files(folder)?.into_iter().map(|file| (file.path, file.text)));
        }
        let named = query.named_files.iter().map(String::as_str);
        for path in [nested::LIST].into_iter().chain(query.files.iter().copied()).chain(named) {
            let real = folder.real(path);
            let text = match path {
                nested::LIST | findings::app_json::PATH => checkout.read_lossy(Path::new(&real))?,
                _ => checkout.read(Path::new(&real))?,
            };
            files.extend(text.map(|text| (path.to_owned(), text)));
        }
        Ok(files)
    }

    /// The Agent versions, where an app asks for one.
    fn add_versions(&self, facts: &mut [Facts], query: &Query) {
        let asks = |app_facts: &Facts| {
            app_facts.config.as_ref().is_some_and(|vars| vars.get(DD_AGENT_VERSION).is_some())
        };
        if query.agent_versions != When::WhereAsked || !facts.iter().any(asks) {
            return;
        }
        let versions = self.services.agent_versions();
        let versions = versions
            .map_or_else(|why| AgentVersions::Unreachable(format!("{:#}", why.error)), AgentVersions::Known);
        if let AgentVersions::Unreachable(why) = &versions {
            self.services.ui().detail(format_args!("whether Agent versions exist is not checked: {why}"));
        }
        for app_facts in facts.iter_mut().filter(|app_facts| asks(app_facts)) {
            app_facts.agent_versions = Some(versions.clone());
        }
    }

    /// The releases of Datadog's buildpack, where an app is pinned to one that is newer than this program.
    fn add_releases(&self, facts: &mut [Facts], query: &Query) {
        let is_newer = |app_facts: &Facts| {
            let pins = app_facts.buildpacks.iter().flatten().filter_map(Buildpack::pin);
            pins.into_iter()
                .any(|pin| versions::is_release(pin) && versions::is_older(versions::BUILDPACK, pin))
        };
        if query.agent_versions == When::WhereAsked && facts.iter().any(is_newer) {
            let releases = self.services.buildpack_releases();
            for app_facts in facts.iter_mut() {
                app_facts.buildpack_releases = Some(releases.clone());
            }
        }
    }

    fn add_keys(&self, facts: &mut [Facts], query: &Query) -> Result {
        let Some(query) = &query.key else { return Ok(()) };
        for app_facts in facts {
            let empty = ConfigVars::default();
            app_facts.key =
                Some(self.keys.key(self.services, query, app_facts.config.as_ref().unwrap_or(&empty))?);
        }
        Ok(())
    }

    /// What the apps' organizations have, each asked once.
    fn add_log_metrics(&self, facts: &mut [Facts], query: &Query) -> Result {
        let Some(application_key) = &query.log_metrics else { return Ok(()) };
        let mut organizations: BTreeMap<(&str, String), LogMetrics> = BTreeMap::new();
        for app_facts in facts {
            let Some(access) = access(app_facts, application_key) else { continue };
            let organization = (access.site.domain(), access.key.expose().to_owned());
            if !organizations.contains_key(&organization) {
                let existing = match self.existing(&access) {
                    Err(failure) if query.log_metrics_may_fail => {
                        let error = failure.error;
                        self.services.ui().detail(format_args!("what is at Datadog is not read: {error:#}"));
                        continue;
                    }
                    answer => answer?,
                };
                organizations.insert(organization.clone(), LogMetrics { access, existing });
            }
            app_facts.log_metrics = organizations.get(&organization).cloned();
        }
        Ok(())
    }

    fn existing(&self, access: &Access) -> Result<Existing> {
        let client = self.services.datadog_api()?;
        let organization = client.organization(access.site, &access.key, &access.application_key);
        let pipeline = organization.log_pipeline(pipeline::NAME)?;
        Ok(Existing {
            metrics: organization.log_metrics()?,
            pipeline: pipeline.map(|asset| (asset.id, pipeline::is_current(&asset.body))),
            dashboard: organization.dashboard(dashboard::TITLE)?.map(|asset| asset.id),
        })
    }

    /// How many hosts Datadog counts. Nothing depends on it: without an answer it is not known.
    fn add_hosts(&self, facts: &mut [Facts], query: &Query) {
        let Some(application_key) = &query.hosts else { return };
        for app_facts in facts.iter_mut().filter(|app_facts| app_facts.key_verdict() == KeyVerdict::Accepted)
        {
            let Some(access) = access(app_facts, application_key) else { continue };
            let Ok(client) = self.services.datadog_api() else { return };
            let filter = format!("appname:{}", app_facts.app.name);
            app_facts.hosts = client.count_hosts(&access.key, application_key, access.site, &filter).ok();
        }
    }
}

/// The other apps of the pipelines, where the findings need them.
fn add_neighbors(reader: &Reader<'_>, facts: &mut [Facts], query: &Query) -> Result {
    for app_facts in facts.iter_mut().filter(|_| query.neighbors) {
        let coupling = app_facts.coupling.as_ref().and_then(Option::as_ref);
        let is_asked = app_facts.config.as_ref().is_some_and(|vars| vars.get(env::DD_APM_ENABLED).is_some());
        let Some(coupling) = coupling.filter(|_| is_asked) else { continue };
        let apps = reader.pipeline(&coupling.pipeline)?.apps;
        let others = apps.into_iter().filter(|(app, _)| *app != app_facts.app.name);
        let neighbors = others.map(|(app, stage)| Ok(Neighbor { config: reader.config(&app)?, app, stage }));
        app_facts.neighbors = Some(neighbors.collect::<Result<_>>()?);
    }
    Ok(())
}

fn add_databases(reader: &Reader<'_>, facts: &mut [Facts], query: &Query) -> Result {
    let Some(name) = &query.database else { return Ok(()) };
    for app_facts in facts {
        // A database that does not exist is reported by the plan.
        let Ok(target) = target(app_facts, name) else { continue };
        let has_credential = reader.credential_state(&target.addon, dbm::CREDENTIAL)?.is_some();
        let session = Session::open(&target.url)?;
        let inspection = database::inspect(&session, dbm::CREDENTIAL)?;
        app_facts.database = Some(Database { has_credential, inspection });
    }
    Ok(())
}

/// The keys that reach what an app's organization has.
fn access(facts: &Facts, application_key: &Secret) -> Option<Access> {
    let key = facts.key.as_ref()?;
    let site: Site = *key.site.as_ref().ok()?;
    let source = key.source.as_ref().ok()?.as_ref()?;
    Some(Access { site, key: source.key.clone(), application_key: application_key.clone() })
}

/// The facts of every app. Where the rate limit ended it, the error names the apps that are read and those that are not.
fn all_read(apps: &[String], facts: Vec<Result<Facts, heroku::Error>>) -> Result<Vec<Facts>> {
    let are_read: Vec<_> = facts.iter().map(Result::is_ok).collect();
    facts.into_iter().collect::<Result<Vec<_>, _>>().map_err(|error| {
        let is_limit = matches!(error.kind, heroku::Kind::RateLimited { .. });
        let failure = Failure::from(error);
        if !is_limit || apps.len() < 2 {
            return failure;
        }
        let list = |is_read: bool| {
            let listed = apps.iter().zip(&are_read).filter(|(_, read)| **read == is_read);
            listed.map(|(app, _)| format!("`{app}`")).collect::<Vec<_>>().join(", ")
        };
        let lists = [("read", list(true)), ("not read", list(false))].into_iter();
        lists
            .filter(|(_, list)| !list.is_empty())
            .fold(failure, |failure, (what, list)| failure.hint(format_args!("{what}: {list}")))
    })
}

/// A package repository that cannot be reached leaves the versions unknown.
fn known_versions(read: Result<Vec<String>>) -> Result<AgentVersions> {
    match read {
        Ok(versions) => Ok(AgentVersions::Known(versions)),
        Err(failure) if failure.code == Code::Unreachable => {
            Ok(AgentVersions::Unreachable(format!("{:#}", failure.error)))
        }
        Err(failure) => Err(failure),
    }
}

fn broke_off() -> Failure {
    Failure::new(Code::Failed, "a part of the program broke off; this is a bug of dd-heroku")
}

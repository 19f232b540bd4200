//! What every verb works with: the environment, the options, the terminal, and the services, each made when it is
//! first needed.

mod offers;

use std::collections::BTreeSet;
use std::sync::{Arc, Once, OnceLock};

use super::global::Global;
use super::sandboxed;
use super::targets::Targets;
use crate::datadog_api;
use crate::engine::stop::Stop;
use crate::env::{self, Environment};
use crate::failure::{Code, Failure, Result};
use crate::heroku::remotes::{self, Asked, Choice, Remote};
use crate::heroku::{self, Endpoints, Notice, Reader, credentials};
use crate::repo::{self, Checkout};
use crate::sandbox;
use crate::ui::Ui;

/// What every verb works with.
pub struct Context {
    /// The environment; with `--sandbox` its variables lead there.
    pub env: Environment,
    /// The terminal.
    pub ui: Ui,
    /// Ctrl-C.
    pub stop: Stop,
    sandbox: Option<sandbox::Running>,
    /// How many requests of Heroku's rate limit are left for others.
    rate_reserve: u32,
    client: OnceLock<Arc<heroku::Client>>,
    checkout: OnceLock<Option<Checkout>>,
    /// Whether a missing git was reported already.
    without_git: Once,
}

impl Context {
    /// Makes the context; with `--sandbox` it starts that.
    pub fn new(env: &Environment, global: &Global, ui: Ui) -> Result<Self> {
        let (sandbox, env) = sandboxed::enter(env, global.sandbox)?;
        let stop = Stop::listen(ui);
        Ok(Self {
            env,
            ui,
            stop,
            sandbox,
            rate_reserve: global.rate_reserve,
            client: OnceLock::new(),
            checkout: OnceLock::new(),
            without_git: Once::new(),
        })
    }

    /// The Heroku client, with the token that the official CLI would use.
    pub fn heroku(&self) -> Result<&heroku::Client> {
        self.shared_heroku().map(Arc::as_ref)
    }

    /// The same, for a thread that may outlive the command.
    pub fn shared_heroku(&self) -> Result<&Arc<heroku::Client>> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let endpoints = Endpoints::from_env(&self.env)?;
        let token = credentials::find(&self.env, &endpoints)?.ok_or_else(not_signed_in)?;
        let ui = self.ui;
        let client = heroku::Client::new(endpoints, token);
        let client = match build_minutes(&self.env)? {
            Some(minutes) => client.waiting_for_builds(minutes),
            None => client,
        };
        let client = client.with_reserve(self.rate_reserve).with_notice(move |notice| say(ui, notice));
        Ok(self.client.get_or_init(|| Arc::new(client)))
    }

    /// A reader of Heroku.
    pub fn reader(&self) -> Result<Reader<'_>> {
        Ok(Reader::new(self.heroku()?))
    }

    /// The Datadog client.
    pub fn datadog_api(&self) -> Result<datadog_api::Client> {
        Ok(datadog_api::Client::from_env(&self.env)?)
    }

    /// The checkout that the command runs in.
    pub fn checkout(&self) -> Option<&Checkout> {
        self.checkout.get_or_init(|| Checkout::discover(&self.env)).as_ref()
    }

    /// The checkout to read an app's files in: its own, or one that belongs to no other app.
    pub fn checkout_for(&self, app: &str) -> Result<Option<&Checkout>> {
        let Some(checkout) = self.checkout() else { return Ok(None) };
        let owners = self.owners(checkout)?;
        Ok((owners.is_empty() || owners.iter().any(|owner| owner == app)).then_some(checkout))
    }

    /// Whether the arguments, the environment or the checkout name an app, so that nobody has to be asked. A checkout that
    /// cannot be read names none.
    pub fn names_an_app(&self, targets: &Targets) -> bool {
        targets.is_named()
            || self.env.get(env::HEROKU_APP).is_some()
            || self.checkout().is_some_and(|checkout| match self.remotes(checkout) {
                Ok(remotes) => !remotes.is_empty(),
                Err(failure) => {
                    self.ui.detail(format_args!("the checkout is left out: {:#}", failure.error));
                    false
                }
            })
    }

    /// The one app that is meant.
    pub fn app(&self, targets: &Targets) -> Result<String> {
        match self.apps(targets)?.as_slice() {
            [app] => Ok(app.clone()),
            _ => Err(Failure::usage("this command works on one app").hint("pass `--app` once")),
        }
    }

    /// The apps that are meant, each once, in the order they were named.
    pub fn apps(&self, targets: &Targets) -> Result<Vec<String>> {
        let Targets { apps, remote, pipeline, team } = targets;
        if let Some(pipeline) = pipeline {
            let apps = self.reader()?.pipeline(pipeline)?.apps;
            return some(apps.into_iter().map(|(app, _)| app).collect(), "pipeline", pipeline);
        }
        if let Some(team) = team {
            let apps = self.reader()?.team_apps(team)?;
            return some(apps.into_iter().map(|app| app.name).collect(), "team", team);
        }
        if apps.is_empty() {
            return Ok(vec![self.implied_app(remote.as_deref())?]);
        }
        let mut seen = BTreeSet::new();
        Ok(apps.iter().filter(|app| seen.insert(app.as_str())).cloned().collect())
    }

    /// The app that `remote`, the environment or the checkout names, else the one that a person chooses.
    fn implied_app(&self, remote: Option<&str>) -> Result<String> {
        let (remotes, configured) = match self.checkout().filter(|_| self.env.get(env::HEROKU_APP).is_none())
        {
            Some(checkout) => {
                let remotes = self.remotes(checkout).map_err(|failure| {
                    failure
                        .context("no app was named, and the git remotes of this checkout cannot be read")
                        .hint("or pass `--app APP`")
                })?;
                (remotes, checkout.config("heroku.remote")?)
            }
            None => (Vec::new(), None),
        };
        let asked = Asked {
            app: None,
            variable: self.env.get(env::HEROKU_APP),
            remote,
            configured: configured.as_deref(),
        };
        match remotes::choose(&asked, &remotes) {
            Choice::App(app) => Ok(app),
            Choice::Nothing if self.ui.interactive => self.choose_app(),
            Choice::Nothing => {
                Err(Failure::usage("no app was named, and no git remote here names one")
                    .hint("pass `--app APP`"))
            }
            Choice::Several(existing) => {
                Err(Failure::usage(format_args!("several git remotes name apps: {}", listed(&existing)))
                    .hint(format_args!("pass `--remote {}`, or `--app`", existing[0].name)))
            }
            Choice::NoSuchRemote { name, existing } => {
                let failure = Failure::usage(format_args!("no git remote `{name}` names an app"));
                Err(match existing.is_empty() {
                    true => failure.hint("pass `--app APP`"),
                    false => failure.hint(format_args!("these do: {}", listed(&existing))),
                })
            }
        }
    }

    fn choose_app(&self) -> Result<String> {
        let mut names: Vec<_> = self.reader()?.apps()?.into_iter().map(|app| app.name).collect();
        names.sort();
        if names.is_empty() {
            return Err(Failure::new(Code::AppNotFound, "this account sees no app").hint("heroku create"));
        }
        let at = self.ui.choose("Which app?", &names, 0, "`--app APP`")?;
        Ok(names.swap_remove(at))
    }

    /// The git remotes that name apps.
    fn remotes(&self, checkout: &Checkout) -> Result<Vec<Remote>> {
        let hosts = Endpoints::from_env(&self.env)?.git;
        Ok(remotes::of_heroku(&checkout.remotes()?, &hosts))
    }

    /// The apps whose checkout this is, for a command whose app is known: it goes on on a machine without git.
    pub(super) fn owners(&self, checkout: &Checkout) -> Result<Vec<String>> {
        let hosts = Endpoints::from_env(&self.env)?.git;
        let remotes = match checkout.remotes() {
            Err(repo::Error::NoGit) => {
                self.without_git.call_once(|| {
                    self.ui.warn("git is not installed, so it is unknown which app this checkout belongs to");
                });
                return Ok(Vec::new());
            }
            remotes => remotes?,
        };
        Ok(remotes::of_heroku(&remotes, &hosts).into_iter().map(|remote| remote.app).collect())
    }
}

fn say(ui: Ui, notice: &Notice) {
    match notice {
        Notice::RateLimited(wait) => {
            let seconds = wait.as_secs_f64().ceil().max(1.0);
            ui.warn(format_args!("Heroku's rate limit is reached; waiting {seconds:.0} s"));
        }
        Notice::Slowed(left) => ui.warn(format_args!(
            "{left} requests are left of Heroku's rate limit; reading at the pace of its refill (--rate-reserve)"
        )),
        Notice::Asked(what, took) => ui.detail(format_args!("{what} ({} ms)", took.as_millis())),
        Notice::Retrying(what) => ui.detail(what),
    }
}

fn listed(remotes: &[Remote]) -> String {
    let named: Vec<_> = remotes.iter().map(|remote| format!("{} ({})", remote.name, remote.app)).collect();
    named.join(", ")
}

fn some(apps: Vec<String>, what: &str, name: &str) -> Result<Vec<String>> {
    if apps.is_empty() {
        return Err(Failure::new(Code::AppNotFound, format_args!("the {what} `{name}` has no apps")));
    }
    Ok(apps)
}

/// How long to wait for a build, where that is set.
fn build_minutes(env: &Environment) -> Result<Option<u64>> {
    let Some(text) = env.get(env::DD_HEROKU_BUILD_MINUTES) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        Failure::usage(format_args!(
            "{} is `{text}`, and must be a whole number of minutes",
            env::DD_HEROKU_BUILD_MINUTES
        ))
        .hint(format_args!("unset it to wait {} minutes for a build", heroku::LONGEST_BUILD))
    })
}

fn not_signed_in() -> Failure {
    Failure::new(Code::NotSignedIn, "there is no Heroku token")
        .hint("heroku login")
        .hint("dd-heroku auth login")
        .hint("or set HEROKU_API_KEY (`heroku authorizations:create` makes a token)")
}

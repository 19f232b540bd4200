//! Where a command starts from: made once by commands that nothing disturbs, then copied.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};

use tempfile::TempDir;

use super::place::Place;
use crate::support::postgres::Postgres;
use crate::support::{checkout, run};

/// The state of Heroku, Datadog and the user's folder before the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Start {
    /// The sandbox as it begins, in an empty folder.
    Fresh,
    /// The same in a checkout of `shop` with a release phase.
    Checkout,
    /// A checkout of `imagery`, which deploys container images.
    Container,
    /// `shop` with everything: buildpack, drain, metrics, integrations, the managed block.
    SetUp,
    /// The same with a pinned buildpack.
    Pinned,
    /// The same with a setting that is not compiled into the slug yet.
    Due,
    /// `shop-staging` set up, upstream of `shop` in their pipeline.
    Pipeline,
    /// `shop`, whose database is a real one.
    Database,
}

impl Start {
    /// The commands that lead to it.
    fn commands(self) -> &'static [&'static str] {
        match self {
            Self::Fresh | Self::Checkout | Self::Container | Self::Database => &[],
            Self::SetUp => &[
                "init -a shop --logs --ref HEAD --yes",
                "metrics enable -a shop --yes",
                "integrations add http_check -a shop --set name=a --set url=http://a --yes",
                "prerun skip release -a shop --yes",
            ],
            Self::Pinned => &["init -a shop --ref HEAD --yes", "buildpacks pin 2.44 -a shop --yes"],
            Self::Due => &[
                "init -a shop --ref HEAD --yes",
                "config set DD_APM_ENABLED=false -a shop --no-rebuild --yes",
            ],
            Self::Pipeline => &["init -a shop-staging --yes"],
        }
    }

    /// Whose checkout the folder is.
    fn checkout(self) -> Option<&'static str> {
        match self {
            Self::Checkout | Self::SetUp | Self::Pinned | Self::Due => Some("shop"),
            Self::Container => Some("imagery"),
            Self::Fresh | Self::Pipeline | Self::Database => None,
        }
    }

    /// Whether its cases share a database, so that they are run one after the other.
    pub(super) fn is_shared(self) -> bool {
        self == Self::Database
    }

    /// A place that begins here.
    pub(super) fn place(self) -> Place {
        let folder = empty_folder();
        let template = template(self);
        // Links: nobody changes these files, another takes their place.
        run(Command::new("cp").arg("-al").arg(template.path().join(".")).arg(folder.path()));
        if self == Self::Database {
            let postgres = postgres();
            postgres.sql("postgres", "DROP DATABASE shop WITH (FORCE)");
            postgres.sql("postgres", "CREATE DATABASE shop TEMPLATE pristine");
        }
        Place::new(folder)
    }
}

fn empty_folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// The folder that the places of a start are copied from.
fn template(start: Start) -> Arc<TempDir> {
    type Made = OnceLock<Arc<TempDir>>;
    static TEMPLATES: Mutex<BTreeMap<Start, Arc<Made>>> = Mutex::new(BTreeMap::new());
    let made = Arc::clone(TEMPLATES.lock().unwrap().entry(start).or_default());
    Arc::clone(made.get_or_init(|| Arc::new(make(start))))
}

fn make(start: Start) -> TempDir {
    let folder = empty_folder();
    let home = folder.path().join("home");
    fs::create_dir(&home).unwrap();
    if let Some(app) = start.checkout() {
        make_checkout(&home, app);
    }
    let place = Place::new(folder);
    if start == Start::Database {
        place.use_database(&postgres().url("app"));
    }
    for command in start.commands() {
        let output = place.run(&shlex::split(command).unwrap(), "", None);
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    }
    place.into_template()
}

fn make_checkout(folder: &Path, app: &str) {
    checkout::create(folder, app);
    let procfile = "web: bundle exec puma\nworker: bundle exec sidekiq\nrelease: echo migrated\n";
    fs::write(folder.join("Procfile"), procfile).unwrap();
    checkout::git(folder, &["commit", "-q", "-am", "Migrate on release"]);
}

/// The one PostgreSQL of all cases, whose database is made again for each.
fn postgres() -> &'static Postgres {
    static POSTGRES: OnceLock<Postgres> = OnceLock::new();
    POSTGRES.get_or_init(|| {
        let postgres = Postgres::start();
        postgres.sql("postgres", "CREATE DATABASE pristine TEMPLATE shop");
        postgres
    })
}

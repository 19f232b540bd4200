//! A change of every kind, for the snapshots of how each is shown.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::change::{Change, Promotion, Rebuild, Source, Target};
use crate::app::facts::{App, Process, TelemetryDrain};
use crate::app::metrics::{Access, change as datadog, definition};
use crate::app::telemetry::{self, Signal};
use crate::app::{Buildpack, Note, Plan, dbm};
use crate::datadog::{ApiKey, Site};
use crate::secret::Secret;

const KEY: &str = "0123456789abcdef0123456789ab3f9a";
const COMMIT: &str = "60883d9f2c4e7a1b5d8f0e3c6a9b2d4f7e1c8a05";

/// A plan with every change that there is. `is_listed` fails to compile when a kind is added: add a sample of it then.
pub(in crate::ui) fn plan() -> Plan {
    let changes =
        [features(), config(), databases(), buildpacks(), drains(), at_datadog(), files(), slugs()].concat();
    assert!(changes.iter().all(is_listed));
    Plan {
        app: App {
            name: "shop".into(),
            stack: "heroku-24".into(),
            space: Some("acme".into()),
            ..App::default()
        },
        formation: Some(vec![Process { kind: "web".into(), quantity: 2, size: "Basic".into() }]),
        changes,
        notes: vec![Note::new(
            "DDH014",
            "a note that is long enough to need a second line in a terminal of 80",
        )],
        ..Plan::default()
    }
}

fn is_listed(change: &Change) -> bool {
    match change {
        Change::FeatureEnable { .. }
        | Change::FeatureDisable { .. }
        | Change::ConfigSet { .. }
        | Change::ConfigUnset { .. }
        | Change::BuildpacksSet { .. }
        | Change::DrainAdd { .. }
        | Change::DrainRemove { .. }
        | Change::FileWrite { .. }
        | Change::FileRemove { .. }
        | Change::Telemetry(_)
        | Change::Datadog { .. }
        | Change::Database(_)
        | Change::Restart
        | Change::Rebuild(_)
        | Change::Promote(_) => true,
    }
}

fn features() -> Vec<Change> {
    vec![
        Change::FeatureEnable { name: "runtime-dyno-metadata".into() },
        Change::FeatureDisable { name: "log-runtime-metrics".into() },
    ]
}

fn config() -> Vec<Change> {
    let set = |key: &str, before: Option<&str>, after: &str, secret| Change::ConfigSet {
        key: key.into(),
        before: before.map(Secret::new),
        after: Secret::new(after),
        secret,
    };
    let unset = |key: &str, before: &str, secret| Change::ConfigUnset {
        key: key.into(),
        before: Secret::new(before),
        secret,
    };
    vec![
        set("DD_API_KEY", None, KEY, true),
        set("DD_APP_KEY", Some("0000"), &format!("{KEY}01234567"), true),
        set("DD_REDIS_URL_VAR", Some("redis://:hunter2@host"), "REDIS_URL", true),
        set("DD_SITE", None, "datadoghq.eu", false),
        set("DD_TAGS", Some(""), "team:core", false),
        set("DD_ENV", Some("staging"), "production", false),
        unset("DD_SERVICE", "shop", false),
        unset("DD_PROXY_HTTPS", "https://u:p@proxy", true),
    ]
}

fn databases() -> Vec<Change> {
    let addon = || "postgresql-curved-1".to_owned();
    vec![
        Change::Database(dbm::Change::Credential { addon: addon() }),
        Change::Database(dbm::Change::Attach { addon: addon(), name: "DATADOG".into() }),
        Change::Database(dbm::Change::Run {
            addon: addon(),
            url: Secret::new("postgres://u:p@host/d"),
            role: "datadog".into(),
            statements: vec!["SELECT 1".into(), "SELECT 2".into()],
        }),
    ]
}

fn buildpacks() -> Vec<Change> {
    let list = |all: &[&str]| all.iter().copied().map(Buildpack::of).collect::<Vec<_>>();
    let datadog = "https://github.com/DataDog/heroku-buildpack-datadog.git";
    vec![
        Change::BuildpacksSet {
            before: list(&["heroku-community/apt", "heroku/ruby"]),
            after: list(&["heroku-community/apt", datadog, "heroku/ruby"]),
        },
        Change::BuildpacksSet {
            before: list(&[datadog, "https://user:hunter2@example.com/x.tgz", "heroku/ruby", datadog]),
            after: list(&["heroku/ruby"]),
        },
    ]
}

fn drains() -> Vec<Change> {
    let host = || "http-intake.logs.datadoghq.eu".to_owned();
    let url = || Secret::new(format!("https://http-intake.logs.datadoghq.eu/?dd-api-key={KEY}"));
    let headers = |key: &str| BTreeMap::from([("dd-api-key".to_owned(), Secret::new(key))]);
    let drain = |key: &str| TelemetryDrain {
        id: "t-1".into(),
        signals: vec!["traces".into()],
        exporter: "otlphttp".into(),
        endpoint: "https://heroku.integrations.otlp.datadoghq.com".into(),
        headers: headers(key),
    };
    let after = || telemetry::Target {
        signals: BTreeSet::from([Signal::Traces, Signal::Logs]),
        endpoint: "https://heroku.integrations.otlp.datadoghq.eu".into(),
        headers: headers(KEY),
    };
    vec![
        Change::DrainAdd { url: url(), host: host() },
        Change::DrainRemove { id: "d-1".into(), url: url(), host: host() },
        Change::Telemetry(telemetry::Change::Add(after())),
        Change::Telemetry(telemetry::Change::Set { before: drain(KEY), after: after() }),
        Change::Telemetry(telemetry::Change::Set {
            before: drain("fedcba9876543210fedcba9876543210"),
            after: after(),
        }),
        Change::Telemetry(telemetry::Change::Remove(drain(KEY))),
    ]
}

fn at_datadog() -> Vec<Change> {
    let key = ApiKey::parse(KEY).expect("a key");
    let access =
        || Access { site: Site::default(), key: key.clone(), application_key: Secret::new("application") };
    let metric = definition::compare(&[]).missing.remove(0);
    let changes = [
        datadog::Change::PipelineSet { id: None },
        datadog::Change::PipelineSet { id: Some("p-1".into()) },
        datadog::Change::PipelineRemove { id: "p-1".into() },
        datadog::Change::MetricCreate(metric),
        datadog::Change::MetricRemove { id: "heroku.dyno.load.1".into() },
        datadog::Change::DashboardCreate,
        datadog::Change::DashboardRemove { id: "b-1".into() },
    ];
    changes.into_iter().map(|change| Change::Datadog { access: access(), change }).collect()
}

fn files() -> Vec<Change> {
    let write = |before: Option<&str>| Change::FileWrite {
        path: "datadog/prerun.sh".into(),
        before: before.map(Into::into),
        after: "exit 0\n".into(),
        executable: true,
    };
    vec![
        write(None),
        write(Some("exit 1\n")),
        Change::FileRemove { path: "datadog/prerun.sh".into(), before: "exit 0\n".into() },
    ]
}

fn slugs() -> Vec<Change> {
    let rebuild = Rebuild {
        commit: COMMIT.into(),
        release: Some(41),
        slug_size: Some(121_000_000),
        source: Source::Checkout,
        last_build: None,
        clear_cache: false,
        expects: None,
    };
    let from_url = Rebuild {
        commit: "v1".into(),
        release: None,
        slug_size: None,
        last_build: None,
        source: Source::Url(Secret::new("https://u:p@example.com/x.tgz")),
        clear_cache: true,
        expects: Some("7.81.2".into()),
    };
    let target = |name: &str| Target { id: format!("id-of-{name}"), name: name.into(), release: None };
    vec![
        Change::Restart,
        Change::Rebuild(rebuild),
        Change::Rebuild(from_url),
        Change::Promote(Promotion {
            pipeline: "p-1".into(),
            source: "s-1".into(),
            stage: "production".into(),
            targets: vec![target("shop"), target("shop-eu")],
        }),
    ]
}

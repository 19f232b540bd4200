//! The client against the embedded stand-in, which knows the whole API.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;

use dd_heroku::app::facts::{Generation, Status};
use dd_heroku::app::{Buildpack, Part, Parts};
use dd_heroku::heroku::{
    Client, Endpoints, Kind, NewTelemetryDrain, Reader, Run, StartBuild, Streamed, Writer,
};
use dd_heroku::secret::Secret;
use serde_json::json;

use crate::support::sandbox::{Sandbox, TOKEN};

const PARTS: [Part; 12] = [
    Part::Config,
    Part::Buildpacks,
    Part::Features,
    Part::Formation,
    Part::Releases,
    Part::Builds,
    Part::Drains,
    Part::Addons,
    Part::Attachments,
    Part::Coupling,
    Part::TelemetryDrains,
    Part::Dynos,
];

fn client(sandbox: &Sandbox) -> Client {
    Client::new(Endpoints::at(sandbox.url().parse().unwrap()), Secret::new(TOKEN))
}

#[test]
fn every_app_is_read_whole() {
    let sandbox = Sandbox::start();
    let client = client(&sandbox);
    let reader = Reader::new(&client);
    for app in reader.apps().unwrap() {
        let before = sandbox.journal().len();
        let seen = reader.observe(&app.name, &Parts::from(PARTS)).unwrap();
        assert_eq!(seen.app, app);
        // Only a Fir app has telemetry drains; only where a setting was changed since the build is its config read.
        let is_fir = usize::from(app.generation == Generation::Fir);
        let requests = PARTS.len() + is_fir + usize::from(seen.built_config.is_some());
        assert_eq!(sandbox.journal().len() - before, requests, "one request a part: {}", app.name);
        assert!(!seen.config.unwrap().iter().collect::<Vec<_>>().is_empty(), "{}", app.name);
        let has_buildpacks = !seen.buildpacks.unwrap().is_empty();
        assert_eq!(has_buildpacks, app.has_buildpacks(), "{}", app.name);
    }
}

#[test]
fn the_kinds_of_app_are_told_apart() {
    let sandbox = Sandbox::start();
    let client = client(&sandbox);
    let reader = Reader::new(&client);
    assert_eq!(reader.app("fjord").unwrap().generation, Generation::Fir);
    assert!(reader.app("imagery").unwrap().is_container());
    assert!(reader.app("vault").unwrap().space.is_some());
    let error = reader.observe("shpo", &Parts::new()).unwrap_err();
    let Kind::AppNotFound { app, near, apps } = &error.kind else { panic!("{error}") };
    assert_eq!((app.as_str(), &near[..]), ("shpo", &["shop".to_owned()][..]));
    assert!(apps.contains(&"shop".to_owned()), "{apps:?}");
    assert!(reader.account().unwrap().email.contains('@'));
}

#[test]
fn every_kind_of_write_takes_effect() {
    let sandbox = Sandbox::start();
    let client = client(&sandbox);
    let (reader, writer) = (Reader::new(&client), Writer::new(&client));
    writer.set_feature("shop", "runtime-dyno-metadata", true).unwrap();
    let vars = BTreeMap::from([("DD_SITE".to_owned(), Some(Secret::new("datadoghq.eu")))]);
    writer.patch_config("shop", &vars).unwrap();
    writer.put_buildpacks("shop", &["heroku-community/apt".to_owned(), "heroku/ruby".to_owned()]).unwrap();
    let drain = writer.add_drain("shop", &Secret::new("https://logs.example/?k=1")).unwrap();

    let parts = Parts::from([Part::Features, Part::Config, Part::Buildpacks, Part::Drains]);
    let seen = reader.observe("shop", &parts).unwrap();
    assert!(seen.features.unwrap()["runtime-dyno-metadata"]);
    assert_eq!(seen.config.unwrap().get("DD_SITE"), Some("datadoghq.eu"));
    let references = seen.buildpacks.unwrap();
    let references: Vec<_> = references.iter().map(Buildpack::reference).collect();
    assert_eq!(references, ["heroku-community/apt", "heroku/ruby"]);
    assert_eq!(seen.drains.unwrap(), std::slice::from_ref(&drain));

    writer.remove_drain("shop", &drain.id).unwrap();
    writer.patch_config("shop", &BTreeMap::from([("DD_SITE".to_owned(), None)])).unwrap();
    let seen = reader.observe("shop", &parts).unwrap();
    assert_eq!(seen.config.unwrap().raw("DD_SITE"), None);
    assert!(seen.drains.unwrap().is_empty());
}

#[test]
fn a_build_goes_from_source_to_release() {
    let sandbox = Sandbox::start();
    let client = client(&sandbox);
    let (reader, writer) = (Reader::new(&client), Writer::new(&client));
    let known = reader.builds("shop").unwrap().into_iter().map(|build| build.id).collect();
    let source = writer.create_source().unwrap();
    writer.upload(&source.put_url, &tarball()).unwrap();
    let start = StartBuild { url: source.get_url, version: "60883d9f".into(), checksum: None, known };
    let build = writer.start_build("shop", &start).unwrap();

    let mut lines = Vec::new();
    let ended = writer.stream_build(&build, &mut |line| {
        lines.push(line.to_owned());
        ControlFlow::Continue(())
    });
    assert_eq!(ended.unwrap(), Streamed::Ended);
    assert!(lines.iter().any(|line| line.starts_with("----->")), "{lines:?}");

    let build = writer.finish_build("shop", &build.id, &|| false).unwrap();
    assert_eq!(build.status, Status::Succeeded, "{lines:?}");
    let release = reader.release("shop", build.release.as_deref().unwrap()).unwrap();
    let releases = reader.releases("shop").unwrap();
    assert_eq!(release.version, releases[0].version);
    let slug = reader.slug("shop", releases[0].slug.as_deref().unwrap()).unwrap();
    assert_eq!(slug.commit.as_deref(), Some("60883d9f"));
    assert_eq!(reader.builds("shop").unwrap()[0].id, build.id, "the newest first");

    writer.clear_build_cache("shop").unwrap();
}

#[test]
fn a_pipeline_is_read_and_promoted() {
    let sandbox = Sandbox::start();
    let client = client(&sandbox);
    let (reader, writer) = (Reader::new(&client), Writer::new(&client));
    let pipeline = reader.pipeline("shop").unwrap();
    let stage =
        |app: &str| pipeline.apps.iter().find(|(name, _)| name == app).map(|(_, stage)| stage.as_str());
    assert_eq!((stage("shop"), stage("shop-staging")), (Some("production"), Some("staging")));

    let (from, to) = (reader.app("shop-staging").unwrap().id, reader.app("shop").unwrap().id);
    let newest = || reader.releases("shop").unwrap()[0].version;
    let before = newest();
    let promotion = writer.promote(&pipeline.id, &from, std::slice::from_ref(&to)).unwrap();
    let targets = reader.promotion(&promotion).unwrap().targets;
    let ended: Vec<_> = targets.iter().map(|target| (&target.app, target.status, &target.error)).collect();
    assert_eq!(ended, [(&to, Status::Succeeded, &None)]);
    assert_eq!(newest(), before + 1);
}

#[test]
fn a_database_gets_another_credential() {
    let sandbox = Sandbox::start();
    let client = client(&sandbox);
    let (reader, writer) = (Reader::new(&client), Writer::new(&client));
    let addons = reader.observe("shop", &Parts::from([Part::Addons])).unwrap().addons.unwrap();
    let database = addons.iter().find(|addon| addon.plan.starts_with("heroku-postgresql")).unwrap();
    writer.create_credential(&database.name, "datadog").unwrap();
    writer.create_credential(&database.name, "datadog").unwrap();
    let mut states = Vec::new();
    let mut wait = |state: &str| {
        states.push(state.to_owned());
        true
    };
    assert!(reader.await_credential(&database.name, "datadog", &mut wait).unwrap());
    states.dedup();
    assert_eq!(states, ["wait_for_provisioning", "provisioning"]);

    let attachment = writer.attach("shop", &database.name, "DATADOG", Some("datadog")).unwrap();
    assert_eq!(attachment.namespace.as_deref(), Some("credential:datadog"));
    assert!(reader.config("shop").unwrap().get("DATADOG_URL").is_some());
}

#[test]
fn a_fir_app_gets_a_telemetry_drain() {
    let sandbox = Sandbox::start();
    let client = client(&sandbox);
    let (reader, writer) = (Reader::new(&client), Writer::new(&client));
    let id = reader.app("fjord").unwrap().id;
    let mut drain = NewTelemetryDrain {
        signals: vec!["traces".into(), "metrics".into()],
        exporter: "otlphttp".into(),
        endpoint: "https://heroku.integrations.otlp.datadoghq.com".into(),
        headers: BTreeMap::from([("dd-api-key".to_owned(), Secret::new("k".repeat(32)))]),
    };
    let added = writer.add_telemetry_drain(&id, &drain).unwrap();
    drain.signals.push("logs".into());
    writer.update_telemetry_drain(&added.id, &drain).unwrap();
    let telemetry_drains =
        || reader.observe("fjord", &Parts::from([Part::TelemetryDrains])).unwrap().telemetry_drains.unwrap();
    assert_eq!(telemetry_drains()[0].signals, ["traces", "metrics", "logs"]);
    writer.remove_telemetry_drain(&added.id).unwrap();
    assert!(telemetry_drains().is_empty());
}

#[test]
fn a_one_off_dyno_is_started_once() {
    let sandbox =
        Sandbox::with_faults(json!([{"method": "POST", "path": "/apps/shop/dynos", "fault": "lost"}]));
    let client = client(&sandbox);
    let writer = Writer::new(&client);
    let run = Run { command: "agent-wrapper status".into(), ..Run::default() };
    assert!(writer.run("shop", &run).is_err());
    assert_eq!(sandbox.writes(), ["POST /apps/shop/dynos"]);
    assert!(writer.run("shop", &run).unwrap().name.starts_with("run."));
    writer.restart("shop", Some("web.1")).unwrap();
}

/// Everything `init` writes, once.
fn set_up(client: &Client) -> Result<(), dd_heroku::heroku::Error> {
    let writer = Writer::new(client);
    let known = Reader::new(client).builds("shop")?.into_iter().map(|build| build.id).collect();
    writer.set_feature("shop", "runtime-dyno-metadata", true)?;
    let site = BTreeMap::from([("DD_SITE".to_owned(), Some(Secret::new("datadoghq.eu")))]);
    writer.patch_config("shop", &site)?;
    writer.put_buildpacks("shop", &["heroku/ruby".to_owned()])?;
    let drain = writer.add_drain("shop", &Secret::new("https://old.example/?k=1"))?;
    writer.remove_drain("shop", &drain.id)?;
    writer.add_drain("shop", &Secret::new("https://logs.example/?k=1"))?;
    let source = writer.create_source()?;
    writer.upload(&source.put_url, &tarball())?;
    let start = StartBuild { url: source.get_url, version: "60883d9f".into(), checksum: None, known };
    let build = writer.start_build("shop", &start)?;
    let mut ended = 0;
    writer.stream_build(&build, &mut |line| {
        ended += u32::from(line.contains("Launching"));
        ControlFlow::Continue(())
    })?;
    assert!(ended <= 1, "no line comes twice");
    assert_eq!(writer.finish_build("shop", &build.id, &|| false)?.status, Status::Succeeded);
    Ok(())
}

/// What `set_up` leaves: features, variables, buildpacks, drains, and how many releases and builds.
fn left(client: &Client) -> impl PartialEq + std::fmt::Debug + use<> {
    let seen = Reader::new(client).observe("shop", &Parts::from(PARTS)).unwrap();
    let drains: Vec<_> =
        seen.drains.unwrap().into_iter().map(|drain| drain.url.expose().to_owned()).collect();
    let config: Vec<_> = seen.config.unwrap().iter().map(|(name, _)| name.to_owned()).collect();
    (seen.features, config, seen.buildpacks, drains, seen.releases.unwrap().len(), seen.builds.unwrap().len())
}

#[test]
fn no_lost_answer_does_anything_twice() {
    let undisturbed = Sandbox::start();
    set_up(&client(&undisturbed)).unwrap();
    let expected = left(&client(&undisturbed));
    let requests = undisturbed.journal().len();
    // One sandbox a fault; each has every request in turn hit by it.
    for fault in ["reset", "lost", "truncate"] {
        for nth in 1..=requests {
            let sandbox = Sandbox::with_faults(json!([{"nth": nth, "fault": fault}]));
            let client = client(&sandbox);
            set_up(&client).unwrap_or_else(|error| panic!("{fault} at request {nth}: {error}"));
            assert_eq!(left(&client), expected, "{fault} at request {nth}");
        }
    }
}

#[test]
fn a_page_in_the_place_of_any_answer_is_an_error_and_no_success() {
    let undisturbed = Sandbox::start();
    set_up(&client(&undisturbed)).unwrap();
    // How often the running build is looked at differs from run to run: the stream's request is the last.
    let journal = undisturbed.journal();
    let is_stream =
        |line: &serde_json::Value| line["path"].as_str().is_some_and(|path| path.starts_with("/streams/"));
    let last = journal.iter().position(is_stream).unwrap();
    for (nth, line) in journal[..=last].iter().enumerate() {
        let sandbox = Sandbox::with_faults(json!([{"nth": nth + 1, "fault": "html"}]));
        assert!(set_up(&client(&sandbox)).is_err(), "{line}");
    }
}

/// A tarball with one file in it.
fn tarball() -> std::fs::File {
    let file = tempfile::tempfile().unwrap();
    let mut tarball = tar::Builder::new(flate2::write::GzEncoder::new(&file, flate2::Compression::fast()));
    let content = b"source 'https://rubygems.org'\n";
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    tarball.append_data(&mut header, "Gemfile", &content[..]).unwrap();
    tarball.into_inner().unwrap().finish().unwrap().flush().unwrap();
    file
}

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, Mutex};

use dd_heroku::app::Part;
use dd_heroku::app::facts::Generation;
use dd_heroku::failure::{Code, Failure};
use dd_heroku::heroku::{Kind, Notice, Reader};
use dd_heroku::transport::Fault;
use serde_json::json;

use super::{TOKEN, client};
use crate::support::scripted::{Reply, Request, Scripted};

fn app(name: &str) -> serde_json::Value {
    json!({"id": "01", "name": name, "stack": {"name": "heroku-24"}, "build_stack": {"name": "heroku-24"},
           "generation": {"id": "7", "name": "cedar"}, "region": {"name": "eu"}, "slug_size": 121_000_000})
}

/// An app with a little of everything.
fn shop(request: &Request, _: usize) -> Reply {
    Reply::ok(match request.path.as_str() {
        "/apps/shop" => app("shop"),
        "/apps/shop/config-vars" => json!({"DD_SITE": "datadoghq.eu", "EMPTY": "", "GONE": null}),
        "/apps/shop/buildpack-installations" => {
            json!([{"ordinal": 0, "buildpack": {"name": "heroku/ruby", "url": "urn:buildpack:heroku/ruby"}}])
        }
        "/apps/shop/features" => json!([{"name": "runtime-dyno-metadata", "enabled": false}]),
        "/apps/shop/formation" => json!([{"type": "web", "quantity": 2, "size": "Standard-1X"}]),
        "/apps/shop/releases" => json!([
            {"id": "r1", "version": 1, "description": "Initial release", "status": "succeeded",
             "current": false, "slug": null, "created_at": "2026-01-01T00:00:00Z"},
            {"id": "r2", "version": 2, "description": "Deploy 60883d9f", "status": "succeeded",
             "current": true, "slug": {"id": "s2"}, "created_at": "2026-01-02T00:00:00Z"}]),
        "/apps/shop/builds" => json!([
            {"id": "b1", "status": "succeeded", "source_blob": {"url": "https://x.example/1", "version": "60883d9f"},
             "release": {"id": "r2"}, "slug": {"id": "s2"}, "created_at": "2026-01-02T00:00:00Z"}]),
        "/apps/shop/log-drains" => json!([{"id": "d1", "url": "https://logs.example/?key=k", "addon": null}]),
        _ => return Reply::error(404, "not_found", "Couldn't find that resource."),
    })
}

fn parts(parts: &[Part]) -> BTreeSet<Part> {
    parts.iter().copied().collect()
}

#[test]
fn an_app_is_read_in_one_round_with_one_request_a_part() {
    let server = Scripted::start(shop);
    let client = client(&server);
    let requested = [
        Part::Config,
        Part::Buildpacks,
        Part::Features,
        Part::Formation,
        Part::Releases,
        Part::Builds,
        Part::Drains,
    ];

    let seen = Reader::new(&client).observe("shop", &parts(&requested)).unwrap();

    assert_eq!(seen.app.generation, Generation::Cedar);
    assert_eq!(seen.config.as_ref().and_then(|config| config.get("DD_SITE")), Some("datadoghq.eu"));
    assert_eq!(seen.config.as_ref().and_then(|config| config.raw("EMPTY")), Some(""));
    assert_eq!(seen.config.as_ref().and_then(|config| config.raw("GONE")), None);
    assert_eq!(seen.buildpacks.unwrap()[0].reference(), "heroku/ruby");
    assert!(!seen.features.unwrap()["runtime-dyno-metadata"]);
    assert_eq!(seen.formation.unwrap()[0].quantity, 2);
    assert_eq!(seen.releases.unwrap()[0].version, 2, "the newest first");
    assert_eq!(seen.builds.unwrap()[0].commit.as_deref(), Some("60883d9f"));
    assert_eq!(seen.drains.unwrap()[0].id, "d1");
    assert!(seen.addons.is_none(), "what was not asked for is not known");
    assert_eq!(server.asked().len(), requested.len() + 1);
    for request in server.asked() {
        assert_eq!(request.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
        assert_eq!(request.header("accept"), Some("application/vnd.heroku+json; version=3"));
    }
}

#[test]
fn what_a_kind_of_app_does_not_have_is_empty() {
    let server = Scripted::start(|request, _| match request.path.as_str() {
        "/apps/fjord" => {
            let mut app = app("fjord");
            app["generation"] = json!({"name": "fir"});
            Reply::ok(app)
        }
        "/apps/fjord/telemetry-drains" => Reply::ok(json!([])),
        "/apps/fjord/log-drains" => Reply::error(422, "invalid_params", "Not on this generation."),
        _ => Reply::error(404, "not_found", "The requested API endpoint was not found."),
    });
    let requested =
        parts(&[Part::Buildpacks, Part::Builds, Part::Drains, Part::Coupling, Part::TelemetryDrains]);
    let seen = Reader::new(&client(&server)).observe("fjord", &requested).unwrap();
    assert_eq!(seen.buildpacks.as_deref(), Some(&[][..]));
    assert_eq!(seen.builds.as_deref(), Some(&[][..]));
    assert_eq!(seen.drains.as_deref(), Some(&[][..]));
    assert_eq!(seen.coupling, Some(None));
    assert_eq!(seen.telemetry_drains.as_deref(), Some(&[][..]));
}

#[test]
fn what_an_app_must_have_is_not_taken_for_empty_when_it_is_refused() {
    for (part, path) in [
        (Part::Buildpacks, "buildpack-installations"),
        (Part::Drains, "log-drains"),
        (Part::Releases, "releases"),
        (Part::Builds, "builds"),
    ] {
        for (status, id) in [(404, "not_found"), (422, "invalid_params")] {
            let server = Scripted::start(move |request, _| match request.path.as_str() {
                "/apps/shop" => Reply::ok(app("shop")),
                _ => Reply::error(status, id, "No."),
            });
            let error = Reader::new(&client(&server)).observe("shop", &parts(&[part])).unwrap_err();
            assert!(error.to_string().contains(path), "{part:?} {status}: {error}");
        }
    }
}

#[test]
fn an_unknown_app_is_told_with_near_names() {
    let server = Scripted::start(|request, _| match request.path.as_str() {
        "/apps" => Reply::ok(json!([app("shop"), app("mobile-api")])),
        _ => Reply::error(404, "not_found", "Couldn't find that app."),
    });
    let error = Reader::new(&client(&server)).observe("shpo", &parts(&[Part::Config])).unwrap_err();
    let Kind::AppNotFound { app, near, apps } = &error.kind else { panic!("{error}") };
    assert_eq!((app.as_str(), &near[..]), ("shpo", &["shop".to_owned()][..]));
    assert!(apps.contains(&"shop".to_owned()), "{apps:?}");
    assert_eq!(Failure::from(error).code, Code::AppNotFound);
}

#[test]
fn an_answer_that_is_far_too_large_is_not_kept() {
    // 70 MB of spaces in 70 kB.
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&vec![b' '; 70_000_000]).unwrap();
    let body = gzip.finish().unwrap();
    assert!(body.len() < 100_000);
    let server = Scripted::start(move |_, _| {
        Reply::Raw(200, vec![("Content-Encoding", "gzip".to_owned())], body.clone())
    });
    let error = Reader::new(&client(&server)).account().unwrap_err();
    assert!(matches!(error.kind, Kind::Network { fault: Fault::TooLarge, .. }), "{error}");
    assert_eq!(server.asked().len(), 1, "it is not asked for again");
}

#[test]
fn a_list_is_read_page_after_page() {
    let server = Scripted::start(|request, _| match request.header("range") {
        Some("name ..; max=1000") => {
            let next = vec![("next-range", "name ]a..; max=1000".to_owned())];
            Reply::Raw(206, next, json!([app("a")]).to_string().into_bytes())
        }
        Some("name ]a..; max=1000") => Reply::ok(json!([app("b")])),
        other => panic!("range {other:?}"),
    });
    let names: Vec<_> =
        Reader::new(&client(&server)).apps().unwrap().into_iter().map(|app| app.name).collect();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn a_read_is_repeated_after_everything_that_passes() {
    let server = Scripted::start(|_, nth| match nth {
        1 => Reply::Reset,
        2 => Reply::Raw(503, vec![], b"<html>busy</html>".to_vec()),
        3 => Reply::Cut(b"{\"id\":".to_vec()),
        _ => Reply::ok(app("shop")),
    });
    assert_eq!(Reader::new(&client(&server)).app("shop").unwrap().name, "shop");
    assert_eq!(server.asked().len(), 4);
}

#[test]
fn a_read_is_given_up_when_it_keeps_failing() {
    let server = Scripted::start(|_, _| Reply::Raw(500, vec![("request-id", "abc".into())], Vec::new()));
    let error = Reader::new(&client(&server)).app("shop").unwrap_err();
    assert_eq!(error.kind, Kind::Server { status: 500 });
    assert_eq!(error.request_id.as_deref(), Some("abc"));
    assert_eq!(server.asked().len(), 4);
}

#[test]
fn a_server_that_never_answers_is_asked_twice() {
    let server = Scripted::start(|_, _| Reply::Hang);
    let error = Reader::new(&client(&server)).app("shop").unwrap_err();
    assert!(matches!(error.kind, Kind::Network { fault: Fault::Timeout, .. }), "{error}");
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn a_rate_limit_is_waited_for_as_told() {
    let server = Scripted::start(|_, nth| match nth {
        1 => Reply::Raw(
            429,
            vec![("retry-after", "0.05".into())],
            br#"{"id":"rate_limit","message":"x"}"#.to_vec(),
        ),
        2 => Reply::error(429, "rate_limit", "Your account reached the API rate limit"),
        _ => Reply::ok(app("shop")),
    });
    let waits = Arc::new(Mutex::new(Vec::new()));
    let notices = Arc::clone(&waits);
    let client = client(&server).with_notice(move |notice| {
        if let Notice::RateLimited(wait) = notice {
            notices.lock().unwrap().push(*wait);
        }
    });
    let began = std::time::Instant::now();
    Reader::new(&client).app("shop").unwrap();
    assert!(began.elapsed() >= std::time::Duration::from_millis(50));
    let millis = std::time::Duration::from_millis;
    assert_eq!(*waits.lock().unwrap(), [millis(50), millis(1)]);
}

#[test]
fn a_wait_of_an_hour_is_an_error_at_once() {
    let server = Scripted::start(|_, _| {
        Reply::Raw(
            429,
            vec![("retry-after", "3600".into())],
            br#"{"id":"rate_limit","message":"x"}"#.to_vec(),
        )
    });
    let error = Reader::new(&client(&server)).app("shop").unwrap_err();
    assert!(matches!(error.kind, Kind::RateLimited { wait: Some(_) }));
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn the_answer_of_a_proxy_is_recognized() {
    let page = b"<html>Please sign in to the guest network</html>";
    let server = Scripted::start(move |_, _| Reply::Raw(200, vec![], page.to_vec()));
    let error = Reader::new(&client(&server)).app("shop").unwrap_err();
    assert_eq!(error.kind, Kind::Garbled { status: 200, what: "a web page".into() });

    let server = Scripted::start(|_, _| Reply::Raw(200, vec![], br#"{"id":"01","na"#.to_vec()));
    let error = Reader::new(&client(&server)).app("shop").unwrap_err();
    assert_eq!(
        error.kind,
        Kind::Garbled { status: 200, what: "JSON that is cut off or of another shape".into() }
    );
}

#[test]
fn the_token_does_not_follow_a_redirect_to_another_origin() {
    let elsewhere = Scripted::start(|_, _| Reply::ok(app("shop")));
    let target = elsewhere.url().to_string();
    let server = Scripted::start(move |_, _| Reply::Raw(302, vec![("location", target.clone())], Vec::new()));
    let error = Reader::new(&client(&server)).app("shop").unwrap_err();
    assert!(matches!(error.kind, Kind::Garbled { status: 302, .. }), "{error}");
    assert!(elsewhere.asked().is_empty());
}

#[test]
fn a_refused_connection_is_told_at_once() {
    let url = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let endpoints = dd_heroku::heroku::Endpoints::at(url.parse().unwrap());
    let client = dd_heroku::heroku::Client::new(endpoints, dd_heroku::secret::Secret::new(TOKEN));
    let error = Reader::new(&client).app("shop").unwrap_err();
    assert!(matches!(error.kind, Kind::Network { fault: Fault::Refused, .. }), "{error}");
}

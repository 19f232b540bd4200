use std::io::Write;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU32, Ordering};

use dd_heroku::app::facts::{Build, Status};
use dd_heroku::heroku::{Kind, StartBuild, Streamed, Writer};
use dd_heroku::secret::Secret;
use serde_json::json;

use super::client;
use crate::support::scripted::{Reply, Scripted};

fn source(url: &str) -> StartBuild {
    StartBuild {
        url: Secret::new(url),
        version: "60883d9f".into(),
        checksum: Some("SHA256:00".into()),
        known: vec!["b1".into()],
    }
}

fn build(id: &str, url: &str, status: &str) -> serde_json::Value {
    json!({"id": id, "status": status, "source_blob": {"url": url, "version": "60883d9f"},
           "created_at": "2026-01-02T00:00:00Z", "output_stream_url": null})
}

fn streaming(url: &str) -> Build {
    Build {
        id: "b2".into(),
        status: Status::Pending,
        commit: None,
        source_url: None,
        buildpacks: Vec::new(),
        slug: None,
        release: None,
        stack: String::new(),
        created_at: String::new(),
        output_stream_url: Some(Secret::new(url)),
    }
}

#[test]
fn a_source_goes_up_whole_and_without_the_token() {
    let server = Scripted::start(|request, nth| match (request.method.as_str(), nth) {
        ("PUT", 1) => Reply::Reset,
        _ => Reply::Raw(200, vec![], Vec::new()),
    });
    let client = client(&server);
    let mut tarball = tempfile::tempfile().unwrap();
    tarball.write_all(b"tarball").unwrap();
    let url = Secret::new(format!("{}source?signature=s", server.url()));
    Writer::new(&client).upload(&url, &tarball).unwrap();
    assert_eq!(server.asked().len(), 2);
    for request in server.asked() {
        assert_eq!(request.line(), "PUT /source?signature=s");
        assert_eq!(request.header("authorization"), None);
        assert_eq!(request.header("content-type"), Some(""));
        assert_eq!(request.header("content-length"), Some("7"));
        assert_eq!(request.body, b"tarball");
    }
}

#[test]
fn a_build_whose_start_was_not_answered_is_found_and_not_started_twice() {
    let server = Scripted::start(|request, _| match request.method.as_str() {
        "GET" => Reply::ok(json!([
            build("b3", "https://other.example/", "pending"),
            build("b2", "https://x.example/2", "pending"),
            build("b1", "https://x.example/2", "succeeded"),
        ])),
        _ => Reply::Reset,
    });
    let client = client(&server);
    let started = Writer::new(&client).start_build("shop", &source("https://x.example/2")).unwrap();
    assert_eq!(started.id, "b2");
    assert_eq!(server.lines(), ["POST /apps/shop/builds", "GET /apps/shop/builds"]);
    let body = server.asked()[0].json();
    assert_eq!(
        body,
        json!({"source_blob": {"url": "https://x.example/2", "version": "60883d9f", "checksum": "SHA256:00"}})
    );
}

#[test]
fn a_build_that_was_not_started_is_started_again() {
    let server = Scripted::start(|request, nth| match (request.method.as_str(), nth) {
        ("GET", _) => Reply::ok(json!([build("b1", "https://x.example/2", "succeeded")])),
        (_, 1) => Reply::Reset,
        _ => Reply::Json(201, build("b2", "https://x.example/2", "pending")),
    });
    let client = client(&server);
    let started = Writer::new(&client).start_build("shop", &source("https://x.example/2")).unwrap();
    assert_eq!(started.id, "b2");
}

#[test]
fn the_output_goes_on_where_it_was_cut() {
    for honors_range in [true, false] {
        let server = Scripted::start(move |request, nth| match (nth, request.header("range")) {
            (1, None) => Reply::Cut("-----> \u{1b}[1mRuby\u{1b}[0m\0\0 app\n       Inst".into()),
            (2, Some("bytes=35-")) if honors_range => Reply::Raw(206, vec![], b"alling\0\r\nDone".to_vec()),
            (2, Some(_)) => {
                let whole = "-----> \u{1b}[1mRuby\u{1b}[0m app\n       Installing\0\r\nDone";
                Reply::Raw(200, vec![], whole.into())
            }
            other => panic!("{other:?}"),
        });
        let client = client(&server);
        let mut lines = Vec::new();
        let ended = Writer::new(&client)
            .stream_build(&streaming(server.url().as_str()), &mut |line| {
                lines.push(line.to_owned());
                ControlFlow::Continue(())
            })
            .unwrap();
        assert_eq!(ended, Streamed::Ended);
        assert_eq!(lines, ["-----> \u{1b}[1mRuby\u{1b}[0m app", "       Installing", "Done"]);
        assert!(server.asked().iter().all(|request| request.header("authorization").is_none()));
    }
}

#[test]
fn the_output_ends_when_the_caller_has_enough() {
    let server = Scripted::start(|_, _| Reply::Raw(200, vec![], b"one\ntwo\nthree\n".to_vec()));
    let client = client(&server);
    let mut seen = 0;
    let ended = Writer::new(&client).stream_build(&streaming(server.url().as_str()), &mut |_| {
        seen += 1;
        if seen == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((ended.unwrap(), seen), (Streamed::Stopped, 2));
}

#[test]
fn an_output_that_is_gone_is_told_so() {
    let server = Scripted::start(|_, _| Reply::Raw(404, vec![], Vec::new()));
    let client = client(&server);
    let error = Writer::new(&client)
        .stream_build(&streaming(server.url().as_str()), &mut |_| ControlFlow::Continue(()))
        .unwrap_err();
    assert_eq!(error.kind, Kind::StreamLost);
}

#[test]
fn a_build_is_looked_at_until_it_has_ended() {
    let server = Scripted::start(|_, nth| {
        Reply::ok(build("b2", "https://x.example/2", if nth < 3 { "pending" } else { "failed" }))
    });
    let client = client(&server);
    assert_eq!(Writer::new(&client).finish_build("shop", "b2", &|| false).unwrap().status, Status::Failed);
    assert_eq!(server.lines(), ["GET /apps/shop/builds/b2"; 3]);
}

#[test]
fn an_outage_while_a_build_is_watched_is_waited_out() {
    let server = Scripted::start(|_, nth| match nth {
        ..12 => Reply::Reset,
        _ => Reply::ok(build("b2", "https://x.example/2", "succeeded")),
    });
    let client = client(&server);
    let ended = Writer::new(&client).finish_build("shop", "b2", &|| false).unwrap();
    assert_eq!(ended.status, Status::Succeeded);
}

#[test]
fn a_stop_ends_the_wait_for_a_build_whose_output_is_gone() {
    let server = Scripted::start(|_, _| Reply::ok(build("b2", "https://x.example/2", "pending")));
    let client = client(&server);
    let asked = AtomicU32::new(0);
    let is_stopped = || asked.fetch_add(1, Ordering::SeqCst) == 2;
    let left = Writer::new(&client).finish_build("shop", "b2", &is_stopped).unwrap();
    assert_eq!(left.status, Status::Pending);
}

#[test]
fn a_line_of_output_without_an_end_is_cut() {
    let output = [&vec![b'x'; 1_000_000][..], b"\nlast\n"].concat();
    let server = Scripted::start(move |_, _| Reply::Raw(200, vec![], output.clone()));
    let client = client(&server);
    let mut lengths = Vec::new();
    let ended = Writer::new(&client).stream_build(&streaming(server.url().as_str()), &mut |line| {
        lengths.push(line.len());
        ControlFlow::Continue(())
    });
    assert_eq!((ended.unwrap(), lengths), (Streamed::Ended, vec![65_536, 4]));
}

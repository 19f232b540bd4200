use std::collections::BTreeMap;
use std::sync::Mutex;

use dd_heroku::failure::{Code, Failure};
use dd_heroku::heroku::{Kind, Writer};
use dd_heroku::secret::Secret;
use serde_json::{Value, json};

use super::{TOKEN, client};
use crate::support::scripted::{Reply, Request, Scripted};

const KEY: &str = "0123456789abcdef0123456789ab3f9a";

/// How the answer to a write is lost.
#[derive(Clone, Copy, Debug)]
enum Loss {
    Reset,
    Hang,
    Status500,
    Garbled,
}

const LOSSES: [Loss; 4] = [Loss::Reset, Loss::Hang, Loss::Status500, Loss::Garbled];

impl Loss {
    fn reply(self) -> Reply {
        match self {
            Self::Reset => Reply::Reset,
            Self::Hang => Reply::Hang,
            Self::Status500 => Reply::Raw(500, vec![], Vec::new()),
            Self::Garbled => Reply::Raw(200, vec![], br#"{"id":"#.to_vec()),
        }
    }
}

/// A drain list that takes writes; the answer to the first one is lost, applied or not.
fn drains(loss: Loss, applied: bool) -> Scripted {
    let drains: Mutex<Vec<Value>> = Mutex::default();
    Scripted::start(move |request: &Request, nth| {
        let mut drains = drains.lock().unwrap();
        if request.method == "GET" {
            return Reply::ok(json!(*drains));
        }
        let url = request.json()["url"].clone();
        if drains.iter().any(|drain| drain["url"] == url) {
            return Reply::error(422, "invalid_params", "Url has already been taken");
        }
        let drain = json!({"id": format!("d{nth}"), "url": url});
        if nth > 1 || applied {
            drains.push(drain.clone());
        }
        if nth == 1 { loss.reply() } else { Reply::Json(201, drain) }
    })
}

fn writes(server: &Scripted) -> usize {
    server.asked().iter().filter(|request| request.method != "GET").count()
}

#[test]
fn a_drain_whose_answer_was_lost_is_not_added_twice() {
    for loss in LOSSES {
        let server = drains(loss, true);
        let client = client(&server);
        let drain = Writer::new(&client).add_drain("shop", &Secret::new("https://x.example/?k=1")).unwrap();
        assert_eq!(drain.id, "d1", "{loss:?}");
        assert_eq!(writes(&server), 1, "{loss:?}");
    }
}

#[test]
fn a_drain_that_was_not_added_is_sent_again_after_a_look() {
    for loss in [Loss::Reset, Loss::Hang, Loss::Status500] {
        let server = drains(loss, false);
        let client = client(&server);
        let drain = Writer::new(&client).add_drain("shop", &Secret::new("https://x.example/?k=1")).unwrap();
        assert_eq!(drain.id, "d2", "{loss:?}");
        let methods: Vec<_> = server.asked().into_iter().map(|request| request.method).collect();
        assert_eq!(methods, ["POST", "GET", "POST"], "{loss:?}");
    }
}

#[test]
fn a_refusal_of_what_is_there_already_counts_as_done() {
    let server = Scripted::start(|request, _| match request.method.as_str() {
        "GET" => Reply::ok(json!([{"id": "d9", "url": "https://x.example/?k=1"}])),
        _ => Reply::error(422, "invalid_params", "Url has already been taken"),
    });
    let client = client(&server);
    let drain = Writer::new(&client).add_drain("shop", &Secret::new("https://x.example/?k=1")).unwrap();
    assert_eq!(drain.id, "d9");
}

#[test]
fn config_vars_go_out_in_one_request_and_null_unsets() {
    let server = Scripted::start(|request, _| Reply::ok(request.json()));
    let client = client(&server);
    let vars =
        BTreeMap::from([("DD_API_KEY".to_owned(), Some(Secret::new(KEY))), ("DD_HOSTNAME".to_owned(), None)]);
    Writer::new(&client).patch_config("shop", &vars).unwrap();
    let asked = server.asked();
    assert_eq!(server.lines(), ["PATCH /apps/shop/config-vars"]);
    assert_eq!(asked[0].json(), json!({"DD_API_KEY": KEY, "DD_HOSTNAME": null}));
}

#[test]
fn config_vars_whose_answer_was_lost_are_not_set_twice() {
    for loss in LOSSES {
        let server = Scripted::start(move |request, _| match request.method.as_str() {
            "GET" => Reply::ok(json!({"DD_SITE": "datadoghq.eu"})),
            _ => loss.reply(),
        });
        let client = client(&server);
        let vars = BTreeMap::from([
            ("DD_SITE".to_owned(), Some(Secret::new("datadoghq.eu"))),
            ("DD_HOSTNAME".to_owned(), None),
        ]);
        Writer::new(&client).patch_config("shop", &vars).unwrap();
        assert_eq!(writes(&server), 1, "{loss:?}");
    }
}

#[test]
fn a_write_that_never_takes_effect_fails_in_the_end() {
    let server = Scripted::start(|request, _| match request.method.as_str() {
        "GET" => Reply::ok(json!({})),
        _ => Reply::Reset,
    });
    let client = client(&server);
    let vars = BTreeMap::from([("DD_SITE".to_owned(), Some(Secret::new("datadoghq.eu")))]);
    let error = Writer::new(&client).patch_config("shop", &vars).unwrap_err();
    assert!(matches!(error.kind, Kind::Network { .. }), "{error}");
    assert_eq!((writes(&server), server.asked().len()), (4, 8));
}

#[test]
fn a_token_that_may_only_read_is_told_as_not_allowed() {
    let server = Scripted::start(|_, _| Reply::error(403, "forbidden", "You do not have the required scope"));
    let client = client(&server);
    let error = Writer::new(&client).set_feature("shop", "runtime-dyno-metadata", true).unwrap_err();
    assert_eq!(server.asked().len(), 1, "a clear no is not asked again");
    assert_eq!(Failure::from(error).code, Code::NotAllowed);
}

#[test]
fn secrets_do_not_come_back_in_an_error() {
    let server = Scripted::start(|request, _| match request.method.as_str() {
        "GET" => Reply::ok(json!([])),
        _ => Reply::error(
            422,
            "invalid_params",
            &format!("bad {KEY} in https://x.example/?k={KEY} by {TOKEN}"),
        ),
    });
    let client = client(&server);
    let writer = Writer::new(&client);
    let url = Secret::new(format!("https://x.example/?k={KEY}"));
    let vars = BTreeMap::from([("DD_API_KEY".to_owned(), Some(Secret::new(KEY)))]);
    let messages = [
        format!("{:?}", writer.patch_config("shop", &vars).unwrap_err()),
        format!("{:?}", writer.add_drain("shop", &url).unwrap_err()),
    ];
    assert!(!messages[0].contains(KEY) && !messages[0].contains(TOKEN), "{}", messages[0]);
    assert!(!messages[1].contains(url.expose()) && !messages[1].contains(TOKEN), "{}", messages[1]);
}

#[test]
fn buildpacks_are_replaced_as_a_whole() {
    let server = Scripted::start(|_, _| Reply::ok(json!([])));
    let client = client(&server);
    Writer::new(&client).put_buildpacks("shop", &["a/b".to_owned(), "heroku/ruby".to_owned()]).unwrap();
    assert_eq!(server.lines(), ["PUT /apps/shop/buildpack-installations"]);
    let body = json!({"updates": [{"buildpack": "a/b"}, {"buildpack": "heroku/ruby"}]});
    assert_eq!(server.asked()[0].json(), body);
}

#[test]
fn removing_what_is_gone_is_no_error() {
    let server = Scripted::start(|_, nth| match nth {
        1 => Reply::Reset,
        _ => Reply::error(404, "not_found", "Couldn't find that drain."),
    });
    let client = client(&server);
    Writer::new(&client).remove_drain("shop", "d1").unwrap();
    assert_eq!(server.lines(), ["DELETE /apps/shop/log-drains/d1"; 2]);
}

//! What a run asks of Heroku and Datadog, by the sandbox's journal.

use std::collections::BTreeMap;

use super::set_up;
use crate::support::sandbox::Sandbox;

#[test]
fn eight_reads_at_most_before_the_plan() {
    let sandbox = Sandbox::start();
    set_up(&sandbox, "shop", &["--logs"]);
    let journal = sandbox.journal();
    let before = journal.iter().take_while(|line| line["write"] == false);
    // The tarball of the source is looked at after the plan: it is not a request to the API.
    let reads: Vec<_> = before
        .map(|line| line["path"].as_str().unwrap())
        .filter(|path| !path.starts_with("/uploads/"))
        .collect();
    let drains = 1;
    assert!(reads.len() <= 8 + drains, "{reads:#?}");
    let mut unique = reads.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), reads.len(), "nothing is read twice: {reads:#?}");

    let plain = Sandbox::start();
    set_up(&plain, "shop", &[]);
    let journal = plain.journal();
    let before = journal.iter().take_while(|line| line["write"] == false);
    let reads = before.filter(|line| !line["path"].as_str().unwrap().starts_with("/uploads/")).count();
    assert!(reads <= 8, "{reads}");
}

#[test]
fn one_write_for_each_kind_of_change() {
    let sandbox = Sandbox::start();
    set_up(&sandbox, "shop", &["--logs", "--env", "production", "--service", "shop", "--tags", "team:web"]);
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    sandbox.writes().into_iter().for_each(|write| *kinds.entry(write).or_default() += 1);
    let expected = [
        "PATCH /apps/shop/config-vars",
        "PATCH /apps/shop/features/runtime-dyno-build-metadata",
        "PATCH /apps/shop/features/runtime-dyno-metadata",
        "POST /apps/shop/builds",
        "POST /apps/shop/log-drains",
        "PUT /apps/shop/buildpack-installations",
    ];
    assert_eq!(kinds, expected.map(|write| (write.to_owned(), 1)).into());
}

#[test]
fn all_config_vars_are_one_release() {
    let sandbox = Sandbox::start();
    set_up(&sandbox, "shop", &["--env", "production", "--service", "shop"]);
    let app = sandbox.app("shop");
    let descriptions =
        app["releases"].as_array().unwrap()[4..].iter().map(|item| item["description"].as_str().unwrap());
    let of_config: Vec<_> = descriptions.filter(|text| text.ends_with("config vars")).collect();
    assert_eq!(of_config.len(), 1, "{of_config:?}");
    assert!(of_config[0].contains("DD_API_KEY") && of_config[0].contains("DD_SERVICE"), "{of_config:?}");
}

#[test]
fn credentials_go_where_they_belong() {
    let sandbox = Sandbox::start();
    set_up(&sandbox, "shop", &[]);
    for line in sandbox.journal() {
        let path = line["path"].as_str().unwrap();
        let sent: Vec<_> =
            line["credentials"].as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect();
        let expected: &[&str] = match path {
            path if path.starts_with("/datadog/") => &["dd-api-key"],
            path if path.starts_with("/uploads/") || path.starts_with("/streams/") => &[],
            _ => &["authorization"],
        };
        assert_eq!(sent, expected, "{path}");
    }
}

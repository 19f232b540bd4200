//! The catalogue, as `list` and `show` print it.

use serde_json::json;

use super::Place;

#[test]
fn every_option_of_a_check_is_listed_when_all_are_asked_for() {
    let place = Place::new();
    let shown = |arguments: &[&str]| {
        let output = place.run(arguments).success().get_output().stdout.clone();
        String::from_utf8(output).unwrap()
    };
    assert!(!shown(&["integrations", "show", "haproxy"]).contains("services_exclude"));
    assert!(shown(&["integrations", "show", "haproxy", "--all"]).contains("services_exclude"));
    let document = place.json(&["integrations", "show", "postgres", "--all"]);
    let further = document["further_options"].as_array().unwrap();
    assert!(further.contains(&json!({"name": "max_relations", "type": "int"})), "{further:#?}");
}

#[test]
fn the_catalogue_needs_neither_app_nor_token() {
    let place = Place::new();
    let list = |more: &[&'static str]| place.json(&[&["integrations", "list", "--available"], more].concat());
    let all = list(&[]);
    assert!(all.as_array().unwrap().len() >= 40);
    assert_eq!(all[0], json!({"name": "redis", "title": "Redis", "kind": "config-var", "on": false}));
    place.run(&["integrations", "add", "redis", "-a", "shop", "--yes"]).success();
    assert_eq!(list(&["-a", "shop"])[0]["on"], true);
    let shown = place.json(&["integrations", "show", "mcache"]);
    assert!(shown["example"].as_str().unwrap().contains("${MEMCACHIER_SERVERS.host}"));
}

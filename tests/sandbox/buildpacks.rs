//! Heroku's own buildpacks in the sandbox, by each of their names.

use serde_json::{Value, json};

use super::client::{bare, get, refused, set_buildpacks};
use super::release_phase;
use crate::support::sandbox::Sandbox;

/// Short name, what its `bin/detect` prints, repository at GitHub.
const LANGUAGES: [(&str, &str, &str); 11] = [
    ("heroku/clojure", "Clojure (Leiningen 2)", "heroku-buildpack-clojure"),
    ("heroku/dotnet", ".NET", "heroku-buildpack-dotnet"),
    ("heroku/go", "Go", "heroku-buildpack-go"),
    ("heroku/gradle", "Gradle", "heroku-buildpack-gradle"),
    ("heroku/java", "Java", "heroku-buildpack-java"),
    ("heroku/jvm", "JVM Common", "heroku-buildpack-jvm-common"),
    ("heroku/nodejs", "Node.js", "heroku-buildpack-nodejs"),
    ("heroku/php", "PHP", "heroku-buildpack-php"),
    ("heroku/python", "Python", "heroku-buildpack-python"),
    ("heroku/ruby", "Ruby", "heroku-buildpack-ruby"),
    ("heroku/scala", "Scala", "heroku-buildpack-scala"),
];

/// For no language in particular: the registry has them.
const OTHERS: [&str; 9] = [
    "heroku-community/apt",
    "heroku-community/awscli",
    "heroku-community/cli",
    "heroku-community/multi-procfile",
    "heroku-community/nginx",
    "heroku-community/static",
    "heroku/exec",
    "heroku/metrics",
    "heroku/pgbouncer",
];

/// What the list of buildpacks of `shop` shows of each.
fn shown(sandbox: &Sandbox) -> Vec<(String, String)> {
    let list = get(sandbox, "/apps/shop/buildpack-installations");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let pair = |entry: &Value| (text(&entry["buildpack"]["name"]), text(&entry["buildpack"]["url"]));
    list.as_array().unwrap().iter().map(pair).collect()
}

#[test]
fn buildpacks_of_languages_are_known_by_name_and_urn() {
    let sandbox = Sandbox::start();
    let expected: Vec<_> =
        LANGUAGES.iter().map(|(name, ..)| (name.to_string(), format!("urn:buildpack:{name}"))).collect();
    for prefix in ["", "urn:buildpack:"] {
        let given: Vec<_> = LANGUAGES.iter().map(|(name, ..)| format!("{prefix}{name}")).collect();
        set_buildpacks(&sandbox, "shop", &given.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(shown(&sandbox), expected);
    }
    let unknown = json!({"updates": [{"buildpack": "urn:buildpack:heroku/cobol"}]});
    let refusal = refused(&sandbox, "PUT", "/apps/shop/buildpack-installations", unknown);
    assert_eq!(refusal, (422, "invalid_params".into()));
}

#[test]
fn buildpacks_of_no_language_are_those_of_the_registry() {
    let sandbox = Sandbox::start();
    let url = |name: &str| format!("https://buildpack-registry.s3.amazonaws.com/buildpacks/{name}.tgz");
    let expected: Vec<_> = OTHERS.iter().map(|name| (name.to_string(), url(name))).collect();
    let by_url: Vec<_> = OTHERS.iter().map(|name| url(name)).collect();
    for given in [OTHERS.to_vec(), by_url.iter().map(String::as_str).collect()] {
        set_buildpacks(&sandbox, "shop", &given);
        assert_eq!(shown(&sandbox), expected);
    }
    for name in OTHERS {
        let (namespace, short) = name.split_once('/').unwrap();
        let query = format!("in[namespace][]={namespace}&in[name][]={short}");
        let path = format!("{}/buildpack-registry/buildpacks?{query}", sandbox.url());
        let listed: Value = bare("GET", &path).send().unwrap().json().unwrap();
        assert_eq!((&listed[0]["namespace"], &listed[0]["name"]), (&json!(namespace), &json!(short)));
    }
}

#[test]
fn a_build_names_buildpacks_by_github_urls_as_by_their_names() {
    let sandbox = Sandbox::start();
    let names: Vec<_> = LANGUAGES.iter().map(|(name, ..)| name.to_string()).collect();
    let url = |ending: &str| -> Vec<String> {
        LANGUAGES.iter().map(|(.., at)| format!("https://github.com/heroku/{at}{ending}")).collect()
    };
    for given in [names, url(""), url(".git"), url("#v1"), url(".git#v1")] {
        set_buildpacks(&sandbox, "shop", &given.iter().map(String::as_str).collect::<Vec<_>>());
        let source = release_phase::archive(&[("Procfile", "web: true\n")]);
        let build = release_phase::build_of(&sandbox, "shop", source, "1a2b3c4");
        let log = bare("GET", build["output_stream_url"].as_str().unwrap()).send().unwrap().text().unwrap();
        let detected: Vec<_> = log
            .lines()
            .filter_map(|line| line.strip_prefix("-----> ")?.strip_suffix(" app detected"))
            .collect();
        assert_eq!(detected, LANGUAGES.map(|(_, title, _)| title), "{given:?}");
    }
}

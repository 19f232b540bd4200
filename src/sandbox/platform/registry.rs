//! Heroku's buildpack registry, with some of its buildpacks.

use serde_json::{Value, json};

use super::buildpacks::{OF_NO_LANGUAGE, OFFICIAL};
use crate::sandbox::exchange::{Answer, Reply, Request};
use crate::sandbox::ids;

const LONG_AGO: &str = "2020-01-01T00:00:00Z";

/// Name, description, source, number of the last release.
type Buildpack = (&'static str, &'static str, &'static str, u32);

const BUILDPACKS: [Buildpack; 9] = [
    ("datadog/datadog", "The Datadog Agent", "DataDog/heroku-buildpack-datadog", 44),
    ("heroku-community/apt", "Install packages with apt", "heroku/heroku-buildpack-apt", 9),
    ("heroku-community/awscli", "The AWS CLI", "heroku/heroku-buildpack-awscli", 1),
    (
        "heroku-community/chrome-for-testing",
        "Chrome and chromedriver",
        "heroku/heroku-buildpack-chrome-for-testing",
        1,
    ),
    ("heroku-community/cli", "The Heroku CLI", "heroku/heroku-buildpack-cli", 1),
    (
        "heroku-community/multi-procfile",
        "A Procfile for each app",
        "heroku/heroku-buildpack-multi-procfile",
        3,
    ),
    ("heroku-community/nginx", "Run NGINX in front of an app", "heroku/heroku-buildpack-nginx", 1),
    ("heroku-community/static", "Serve static files", "heroku/heroku-buildpack-static", 1),
    ("heroku-community/subdir", "Build a folder of the repository", "timanovsky/subdir-heroku-buildpack", 2),
];

pub(crate) fn answer(request: &Request, path: &[&str]) -> Reply {
    let find = |name: &str| all().find(|known| known.0 == name || id(known.0) == name);
    let missing =
        || Answer::with(404, json!({"id": "not_found", "message": "Couldn't find that buildpack."}));
    Ok(match path {
        ["buildpacks"] => {
            let asked = |part: &str| {
                let pairs = url::form_urlencoded::parse(request.query.as_bytes());
                pairs.filter(|(key, _)| key == part).map(|(_, value)| value.into_owned()).collect::<Vec<_>>()
            };
            let (names, namespaces) = (asked("in[name][]"), asked("in[namespace][]"));
            let like = asked("like[description]");
            let fits = |known: &Buildpack| {
                let (namespace, name) = known.0.split_once('/').unwrap_or_default();
                (names.is_empty() || names.iter().any(|asked| asked == name))
                    && (namespaces.is_empty() || namespaces.iter().any(|asked| asked == namespace))
                    && like.iter().all(|part| {
                        known.1.to_ascii_lowercase().contains(&part.trim_matches('%').to_ascii_lowercase())
                    })
            };
            Answer::ok(Value::Array(all().filter(fits).map(|known| object(&known)).collect()))
        }
        ["buildpacks", name] => find(name).map_or_else(missing, |known| Answer::ok(object(&known))),
        ["buildpacks", name, "revisions"] => {
            find(name).map_or_else(missing, |known| Answer::ok(json!([revision(&known)])))
        }
        ["buildpacks", name, "readme"] => find(name).map_or_else(missing, |known| {
            use base64::Engine as _;
            let text = format!("# {}\n\n{}\n", known.0, known.1);
            Answer::ok(json!({"content": base64::prelude::BASE64_STANDARD.encode(text)}))
        }),
        _ => missing(),
    })
}

/// The buildpacks above, and those that Heroku keeps itself.
fn all() -> impl Iterator<Item = Buildpack> {
    let official = OFFICIAL
        .iter()
        .chain(&OF_NO_LANGUAGE)
        .map(|name| (*name, "One of Heroku's own", "heroku/buildpacks", 1));
    BUILDPACKS.into_iter().chain(official)
}

fn id(name: &str) -> String {
    ids::named("buildpack", name)
}

fn object((name, description, source, _): &Buildpack) -> Value {
    let (namespace, short) = name.split_once('/').unwrap_or_default();
    let (owner, repository) = source.split_once('/').unwrap_or_default();
    json!({
        "blob_url": format!("https://buildpack-registry.s3.amazonaws.com/buildpacks/{name}.tgz"),
        "category": "tools",
        "created_at": LONG_AGO,
        "description": description,
        "id": id(name),
        "license": "MIT",
        "logo": null,
        "name": short,
        "namespace": namespace,
        "source": {"owner": owner, "repo": repository, "type": "github"},
        "support": {"method": "github", "url": format!("https://github.com/{source}")},
        "updated_at": LONG_AGO,
    })
}

fn revision((name, _, _, number): &Buildpack) -> Value {
    json!({
        "buildpack": {"id": id(name)},
        "created_at": LONG_AGO,
        "id": ids::named("revision", name),
        "license": "MIT",
        "release": number,
        "status": "published",
        "support": {"method": "github"},
        "updated_at": LONG_AGO,
    })
}

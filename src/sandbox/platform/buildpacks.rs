//! The list of buildpacks of an app. A change makes no release: it counts from the next build on.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::world::World;

/// The buildpacks Heroku keeps itself, which have a URN.
pub(super) const OFFICIAL: [&str; 13] = [
    "heroku/clojure",
    "heroku/dotnet",
    "heroku/go",
    "heroku/gradle",
    "heroku/java",
    "heroku/jvm",
    "heroku/multi",
    "heroku/nodejs",
    "heroku/php",
    "heroku/python",
    "heroku/ruby",
    "heroku/scala",
    "heroku/static",
];

/// Heroku's buildpacks for no language in particular: the registry keeps them.
pub(super) const OF_NO_LANGUAGE: [&str; 5] =
    ["heroku/chromedriver", "heroku/exec", "heroku/google-chrome", "heroku/metrics", "heroku/pgbouncer"];

/// Where the registry keeps the others.
const REGISTRY: &str = "https://buildpack-registry.s3.amazonaws.com/buildpacks/";

const LIMIT: usize = 100;

#[derive(Deserialize)]
struct Update {
    updates: Vec<Installation>,
}

#[derive(Deserialize)]
struct Installation {
    buildpack: String,
}

pub(crate) fn list(world: &World, app: &str) -> Reply {
    let app = world.app(app)?;
    if app.is_fir() {
        return Err(Refusal::not_found("buildpack_installation"));
    }
    Ok(installed(&app.buildpacks))
}

pub(crate) fn replace(world: &mut World, app: &str, request: &Request) -> Reply {
    let app = world.app_mut(app)?;
    if app.is_fir() {
        return Err(Refusal::invalid("Fir apps use Cloud Native Buildpacks, which project.toml lists."));
    }
    let Update { updates } = request.json()?;
    if updates.len() > LIMIT {
        return Err(Refusal::invalid("That is more buildpacks than an app can have."));
    }
    let buildpacks =
        updates.iter().map(|update| checked(&update.buildpack)).collect::<Result<Vec<_>, _>>()?;
    app.buildpacks = buildpacks;
    Ok(installed(&app.buildpacks))
}

/// `{"url","name"}` of a buildpack.
pub(crate) fn object(buildpack: &str) -> Value {
    let url = if OFFICIAL.contains(&buildpack) {
        format!("urn:buildpack:{buildpack}")
    } else if is_registry_name(buildpack) {
        format!("{REGISTRY}{buildpack}.tgz")
    } else {
        buildpack.to_owned()
    };
    json!({"name": buildpack, "url": url})
}

fn installed(buildpacks: &[String]) -> Answer {
    let entry =
        |(ordinal, buildpack): (usize, &String)| json!({"ordinal": ordinal, "buildpack": object(buildpack)});
    Answer::ok(buildpacks.iter().enumerate().map(entry).collect())
}

/// The short name where there is one, else the URL as it was given.
fn checked(given: &str) -> Result<String, Refusal> {
    let name = given.strip_prefix("urn:buildpack:").unwrap_or(given);
    let name = name.strip_prefix(REGISTRY).and_then(|rest| rest.strip_suffix(".tgz")).unwrap_or(name);
    let unknown = || Refusal::invalid(format!("Couldn't find the buildpack `{given}`."));
    if name.starts_with("heroku/") {
        let is_known = OFFICIAL.contains(&name) || OF_NO_LANGUAGE.contains(&name);
        return if is_known { Ok(name.into()) } else { Err(unknown()) };
    }
    let is_url = url::Url::parse(name).is_ok_and(|url| {
        matches!(url.scheme(), "https" | "http" | "git" | "ssh" | "git+ssh") && url.has_host()
    });
    if is_registry_name(name) || is_url || name.starts_with("git@") {
        Ok(name.into())
    } else {
        Err(unknown())
    }
}

fn is_registry_name(name: &str) -> bool {
    let word = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    name.split_once('/').is_some_and(|(namespace, name)| word(namespace) && word(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_urls_are_put_back_as_heroku_does() {
        for (given, name, url) in [
            ("heroku/ruby", "heroku/ruby", "urn:buildpack:heroku/ruby"),
            ("urn:buildpack:heroku/ruby", "heroku/ruby", "urn:buildpack:heroku/ruby"),
            (
                "heroku-community/apt",
                "heroku-community/apt",
                "https://buildpack-registry.s3.amazonaws.com/buildpacks/heroku-community/apt.tgz",
            ),
            (
                "https://github.com/a/b.git#1.0",
                "https://github.com/a/b.git#1.0",
                "https://github.com/a/b.git#1.0",
            ),
        ] {
            let object = object(&checked(given).unwrap());
            assert_eq!((object["name"].as_str(), object["url"].as_str()), (Some(name), Some(url)));
        }
        for given in ["", "nonsense", "heroku/cobol", "ftp://example.com/a.tgz"] {
            assert_eq!(checked(given).map_err(|refusal| refusal.status), Err(422), "{given}");
        }
    }
}

//! Sources and builds. `POST builds` answers at once; the build itself runs in [`crate::sandbox::building`].

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::app::{App, Build, Status};
use crate::sandbox::world::{World, user};

#[derive(Deserialize)]
struct New {
    source_blob: SourceBlob,
    buildpacks: Option<Vec<Buildpack>>,
}

#[derive(Deserialize)]
struct SourceBlob {
    url: String,
    version: Option<String>,
    version_description: Option<String>,
    checksum: Option<String>,
}

#[derive(Deserialize)]
struct Buildpack {
    url: Option<String>,
    name: Option<String>,
}

/// Announces an upload; `app` is the app of the older form of the call.
pub(crate) fn source(world: &mut World, app: Option<&str>, base: &str) -> Reply {
    if let Some(app) = app {
        world.app(app)?;
    }
    let id = ids::fresh();
    let url = format!("{base}/uploads/{id}.tgz");
    world.sources.push(id);
    Ok(Answer::with(201, json!({"source_blob": {"get_url": url, "put_url": url}})))
}

pub(crate) fn list(world: &World, app: &str, base: &str) -> Reply {
    let app = world.app(app)?;
    // The schema has builds page by `id` and `started_at`, which a single build does not show.
    let started = app.builds.iter().map(|build| {
        let mut object = object(app, build, base);
        object["started_at"] = object["created_at"].clone();
        object
    });
    Ok(Answer::list_by("started_at", started))
}

pub(crate) fn info(world: &World, app: &str, build: &str, base: &str) -> Reply {
    let app = world.app(app)?;
    let build =
        app.builds.iter().find(|known| known.id == build).ok_or_else(|| Refusal::not_found("build"))?;
    Ok(Answer::ok(object(app, build, base)))
}

/// Records a pending build.
pub(crate) fn create(world: &mut World, app: &str, request: &Request, base: &str, doomed: bool) -> Reply {
    let app = world.app_mut(app)?;
    let New { source_blob, buildpacks } = request.json()?;
    let url =
        url::Url::parse(&source_blob.url).map_err(|_| Refusal::invalid("Source blob url is invalid."))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refusal::invalid("Source blob url is invalid."));
    }
    let malformed = |sum: &String| !sum.get(..7).is_some_and(|kind| kind.eq_ignore_ascii_case("sha256:"));
    if source_blob.checksum.as_ref().is_some_and(malformed) {
        return Err(Refusal::invalid("Source blob checksum must begin with SHA256:."));
    }
    let chosen = buildpacks.unwrap_or_default();
    let chosen: Vec<String> =
        chosen.into_iter().filter_map(|buildpack| buildpack.url.or(buildpack.name)).collect();
    let now = ids::now();
    let build = Build {
        id: ids::fresh(),
        source: source_blob.url.strip_prefix(base).map_or(source_blob.url.clone(), str::to_owned),
        version: source_blob.version,
        version_description: source_blob.version_description,
        checksum: source_blob.checksum,
        stack: app.stack.clone(),
        buildpacks: if chosen.is_empty() { app.buildpacks.clone() } else { chosen },
        status: Status::Pending,
        doomed,
        slug: None,
        release: None,
        log: String::new(),
        created_at: now.clone(),
        updated_at: now,
    };
    let answer = Answer::with(201, object(app, &build, base));
    app.builds.push(build);
    Ok(answer)
}

/// Stops a build that runs.
pub(crate) fn cancel(world: &mut World, app: &str, build: &str, base: &str) -> Reply {
    let app = world.app_mut(app)?;
    let place =
        app.builds.iter().position(|known| known.id == build).ok_or_else(|| Refusal::not_found("build"))?;
    let build = &mut app.builds[place];
    if build.status != Status::Pending {
        return Err(Refusal::invalid("The build is not running."));
    }
    build.status = Status::Failed;
    build.log.push_str(" !     Build canceled\n");
    build.updated_at = ids::now();
    Ok(Answer::ok(object(app, &app.builds[place], base)))
}

/// Drops what builds keep for the next one.
pub(crate) fn drop_cache(world: &World, app: &str) -> Reply {
    world.app(app)?;
    Ok(Answer::empty(204))
}

fn object(app: &App, build: &Build, base: &str) -> Value {
    let slug = build.slug.as_ref().map(|id| json!({"id": id}));
    let source =
        if build.source.starts_with('/') { format!("{base}{}", build.source) } else { build.source.clone() };
    json!({
        "app": {"id": app.id},
        "buildpacks": build.buildpacks.iter().map(|name| super::buildpacks::object(name)).collect::<Vec<_>>(),
        "created_at": build.created_at,
        "generation": app.generation,
        "id": build.id,
        "output_stream_url": format!("{base}/streams/{}", build.id),
        "release": build.release.as_ref().map(|id| json!({"id": id})),
        "slug": slug,
        "source_blob": {
            "checksum": build.checksum,
            "url": source,
            "version": build.version,
            "version_description": build.version_description,
        },
        "stack": build.stack,
        "status": build.status,
        "updated_at": build.updated_at,
        "user": user(),
    })
}

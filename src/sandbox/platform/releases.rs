//! Releases, rollbacks, and the slugs they run.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::app::{App, Release, Slug, Status};
use crate::sandbox::world::{World, reference, user};

/// What `POST releases` takes: a release to go back to, or a slug to run.
#[derive(Deserialize)]
struct New {
    release: Option<String>,
    slug: Option<String>,
    description: Option<String>,
    #[serde(rename = "oci_image")]
    _oci_image: Option<String>,
}

pub(crate) fn list(world: &World, app: &str, base: &str) -> Reply {
    let app = world.app(app)?;
    Ok(Answer::list_by("version", app.releases.iter().map(|release| object(app, release, base))))
}

pub(crate) fn info(world: &World, app: &str, release: &str, base: &str) -> Reply {
    let app = world.app(app)?;
    Ok(Answer::ok(object(app, find(app, release)?, base)))
}

/// Makes a release of a slug, or of an earlier release. The slug's release command runs afterwards.
pub(crate) fn create(world: &mut World, app: &str, request: &Request, base: &str) -> Reply {
    let app = world.app_mut(app)?;
    let id = match request.json()? {
        New { release: Some(release), .. } => {
            let past = find(app, &release)?.clone();
            let slug = past.slug.as_deref().map(|slug| slug_of(app, slug).cloned()).transpose()?;
            let slug = slug.ok_or_else(|| Refusal::invalid("That release has no slug to go back to."))?;
            app.deploy(format!("Rollback to v{}", past.version), &slug, past.config)
        }
        New { slug: Some(slug), description, .. } => {
            let slug = slug_of(app, &slug)?.clone();
            let commit = slug.commit.as_deref().unwrap_or(&slug.id);
            let description =
                description.unwrap_or_else(|| format!("Deploy {}", &commit[..commit.len().min(8)]));
            app.deploy(description, &slug, app.config.clone())
        }
        New { .. } => return Err(Refusal::invalid("Either slug or release must be given.")),
    };
    Ok(Answer::with(201, object(app, find(app, &id)?, base)))
}

pub(crate) fn slug(world: &World, app: &str, slug: &str) -> Reply {
    let app = world.app(app)?;
    let slug = slug_of(app, slug)?;
    Ok(Answer::ok(json!({
        "blob": {"method": "GET", "url": format!("https://slugs.invalid/{}.tgz", slug.id)},
        "buildpack_provided_description": slug.language,
        "checksum": format!("SHA256:{}", ids::sha256(slug.id.as_bytes())),
        "commit": slug.commit,
        "commit_description": "",
        "created_at": slug.created_at,
        "deleted_at": null,
        "id": slug.id,
        "process_types": slug.process_types,
        "size": slug.size,
        "stack": reference("stack", &slug.stack),
        "updated_at": slug.created_at,
    })))
}

/// A release is known by its id or its version, with or without `v`.
pub(crate) fn find<'a>(app: &'a App, identity: &str) -> Result<&'a Release, Refusal> {
    let version = identity.trim_start_matches('v').parse::<u32>().ok();
    app.releases
        .iter()
        .find(|release| release.id == identity || Some(release.version) == version)
        .ok_or_else(|| Refusal::not_found("release"))
}

fn slug_of<'a>(app: &'a App, id: &str) -> Result<&'a Slug, Refusal> {
    app.slugs.iter().find(|slug| slug.id == id).ok_or_else(|| Refusal::not_found("slug"))
}

fn object(app: &App, release: &Release, base: &str) -> Value {
    let current = app.current().is_some_and(|current| current.id == release.id);
    let artifact = |id: &String| json!({"type": if app.is_fir() { "oci-image" } else { "slug" }, "id": id});
    json!({
        "addon_plan_names": [],
        "app": {"id": app.id, "name": app.name},
        "artifacts": release.slug.iter().map(artifact).collect::<Vec<_>>(),
        "created_at": release.created_at,
        "current": current,
        "description": release.description,
        "eligible_for_rollback": release.slug.is_some() && !current && release.status == Status::Succeeded,
        "id": release.id,
        "output_stream_url": release.output.as_ref().map(|_| format!("{base}/streams/{}", release.id)),
        "slug": release.slug.as_ref().map(|id| json!({"id": id})),
        "status": release.status,
        "updated_at": release.ended_at.as_ref().unwrap_or(&release.created_at),
        "user": user(),
        "version": release.version,
    })
}

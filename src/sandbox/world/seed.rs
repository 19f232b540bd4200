//! The state the sandbox starts in, made from `seed.json`. Every id and time is the same each time.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::addons::{Addon, Attachment};
use super::app::{App, Build, Config, Drain, Process, Release, Slug, Status};
use super::data::Data;
use super::records::Records;
use super::{Coupling, Datadog, FORMAT, Pipeline, Space, World, source};
use crate::platform::stack;
use crate::sandbox::ids;

const SEED: &str = include_str!("seed.json");

/// The paths of the sources that the builds of the start are made of: `APP/COMMIT.tgz` below this.
pub(crate) const SOURCES: &str = "/uploads/source/";

/// When the last release of every app was made: 2026-11-18T10:00:00Z.
const LAST_RELEASE: i64 = 1_794_996_000;

#[derive(Deserialize)]
struct Seed {
    teams: Vec<String>,
    spaces: Vec<Space>,
    pipelines: Vec<SeedPipeline>,
    apps: Vec<SeedApp>,
}

#[derive(Deserialize)]
struct SeedPipeline {
    name: String,
    couplings: BTreeMap<String, String>,
}

#[derive(Clone, Deserialize)]
struct SeedApp {
    name: String,
    team: Option<String>,
    space: Option<String>,
    #[serde(default = "us")]
    region: String,
    #[serde(default = "heroku_24")]
    stack: String,
    #[serde(default = "cedar")]
    generation: String,
    language: Option<String>,
    buildpacks: Vec<String>,
    size: String,
    formation: BTreeMap<String, u32>,
    process_types: BTreeMap<String, String>,
    #[serde(default)]
    addons: Vec<SeedAddon>,
    config: Config,
    /// Variables that hold the URL of an attachment, where they should hold its variable's name.
    #[serde(default)]
    url_in_variable: BTreeMap<String, String>,
    #[serde(default)]
    drains: Vec<String>,
    releases: Vec<SeedRelease>,
}

#[derive(Clone, Deserialize)]
struct SeedAddon {
    name: String,
    plan: String,
    #[serde(rename = "as")]
    attached_as: String,
}

/// One release: a deploy, an image, or config vars that were set.
#[derive(Clone, Deserialize)]
struct SeedRelease {
    /// Counts on from the one before where it is not given.
    version: Option<u32>,
    #[serde(default)]
    deploy: bool,
    image: Option<String>,
    #[serde(default)]
    set: Config,
    slug_size: Option<u64>,
    agent: Option<String>,
}

fn us() -> String {
    "us".into()
}

fn heroku_24() -> String {
    stack::DEFAULT.into()
}

fn cedar() -> String {
    "cedar".into()
}

impl World {
    /// The state at the start, with `extra` copies of `shop` named `shop-001` and so on.
    pub(crate) fn at_start(extra: u32) -> Self {
        #[allow(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
        let seed: Seed = serde_json::from_str(SEED).expect("seed.json has this form");
        let mut world = Self {
            format: FORMAT,
            apps: Vec::new(),
            teams: seed.teams,
            spaces: seed.spaces,
            addons: Vec::new(),
            attachments: Vec::new(),
            credentials: Vec::new(),
            pipelines: Vec::new(),
            couplings: Vec::new(),
            promotions: Vec::new(),
            telemetry_drains: Vec::new(),
            sources: Vec::new(),
            records: Records::default(),
            datadog: Datadog::default(),
        };
        for app in &seed.apps {
            world.plant(app);
        }
        world.add_copies(&seed.apps[0], extra);
        for pipeline in seed.pipelines {
            world.lay(pipeline);
        }
        world
    }

    /// Adds the copies of `shop` that are not there yet.
    pub(crate) fn top_up(&mut self, extra: u32) {
        let full = Self::at_start(extra);
        for app in full.apps {
            if app.name.starts_with("shop-") && self.app(&app.name).is_err() {
                let id = app.id.clone();
                self.apps.push(app);
                self.addons.extend(full.addons.iter().filter(|addon| addon.app == id).cloned());
                self.attachments.extend(full.attachments.iter().filter(|a| a.app == id).cloned());
            }
        }
    }

    fn add_copies(&mut self, shop: &SeedApp, extra: u32) {
        for number in 1..=extra {
            let mut copy = shop.clone();
            copy.name = format!("{}-{number:03}", shop.name);
            for addon in &mut copy.addons {
                addon.name = format!("{}-{number:03}", addon.name);
            }
            self.plant(&copy);
        }
    }

    fn plant(&mut self, seed: &SeedApp) {
        let id = ids::named("app", &seed.name);
        let created_at = before_last(250);
        let mut config = seed.config.clone();
        for addon in &seed.addons {
            let (addon, attachment) = attach(addon, &seed.name, &id, &created_at);
            let url = addon.url("default");
            for (variable, _) in seed.url_in_variable.iter().filter(|(_, name)| **name == attachment.name) {
                config.insert(variable.clone(), url.clone());
            }
            config.insert(attachment.variable(), url);
            self.addons.push(addon);
            self.attachments.push(attachment);
        }
        let process = |(kind, command): (&String, &String)| Process {
            kind: kind.clone(),
            command: command.clone(),
            quantity: seed.formation.get(kind).copied().unwrap_or_default(),
            size: seed.size.clone(),
            updated_at: created_at.clone(),
        };
        let mut app = App {
            id,
            generation: seed.generation.clone(),
            region: seed.region.clone(),
            space: seed.space.clone(),
            team: seed.team.clone(),
            language: seed.language.clone(),
            created_at: created_at.clone(),
            updated_at: before_last(0),
            config,
            buildpacks: seed.buildpacks.clone(),
            drains: seed.drains.iter().enumerate().map(|(at, url)| drain(&seed.name, at, url)).collect(),
            formation: seed.process_types.iter().map(process).collect(),
            hostname: Some(format!("{}.herokuapp.com", seed.name)),
            ..App::new(&seed.name, &seed.stack)
        };
        for (at, release) in seed.releases.iter().enumerate() {
            history(&mut app, seed, release, seed.releases.len() - 1 - at);
        }
        self.apps.push(app);
    }

    fn lay(&mut self, seed: SeedPipeline) {
        let id = ids::named("pipeline", &seed.name);
        for (app, stage) in seed.couplings {
            self.couplings.push(Coupling {
                id: ids::named("coupling", &app),
                pipeline: id.clone(),
                app: ids::named("app", &app),
                stage,
                created_at: before_last(200),
            });
        }
        self.pipelines.push(Pipeline {
            id,
            name: seed.name,
            created_at: before_last(200),
            config: BTreeMap::new(),
            owner: None,
            generation: None,
        });
    }
}

fn attach(seed: &SeedAddon, app: &str, app_id: &str, created_at: &str) -> (Addon, Attachment) {
    let id = ids::named("addon", &seed.name);
    let attachment = Attachment {
        id: ids::named("attachment", &format!("{app}/{}", seed.attached_as)),
        name: seed.attached_as.clone(),
        addon: id.clone(),
        app: app_id.into(),
        namespace: None,
        created_at: created_at.into(),
    };
    let addon = Addon {
        id,
        name: seed.name.clone(),
        plan: seed.plan.clone(),
        app: app_id.into(),
        created_at: created_at.into(),
        first_name: None,
        data: Data::sample(),
    };
    (addon, attachment)
}

fn drain(app: &str, at: usize, url: &str) -> Drain {
    let name = format!("{app}/{at}");
    Drain {
        id: ids::named("drain", &name),
        token: format!("d.{}", ids::named("drain-token", &name)),
        url: url.into(),
        addon: None,
        created_at: before_last(100),
    }
}

/// Adds one release of the past; `days` before the last one.
fn history(app: &mut App, seed: &SeedApp, release: &SeedRelease, days: usize) {
    let created_at = before_last(i64::try_from(days).unwrap_or_default());
    let version = release.version.unwrap_or_else(|| app.current().map_or(1, |last| last.version + 1));
    let name = format!("{}/{version}", seed.name);
    let id = ids::named("release", &name);
    let mut slug = app.current().and_then(|last| last.slug.clone());
    let description = if release.deploy {
        let files =
            source::files(&seed.name, seed.language.as_deref(), &seed.buildpacks, &seed.process_types);
        let parent = app.builds.last().and_then(|build| build.version.as_deref());
        let at = created_at.parse().map_or(0, Timestamp::as_second);
        let commit = source::commit_hash(&files, parent, at);
        let built = ids::named("slug", &name);
        app.slugs.push(Slug {
            agent_bytes: None,
            original: None,
            id: built.clone(),
            commit: Some(commit.clone()),
            size: release.slug_size.unwrap_or(50_000_000),
            stack: seed.stack.clone(),
            language: seed.language.clone(),
            process_types: seed.process_types.clone(),
            agent: release.agent.clone(),
            created_at: created_at.clone(),
        });
        app.builds.push(Build {
            id: ids::named("build", &name),
            source: format!("{SOURCES}{}/{commit}.tgz", seed.name),
            version: Some(commit.clone()),
            version_description: None,
            checksum: None,
            stack: seed.stack.clone(),
            buildpacks: seed.buildpacks.clone(),
            status: Status::Succeeded,
            doomed: false,
            slug: Some(built.clone()),
            release: Some(id.clone()),
            log: "-----> Building (before the sandbox began)\n       Done.\n".into(),
            created_at: created_at.clone(),
            updated_at: created_at.clone(),
        });
        slug = Some(built);
        format!("Deploy {}", &commit[..8])
    } else if let Some(image) = &release.image {
        format!("Deployed {image}")
    } else {
        let names: Vec<&str> = release.set.keys().map(String::as_str).collect();
        app.config.extend(release.set.clone());
        format!("Set {} config vars", names.join(", "))
    };
    let config = app.config.clone();
    app.releases.push(Release {
        id,
        version,
        description,
        slug,
        config,
        status: Status::Succeeded,
        output: None,
        created_at,
        ended_at: None,
    });
}

/// A time so many days before the last release.
fn before_last(days: i64) -> String {
    let last = Timestamp::from_second(LAST_RELEASE).unwrap_or_default();
    ids::instant(last - SignedDuration::from_hours(24 * days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_is_the_same_each_time_and_shop_is_as_the_design_shows_it() {
        let world = World::at_start(2);
        let again = serde_json::to_string(&World::at_start(2)).unwrap();
        assert_eq!(serde_json::to_string(&world).unwrap(), again);
        let names: Vec<&str> = world.apps.iter().map(|app| app.name.as_str()).collect();
        let expected = "shop shop-staging mobile-api legacy imagery vault fjord shop-001 shop-002".split(' ');
        assert!(names.iter().copied().eq(expected), "{names:?}");
        let shop = world.app("shop").unwrap();
        assert_eq!(shop.current().map(|release| release.version), Some(41));
        let slug = shop.current_slug().unwrap();
        assert_eq!((slug.commit.as_deref().map(|c| &c[..7]), slug.size), (Some("057ede8"), 121_000_000));
        assert_eq!(shop.current().map(|r| r.created_at.as_str()), Some("2026-11-18T10:00:00Z"));
        assert!(shop.config["DATABASE_URL"].starts_with("postgres://"));
    }
}

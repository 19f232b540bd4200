//! The source of the apps that are there from the start: small gzipped tarballs made on the fly, so that a
//! rebuild needs no checkout.

use flate2::Compression;
use flate2::write::GzEncoder;

use super::world::World;
use super::world::app::App;
use super::world::seed::SOURCES;

/// The tarball behind a path below [`SOURCES`], when an app of `world` was built from it.
pub(crate) fn at(world: &World, path: &str) -> Option<Vec<u8>> {
    let app = world.apps.iter().find(|app| app.builds.iter().any(|build| build.source == path))?;
    path.starts_with(SOURCES).then(|| of(app))?.ok()
}

fn of(app: &App) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let procfile: Vec<String> =
        app.formation.iter().map(|p| format!("{}: {}\n", p.kind, p.command)).collect();
    let mut add = |path: &str, content: &str| {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(1_700_000_000);
        archive.append_data(&mut header, path, content.as_bytes())
    };
    add("Procfile", &procfile.concat())?;
    add("README.md", &format!("# {}\n\nAn app of the dd-heroku sandbox.\n", app.name))?;
    if app.buildpacks.iter().any(|buildpack| buildpack == "heroku-community/apt") {
        add("Aptfile", "libvips42\n")?;
    }
    match app.language.as_deref() {
        Some("Ruby") => {
            add("Gemfile", "source \"https://rubygems.org\"\ngem \"puma\"\ngem \"sidekiq\"\n")?;
            add("config.ru", "run ->(_env) { [200, {}, [\"hello\\n\"]] }\n")?;
        }
        Some("Node.js") => add("package.json", "{\"name\": \"app\", \"private\": true}\n")?,
        Some("Python") => add("requirements.txt", "gunicorn\n")?,
        Some("Java") => add("pom.xml", "<project/>\n")?,
        Some("Go") => add("go.mod", "module example.com/app\n")?,
        _ => add("Dockerfile", "FROM debian:stable-slim\n")?,
    }
    archive.into_inner()?.finish()
}

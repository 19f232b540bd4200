//! The inside of a build: what makes a slug of a source tarball and a list of buildpacks. [`compile`] is the seam
//! which the real build step runs behind.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::GzDecoder;

use super::agent_step::{self, Installed, Step, Workshop};
use super::upstream;
use super::world::app::Config;
use crate::datadog::AgentVersion;
use crate::env;
use crate::platform::stack;

/// What a build works on.
pub(crate) struct Job {
    /// The UUID that the slug will have.
    pub(crate) slug: String,
    /// Where the real part of the build happens.
    pub(crate) workshop: Workshop,
    pub(crate) stack: String,
    pub(crate) buildpacks: Vec<String>,
    pub(crate) config: Config,
    /// The source, a gzipped tarball.
    pub(crate) source: Vec<u8>,
    /// The process types that ran before, for a source without a Procfile.
    pub(crate) process_types: BTreeMap<String, String>,
    /// Bytes of the last slug without its Agent.
    pub(crate) size: u64,
    /// Whether a fault has it fail.
    pub(crate) doomed: bool,
}

/// What a build makes.
pub(crate) struct Compiled {
    pub(crate) size: u64,
    pub(crate) agent: Option<Installed>,
    pub(crate) process_types: BTreeMap<String, String>,
}

/// The build failed; its log says why.
pub(crate) struct Failed;

/// Bytes an Agent adds to a slug.
pub(crate) fn agent_size(agent: &str) -> u64 {
    let is_6 = AgentVersion::parse(agent).is_some_and(|agent| agent.major == 6);
    if is_6 { 112_000_000 } else { 96_000_000 }
}

/// Builds, telling `log` each line as it comes.
pub(crate) fn compile(job: &Job, log: &mut dyn FnMut(&str)) -> Result<Compiled, Failed> {
    if job.stack == stack::CONTAINER && !contains(&job.source, "heroku.yml") {
        log(" !     Your app does not include a heroku.yml build manifest. To deploy your app,");
        log(" !     either create a heroku.yml, or push an image to the container registry.");
        return Err(Failed);
    }
    let Some(procfile) = procfile(&job.source) else {
        log(" !     The source archive is not a gzipped tarball.");
        return Err(Failed);
    };
    log(&format!("-----> Building on the {} stack", job.stack));
    let mut agent = None;
    for buildpack in &expanded(job) {
        if agent.is_some() && place(buildpack).ends_with("buildpack-subdir") {
            // It must be the first: https://github.com/DataDog/heroku-buildpack-datadog/issues/62.
            log(&format!(" !     App not compatible with buildpack: {buildpack}"));
            log(" !     Push rejected, failed to compile app.");
            return Err(Failed);
        }
        log(&format!("-----> {} app detected", title(buildpack)));
        if let Some(step) = step(buildpack).filter(|_| agent_step::is_possible()) {
            let (workshop, slug) = (&job.workshop, &job.slug);
            agent = workshop.install(step, slug, &job.stack, &job.config, &job.source, log);
            if agent.is_none() {
                log(" !     Push rejected, failed to compile Datadog app.");
                return Err(Failed);
            }
        } else if installs_agent(buildpack) {
            agent = Some(pretend(job, log)?);
        } else if title(buildpack) == "Apt" {
            log("-----> Updating apt caches");
            log("       Reading package lists...");
        } else {
            log(&format!("       Using {} as before", title(buildpack)));
        }
    }
    if job.doomed || job.config.contains_key(env::DD_HEROKU_SANDBOX_FAIL_BUILD) {
        log(" !     The build was told to fail.");
        log(" !     Push rejected, failed to compile app.");
        return Err(Failed);
    }
    let process_types = if procfile.is_empty() { job.process_types.clone() } else { procfile };
    let names: Vec<&str> = process_types.keys().map(String::as_str).collect();
    log("-----> Discovering process types");
    log(&format!("       Procfile declares types -> {}", names.join(", ")));
    let size = job.size + agent.as_ref().map_or(0, |agent| agent.bytes);
    log("-----> Compressing...");
    if size > 500_000_000 {
        log(&format!(" !     Compiled slug size: {} is too large (max is 500M).", megabytes(size)));
        return Err(Failed);
    }
    log(&format!("       Done: {}", megabytes(size)));
    Ok(Compiled { size, agent, process_types })
}

/// Whose build step a buildpack runs. Forks do as they like.
fn step(buildpack: &str) -> Option<Step> {
    let buildpack = buildpack.to_ascii_lowercase();
    match () {
        () if buildpack.contains("datadog/heroku-buildpack-datadog") => Some(Step::Datadog),
        () if buildpack.contains("dd-heroku") => Some(Step::Ours),
        () => None,
    }
}

fn installs_agent(buildpack: &str) -> bool {
    buildpack.contains("heroku-buildpack-datadog") || buildpack.contains("dd-heroku")
}

/// Says what a fork of the buildpack would say, or this machine's builds without gpgv.
fn pretend(job: &Job, log: &mut dyn FnMut(&str)) -> Result<Installed, Failed> {
    let version = upstream::pretended(&job.config).map_err(|lines| {
        for line in &lines {
            log(line);
        }
        log(" !     Push rejected, failed to compile Datadog app.");
        Failed
    })?;
    log("-----> Updating apt caches for Datadog Agent");
    log(&format!("-----> Downloading Datadog Agent {version}"));
    log("-----> Installing Datadog Agent");
    log("-----> Installing Datadog runner");
    Ok(Installed { bytes: agent_size(&version), version })
}

/// What a buildpack calls itself in the log.
fn title(buildpack: &str) -> &str {
    if installs_agent(buildpack) {
        return "Datadog";
    }
    let place = buildpack.split('#').next().unwrap_or(buildpack).trim_end_matches(".git");
    let name = place.rsplit('/').next().unwrap_or(place);
    match name.strip_prefix("heroku-buildpack-").unwrap_or(name) {
        "apt" => "Apt",
        "clojure" => "Clojure (Leiningen 2)",
        "dotnet" => ".NET",
        "go" => "Go",
        "gradle" => "Gradle",
        "java" => "Java",
        "jvm" | "jvm-common" => "JVM Common",
        "nodejs" => "Node.js",
        "php" => "PHP",
        "python" => "Python",
        "ruby" => "Ruby",
        "scala" => "Scala",
        other => other,
    }
}

fn megabytes(size: u64) -> String {
    format!("{}.{}M", size / 1_000_000, size / 100_000 % 10)
}

/// The process types of the Procfile, none without one; nothing where the source cannot be unpacked.
fn procfile(source: &[u8]) -> Option<BTreeMap<String, String>> {
    let text = text(source, "Procfile")?;
    let line = |line: &str| line.split_once(':').map(|(k, c)| (k.trim().to_owned(), c.trim().to_owned()));
    Some(text.lines().filter(|line| !line.starts_with('#')).filter_map(line).collect())
}

/// The buildpacks that run: those that multi and subdir find in `.buildpacks` after them.
fn expanded(job: &Job) -> Vec<String> {
    let runs_others =
        |url: &String| ["buildpack-multi", "buildpack-subdir"].iter().any(|name| place(url).ends_with(name));
    if !job.buildpacks.iter().any(runs_others) {
        return job.buildpacks.clone();
    }
    let list = text(&job.source, ".buildpacks").unwrap_or_default();
    let listed = list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let listed: Vec<_> = listed
        .map(|line| line.split_once("=http").map_or(line.to_owned(), |(_, url)| format!("http{url}")))
        .collect();
    let each = |buildpack: &String| {
        let others = if runs_others(buildpack) { listed.clone() } else { Vec::new() };
        [vec![buildpack.clone()], others].concat()
    };
    job.buildpacks.iter().flat_map(each).collect()
}

/// A buildpack's URL without its pin and ending.
fn place(url: &str) -> &str {
    url.split('#').next().unwrap_or(url).trim_end_matches(".git")
}

/// The text of a file at the top of the source, empty where it is missing; nothing where the source cannot be unpacked.
fn text(source: &[u8], name: &str) -> Option<String> {
    let mut archive = tar::Archive::new(GzDecoder::new(source));
    for entry in archive.entries().ok()? {
        let mut entry = entry.ok()?;
        if entry.path().is_ok_and(|path| path.strip_prefix(".").unwrap_or(&path).as_os_str() == name) {
            let mut text = String::new();
            entry.read_to_string(&mut text).ok()?;
            return Some(text);
        }
    }
    Some(String::new())
}

fn contains(source: &[u8], name: &str) -> bool {
    let mut archive = tar::Archive::new(GzDecoder::new(source));
    archive.entries().is_ok_and(|mut entries| {
        entries.any(|entry| entry.is_ok_and(|entry| entry.path().is_ok_and(|path| path.ends_with(name))))
    })
}

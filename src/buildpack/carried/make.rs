//! Makes the Agent that a pack carries: resolves it, checks it as a build does, prunes it, and writes tree, note and provenance.

use std::fs;
use std::path::{Path, PathBuf};

use super::provenance::{Choices, Content, Statement};
use super::{PROVENANCE, key, tree};
use crate::buildpack::error::{Error, Kind, Result};
use crate::buildpack::log::Log;
use crate::buildpack::options::{Options, Slim, Slimness};
use crate::buildpack::package::prune::Prune;
use crate::buildpack::package::unpack::Unpacked;
use crate::buildpack::repository::version::{self, Requested};
use crate::buildpack::repository::{self, Package, Repository, validator::Validator};
use crate::buildpack::slim::{self, Folders, Slimmed};
use crate::buildpack::slug::cache::{Cache, TAR};
use crate::buildpack::slug::python::prune_setup;
use crate::datadog::integrations;
use crate::env::Environment;

/// Which Agent a pack is to carry.
#[derive(Clone, Debug)]
pub struct Request {
    /// As `DD_AGENT_VERSION` has it: `7.81.2`, `7`, `latest`.
    pub agent: String,
    /// The checks whose Python packages stay. None: all.
    pub slim_for: Option<Vec<String>>,
    /// With the trace-agent.
    pub apm: bool,
    /// With the process-agent, where it is a program of its own.
    pub process_agent: bool,
    /// Whether a build may download another Agent when this one does not fit.
    pub download: bool,
}

/// What a pack carries.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its package.
    pub package: Package,
    /// Bytes of the tree, unpacked.
    pub unpacked: u64,
    /// SHA-256 of the tree's file.
    pub tree_sha256: String,
    /// Fingerprint of the key that signed the index which lists the package.
    pub signed_by: String,
    /// What was left out of a slim tree.
    pub slimmed: Option<Slimmed>,
    /// The folder with the files, by their full paths.
    pub(in crate::buildpack) files: Vec<PathBuf>,
}

/// Downloads a package, checks it and unpacks it pruned into the first folder, as if it lay at the second.
pub(in crate::buildpack) type Fetch =
    fn(&Repository, &Package, &mut Prune, (&Path, &Path), &Cache, &mut Log<'_>) -> Result<Unpacked>;

/// Makes it in `folder`, which is empty. Blocks.
pub(in crate::buildpack) fn make(
    env: &Environment,
    request: &Request,
    folder: &Path,
    fetch: Fetch,
    log: &mut Log<'_>,
) -> Result<Made> {
    let options = options(env, request)?;
    let unwritable = |cause: std::io::Error| {
        Error::because(Kind::Disk, "the Agent cannot be packed", cause)
            .remedy("Free some space in the folder of the pack.")
    };
    log.step("Checking the package repository");
    let repository = repository::open(&options.endpoints)?;
    let packages = repository.packages(options.requested.major)?;
    let package = version::resolve(&options.requested, &packages)?;
    let (setup, warning) = prune_setup(&options, &package.version)?;
    if let Some(warning) = warning {
        log.warning(&warning);
    }
    log.step(&format!("Packing {} {}", package.name, package.version.without_epoch()));
    let [work, home, aside, result] = ["work", "home", "aside", "result"].map(|name| folder.join(name));
    for new in [&work, &home, &aside, &result] {
        fs::create_dir(new).map_err(unwritable)?;
    }
    let (root, mut prune) = (folder.join("tree"), Prune::new(&setup));
    let mut unpacked =
        fetch(&repository, package, &mut prune, (&root, Path::new("")), &Cache::open(&work), log)?;
    let slimmed = match request.slim_for {
        None => None,
        Some(_) => Some(slim(env, &options.slim, &Folders { apt: &root, home: &home, aside: &aside }, log)?),
    };
    for (part, bytes) in slimmed.iter().flat_map(|slimmed| &slimmed.left_out) {
        *unpacked.pruned.entry(format!("slim: {part}")).or_default() += bytes;
    }
    let file = fs::File::create_new(result.join(TAR)).map_err(unwritable)?;
    let tree_sha256 = tree::write(&root, file)
        .map_err(|cause| Error::because(Kind::Disk, "the Agent cannot be packed", cause))?;
    let origin = repository.origin(package);
    let content = Content {
        python: setup.python,
        package_size: package.size,
        checks: slimmed.as_ref().map(|slimmed| slimmed.checks.clone()).unwrap_or_default(),
        cut_checks: slimmed.as_ref().map(|slimmed| slimmed.cut.clone()).unwrap_or_default(),
    };
    let choices = Choices {
        apm: setup.apm,
        process_agent: setup.process_agent,
        otel_collector: setup.otel_collector,
        data_plane: setup.data_plane,
        slim_for: request.slim_for.as_ref().map(|_| options.slim.checks.clone()),
        download: request.download,
    };
    let statement = Statement::new((TAR, &tree_sha256), package, &origin, choices, content);
    let mut text = serde_json::to_vec_pretty(&statement).expect("a statement is JSON");
    text.push(b'\n');
    fs::write(result.join(PROVENANCE), &text).map_err(unwritable)?;
    Cache::at(result.clone())
        .keep(
            &key(package, &setup, &text),
            tree_sha256.clone(),
            &unpacked,
            &Prune::nothing(),
            &Validator::default(),
        )
        .map_err(unwritable)?;
    let mut files = fs::read_dir(&result)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>())
        .map_err(unwritable)?;
    files.sort();
    Ok(Made {
        package: package.clone(),
        unpacked: unpacked.written() - slimmed.as_ref().map_or(0, Slimmed::bytes).min(unpacked.written()),
        tree_sha256,
        signed_by: origin.signed_by,
        slimmed,
        files,
    })
}

/// The repository of the environment, and what is asked for.
fn options(env: &Environment, request: &Request) -> Result<Options> {
    let requested = Requested::parse(Some(&request.agent), None).map_err(|error| {
        Error::because(Kind::Options, "no Agent can be packed", error.error)
            .remedy("Name a version: `--agent 7.81.2`; `dd-heroku versions` lists them.")
    })?;
    let named = request.slim_for.iter().flatten();
    let mut checks: Vec<String> = named.map(|name| check(name)).collect();
    if checks.iter().any(|name| name == "pip") {
        checks.extend(slim::installers());
    }
    checks.sort();
    checks.dedup();
    let slim = Slim { when: Slimness::On, checks, folder: "datadog".into() };
    let (apm, process_agent) = (request.apm, request.process_agent);
    Ok(Options { requested, apm, process_agent, slim, ..Options::read(None, env)? })
}

/// The Agent's name of a check, which people call by what it watches.
fn check(name: &str) -> String {
    integrations::find(name).and_then(|known| known.check.clone()).unwrap_or_else(|| name.to_owned())
}

fn slim(env: &Environment, options: &Slim, folders: &Folders<'_>, log: &mut Log<'_>) -> Result<Slimmed> {
    log.step("Leaving out unused Python packages");
    let slimmed = slim::slim(env, options, folders)
        .map_err(|cause| Error::because(Kind::Disk, "the Agent cannot be made slim", cause))?;
    let Some(slimmed) = slimmed else {
        return Err(Error::new(Kind::Options, "this Agent has no Python packages to choose from")
            .remedy("Pack it without `--slim-for`."));
    };
    let unknown: Vec<&str> = options
        .checks
        .iter()
        .filter(|check| !slimmed.checks.contains(check) && !slim::is_no_python_check(check))
        .map(String::as_str)
        .collect();
    if !unknown.is_empty() {
        let what = format!("this Agent has no check `{}`", unknown.join("`, `"));
        return Err(Error::new(Kind::Options, what).remedy(format!(
            "Its checks: {}.",
            [&slimmed.checks[..], &slimmed.cut[..]].concat().join(", ")
        )));
    }
    if let Some(why) = &slimmed.untried {
        log.warning(&format!("The imports of the checks could not be tried: {why}. Pack on Linux x86-64."));
    }
    Ok(slimmed)
}

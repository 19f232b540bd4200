//! Checks: each one that the slug has must be importable by the Python that the slug has.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Verified;
use crate::env::{Environment, PATH};
use crate::program;
use crate::runtime;

const SCRIPT: &str = include_str!("imports.py");
/// Custom checks of the app.
const CUSTOM: &str = "datadog/checks.d";
/// The app's configuration of checks.
const CONFIGURED: &str = "datadog/conf.d";
/// What is in `datadog_checks` and is no check.
const NO_CHECKS: [&str; 5] = ["base", "checks", "dev", "stubs", "utils"];
/// Python packages that Datadog's buildpack leaves out: a check that needs one works on no dyno.
const LEFT_OUT: [&str; 7] =
    ["kubernetes", "lxml", "openstack", "pysnmp_mibs", "pyVim", "pyVmomi", "cm_client"];
const WITHIN: Duration = Duration::from_secs(600);

/// A check that was imported, or was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its name; of a custom check, its file in the app.
    pub name: String,
    /// Why it cannot be imported.
    pub failure: Option<String>,
}

pub(super) fn verify(env: &Environment, slug: &Path, verified: &mut Verified) {
    let embedded = slug.join(super::AGENT).join("embedded");
    let custom: Vec<PathBuf> = files(&slug.join(CUSTOM))
        .into_iter()
        .filter(|path| path.extension() == Some(OsStr::new("py")))
        .collect();
    let cut = runtime::cut_checks(slug);
    for path in files(&slug.join(CONFIGURED)) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let check = name.strip_suffix(".d").or_else(|| name.strip_suffix(".yaml")).unwrap_or(&name);
        if cut.lines().any(|cut| cut == check) {
            verified.problem("import", check, "is configured, and the slim build left it out");
        }
    }
    let installed = installed(&embedded);
    let names: Vec<String> =
        installed.iter().cloned().chain(custom.iter().map(|path| path.display().to_string())).collect();
    if installed.is_empty() {
        // A package without checks is a stand-in: it has no Python either.
        return;
    }
    let outcomes = match import(env, &slug.join(super::AGENT), &names) {
        Ok(outcomes) => outcomes,
        Err(why) => return verified.problem("import", "python", why),
    };
    for (name, failure) in names.iter().zip(outcomes) {
        let shown = super::shown(slug, Path::new(name));
        if let Some(Failure { module, what }) = &failure {
            let root = module.split('.').next().unwrap_or_default();
            if LEFT_OUT.contains(&root) {
                verified.notes.push(format!("{shown}: {root} is left out, as by Datadog's buildpack"));
            } else {
                verified.problem("import", shown.clone(), format!("cannot be imported: {what}"));
            }
        }
        verified.checks.push(Check { name: shown, failure: failure.map(|failure| failure.what) });
    }
}

/// Why something cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::buildpack) struct Failure {
    /// The module that is missing, where one is.
    pub(in crate::buildpack) module: String,
    /// What Python says.
    pub(in crate::buildpack) what: String,
}

/// Imports these checks, each a module below `datadog_checks` or a file, by the Python of the Agent in `agent`. Gives back for
/// each what went wrong, in their order; an error when that Python cannot be run.
pub(in crate::buildpack) fn import(
    env: &Environment,
    agent: &Path,
    names: &[String],
) -> Result<Vec<Option<Failure>>, String> {
    let output = python(env, agent, names)?;
    let mut answers = output.lines().filter_map(|line| line.split_once('\t'));
    let outcome = |name: &String| match answers.next() {
        Some((answered, result)) if answered == name => failure(result),
        _ => Some(Failure { module: String::new(), what: "Python ended while it was imported".into() }),
    };
    Ok(names.iter().map(outcome).collect())
}

/// What a line of the script says went wrong.
fn failure(result: &str) -> Option<Failure> {
    let mut fields = result.splitn(3, '\t');
    let (outcome, module) = (fields.next()?, fields.next().unwrap_or_default().to_owned());
    (outcome != "imported").then(|| Failure { module, what: fields.next().unwrap_or_default().to_owned() })
}

/// The checks in the folder of the Agent's Python.
fn installed(embedded: &Path) -> Vec<String> {
    let mut checks: Vec<String> = site_packages(embedded)
        .iter()
        .flat_map(|site| files(&site.join("datadog_checks")))
        .filter(|check| check.join("__init__.py").is_file())
        .filter_map(|check| Some(check.file_name()?.to_str()?.to_owned()))
        .filter(|check| !NO_CHECKS.contains(&check.as_str()))
        .collect();
    checks.sort();
    checks.dedup();
    checks
}

/// Where the Agent's Pythons have their packages.
pub(in crate::buildpack) fn site_packages(embedded: &Path) -> Vec<PathBuf> {
    let pythons = files(&embedded.join("lib")).into_iter().filter(|path| {
        path.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with("python"))
    });
    pythons.map(|python| python.join("site-packages")).filter(|site| site.is_dir()).collect()
}

/// Runs the script in the Agent's Python, which must not write anything into the slug.
fn python(env: &Environment, agent: &Path, names: &[String]) -> Result<String, String> {
    let embedded = agent.join("embedded");
    let Some(python) = ["python3", "python2", "python"]
        .map(|name| embedded.join("bin").join(name))
        .into_iter()
        .find(|p| p.exists())
    else {
        return Err("the Agent's Python is missing, and checks are there".into());
    };
    let arguments = ["-B", "-s", "-c", SCRIPT].into_iter().map(str::to_owned).chain(names.iter().cloned());
    let mut command = program::command(env, &python.to_string_lossy(), arguments);
    // A check gets nothing of this machine's variables.
    command.env_clear();
    if let Some(path) = env.raw(PATH) {
        command.env(PATH, path);
    }
    let lib = embedded.join("lib");
    let dist = agent.join("bin/agent/dist");
    let paths = [lib.clone(), dist].map(|path| path.to_string_lossy().into_owned()).join(":");
    command.env("LD_LIBRARY_PATH", lib).env("PYTHONPATH", paths).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = program::run(&mut command, WITHIN)
        .map_err(|error| format!("{} cannot be run: {error}", python.display()))?;
    if output.stdout.is_empty() {
        let why = output.stderr.lines().last().unwrap_or("it prints nothing").to_owned();
        let python = python.file_name().unwrap_or_default().to_string_lossy();
        return Err(format!("the Agent's {python} imports nothing: {why}"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What is in a folder, in the order of the names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

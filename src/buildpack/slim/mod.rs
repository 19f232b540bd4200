//! Slim builds: of the Agent's Python packages only those stay that the app's checks need. Which ones is computed from what pip
//! recorded in the package itself, and tried: what the kept Python then misses comes back. The rest of the Agent (metrics,
//! traces, logs, DogStatsD) is not Python and stays as it is.

mod closure;
mod distribution;
mod elf;
mod libraries;
mod on_demand;
mod own_tests;
mod roots;
mod saving;
mod shelf;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use pep508_rs::MarkerEnvironment;

use closure::{BASE, BASE_EXTRAS, Root, closure};
use distribution::Distribution;
use libraries::Libraries;
use roots::Roots;
pub use saving::Saving;
pub(crate) use saving::saving;
use shelf::Shelf;

use super::folder_size::size_of;
use super::options::Slim;
use super::verify::imports::{self, Failure};
use crate::env::Environment;

/// The Agent in the package.
const AGENT: &str = "opt/datadog-agent";
const JMX: &str = "bin/agent/dist/jmx";
/// What the Agent installs further packages with.
const INSTALLERS: [&str; 4] = ["datadog-checks-downloader", "packaging", "pip", "setuptools"];
/// Parts of Python itself that no check imports.
const OF_PEOPLE: [&str; 5] = ["ensurepip", "idlelib", "test", "tkinter", "turtledemo"];
/// Modules of the base that checks import when they need them.
const OF_BASE: [&str; 5] =
    ["base", "base.utils.http", "base.utils.tls", "base.checks.openmetrics.v2", "base.utils.db"];
/// Rounds in which something may come back.
const ROUNDS: usize = 40;

/// What became of the Agent.
#[derive(Clone, Debug, Default)]
pub struct Slimmed {
    /// Bytes of Python's files before.
    pub before: u64,
    /// And after.
    pub after: u64,
    /// Bytes that were left out, by what they were.
    pub left_out: BTreeMap<&'static str, u64>,
    /// Checks that stay.
    pub checks: Vec<String>,
    /// Checks that were left out.
    pub cut: Vec<String>,
    /// Python packages that the closure left out and that came back, because an import needs them.
    pub back: Vec<String>,
    /// Why the imports could not be tried.
    pub untried: Option<String>,
}

impl Slimmed {
    /// Bytes that were left out.
    pub(crate) fn bytes(&self) -> u64 {
        self.left_out.values().sum()
    }
}

/// The folders of a build.
pub(crate) struct Folders<'a> {
    /// The package, unpacked.
    pub(crate) apt: &'a Path,
    /// The app.
    pub(crate) home: &'a Path,
    /// An empty folder on the same file system.
    pub(crate) aside: &'a Path,
}

/// Makes the unpacked package slim. `None` when it has no Python packages to choose from.
pub(crate) fn slim(env: &Environment, options: &Slim, folders: &Folders<'_>) -> io::Result<Option<Slimmed>> {
    let Folders { apt, home, aside } = folders;
    let Some(python) = Python::read(options, home, apt)? else { return Ok(None) };
    let Python { agent, site, lib, distributions, roots, chosen } = python;
    let mut shelf = Shelf::new(aside);
    let before = size_of(&lib)?;
    let libraries = Libraries::read(&agent)?;
    let shared = site.join("datadog_checks");
    let of_base: BTreeSet<String> = distributions
        .iter()
        .filter(|distribution| distribution.name == BASE)
        .flat_map(Distribution::modules)
        .filter_map(|module| of_check(&module))
        .collect();
    let checks =
        || of_folder(&shared).into_iter().filter(|check| !of_base.contains(check)).collect::<Vec<_>>();
    let all_checks = checks();
    for distribution in
        distributions.iter().filter(|distribution| !chosen.packages.contains(&distribution.name))
    {
        put_aside(&mut shelf, distribution, &site, &chosen)?;
    }
    let mut slimmed = Slimmed { before, ..Slimmed::default() };
    for check in checks().into_iter().filter(|check| !chosen.checks.contains(check)) {
        // Nobody recorded it.
        shelf.take("checks", "checks", &shared.join(check))?;
    }
    leave_out_rest(&mut shelf, &agent, &lib, &roots)?;
    own_tests::leave_out(&mut shelf, &site)?;
    let kept: Vec<String> = OF_BASE
        .iter()
        .map(|module| (*module).to_owned())
        .filter(|module| exists(&shared, module))
        .chain(checks())
        .chain(roots.custom.iter().map(|path| path.display().to_string()))
        .collect();
    // Python takes an empty folder for a package.
    shelf.remove_empty_folders(&agent);
    let needs = |name: &str| chosen.closure(&distributions, &roots, vec![(name.to_owned(), BTreeSet::new())]);
    match bring_back(env, &agent, &distributions, &kept, needs, &mut shelf) {
        Ok((back, failures)) => {
            slimmed.back = back.into_iter().collect();
            libraries.leave_out(&mut shelf)?;
            // A library may be opened by its name, which its user's file does not say.
            let fails =
                |failures: &[Option<Failure>]| failures.iter().map(Option::is_some).collect::<Vec<_>>();
            let is_missed = shelf.has(libraries::OWNER)
                && imports::import(env, &agent, &kept).is_ok_and(|now| fails(&now) != fails(&failures));
            if is_missed {
                shelf.give_back(libraries::OWNER)?;
            }
        }
        Err(why) => slimmed.untried = Some(why),
    }
    leave_out_byte_code(&mut shelf, &lib)?;
    shelf.remove_empty_folders(&agent);
    slimmed.checks = checks();
    slimmed.cut = all_checks.into_iter().filter(|check| !slimmed.checks.contains(check)).collect();
    slimmed.left_out = shelf.parts();
    slimmed.after = size_of(&lib)?;
    Ok(Some(slimmed))
}

/// What the app in `home` uses of a tree that was made slim for `kept` and lacks the checks `cut`.
pub(crate) fn missing(options: &Slim, home: &Path, kept: &[String], cut: &[String]) -> Vec<String> {
    let roots = Roots::find(options, home, Path::new("/nonexistent"));
    let of_modules = roots.modules.iter().filter_map(|module| of_check(module));
    let used: BTreeSet<String> = roots.checks.iter().cloned().chain(of_modules).collect();
    let mut missing: Vec<String> = used.into_iter().filter(|check| cut.contains(check)).collect();
    if roots.java && missing.is_empty() && !roots::run_in_java(kept) {
        missing.push("jmx".into());
    }
    if roots.installs && !kept.iter().any(|name| name == "pip") {
        missing.push("pip".into());
    }
    missing
}

/// Whether a check, or what installs checks, is not among the checks in Python.
pub(crate) fn is_no_python_check(name: &str) -> bool {
    INSTALLERS.contains(&name) || roots::run_in_java(&[name.to_owned()])
}

/// What a slim tree needs to install further packages with.
pub(crate) fn installers() -> impl Iterator<Item = String> {
    INSTALLERS.iter().map(|name| (*name).to_owned())
}

/// The Python of an unpacked package, and what stays of it.
struct Python {
    /// The Agent's folder.
    agent: PathBuf,
    /// `site-packages`.
    site: PathBuf,
    /// The folder above it.
    lib: PathBuf,
    distributions: Vec<Distribution>,
    roots: Roots,
    chosen: Chosen,
}

impl Python {
    /// Of the package in `apt`, for the app in `home`. `None` when it has no Python packages to choose from.
    fn read(options: &Slim, home: &Path, apt: &Path) -> io::Result<Option<Self>> {
        let agent = apt.join(AGENT);
        let Some(site) = imports::site_packages(&agent.join("embedded")).pop() else { return Ok(None) };
        let distributions = distribution::read_all(&site)?;
        if !distributions.iter().any(|distribution| distribution.name == BASE) {
            return Ok(None);
        }
        let roots = Roots::find(options, home, apt);
        let lib = site.parent().unwrap_or(&site).to_owned();
        let chosen = Chosen::of(&distributions, &roots, &lib);
        Ok(Some(Self { agent, site, lib, distributions, roots, chosen }))
    }
}

/// What stays.
struct Chosen {
    machine: MarkerEnvironment,
    /// Names of packages.
    packages: BTreeSet<String>,
    /// Names of checks.
    checks: BTreeSet<String>,
    /// Files that packages that stay have.
    files: BTreeSet<PathBuf>,
}

impl Chosen {
    fn of(distributions: &[Distribution], roots: &Roots, lib: &Path) -> Self {
        let mut of_module: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for distribution in distributions {
            for module in distribution.modules() {
                of_module.entry(module).or_default().push(&distribution.name);
            }
        }
        let none = BTreeSet::new();
        let base: Root = (BASE.to_owned(), BASE_EXTRAS.map(str::to_owned).into());
        let checks = roots.checks.iter().map(|check| format!("datadog_checks.{check}"));
        let modules: BTreeSet<String> = checks.chain(roots.modules.iter().cloned()).collect();
        let extras: BTreeSet<String> = ["deps".to_owned()].into();
        let of_modules = modules.iter().flat_map(|module| {
            let names = of_module.get(module).into_iter().flatten();
            names.map(|name| ((*name).to_owned(), extras.clone()))
        });
        // A package that is named by its own name.
        let named = roots.checks.iter().map(|name| (distribution::normal(name), none.clone()));
        let installers = INSTALLERS.iter().filter(|_| roots.installs);
        let needed: Vec<Root> = std::iter::once(base)
            .chain(of_modules.filter(|(name, _)| name != BASE))
            .chain(named)
            .chain(installers.map(|name| ((*name).to_owned(), none.clone())))
            .collect();
        let machine = closure::machine(version(lib).unwrap_or((3, 0)));
        let mut chosen =
            Self { machine, packages: BTreeSet::new(), checks: roots.checks.clone(), files: BTreeSet::new() };
        chosen.packages = chosen.closure(distributions, roots, needed);
        for distribution in distributions {
            if chosen.packages.contains(&distribution.name) {
                chosen.files.extend(distribution.files.iter().cloned());
                chosen.checks.extend(distribution.modules().iter().filter_map(|module| of_check(module)));
            }
        }
        chosen
    }

    /// What these need, themselves among them.
    fn closure(&self, distributions: &[Distribution], roots: &Roots, needed: Vec<Root>) -> BTreeSet<String> {
        closure(distributions, &needed, &self.machine, |from, to| {
            on_demand::is_left_out(&roots.configuration, from, to)
        })
    }
}

/// The check that a module is.
fn of_check(module: &str) -> Option<String> {
    module
        .strip_prefix("datadog_checks.")
        .filter(|check| !["base", "__init__"].contains(check))
        .map(str::to_owned)
}

/// Puts what a package has aside, but for files that a package that stays has too.
fn put_aside(
    shelf: &mut Shelf<'_>,
    distribution: &Distribution,
    site: &Path,
    chosen: &Chosen,
) -> io::Result<()> {
    let part = if distribution.modules().iter().any(|module| of_check(module).is_some()) {
        "checks"
    } else {
        "Python packages"
    };
    for file in distribution.files.iter().filter(|file| !chosen.files.contains(*file)) {
        shelf.take(&distribution.name, part, &resolved(site, file))?;
    }
    Ok(())
}

/// A path of RECORD: below `site-packages`, or three folders up.
fn resolved(site: &Path, file: &Path) -> PathBuf {
    match file.strip_prefix("../../..") {
        Ok(below) => site.ancestors().nth(3).unwrap_or(site).join(below),
        Err(_) => site.join(file),
    }
}

/// Tries the imports, and brings back what they miss, until they miss nothing that was put aside. Gives back the names of what
/// came back, and what still fails.
fn bring_back(
    env: &Environment,
    agent: &Path,
    distributions: &[Distribution],
    kept: &[String],
    needs: impl Fn(&str) -> BTreeSet<String>,
    shelf: &mut Shelf<'_>,
) -> Result<(BTreeSet<String>, Vec<Option<Failure>>), String> {
    let mut back = BTreeSet::new();
    let mut failures = Vec::new();
    for _ in 0..ROUNDS {
        let mut missed: BTreeSet<String> = BTreeSet::new();
        failures = imports::import(env, agent, kept)?;
        for failure in failures.iter().flatten() {
            if own_tests::is_in_tests(&failure.module) {
                missed.insert(own_tests::OWNER.to_owned());
            }
            let owners = distributions.iter().filter(|distribution| shelf.has(&distribution.name));
            let is_of = |distribution: &&Distribution| {
                let mut modules = distribution.modules().into_iter();
                modules.any(|module| {
                    failure.module == module || failure.module.starts_with(&format!("{module}."))
                })
            };
            missed.extend(owners.filter(is_of).flat_map(|distribution| needs(&distribution.name)));
        }
        if missed.is_empty() {
            break;
        }
        for name in missed.into_iter().filter(|name| shelf.has(name)).collect::<Vec<_>>() {
            shelf.give_back(&name).map_err(|error| error.to_string())?;
            back.insert(name);
        }
    }
    Ok((back, failures))
}

/// Tests, byte code, what only people use, and Java's part where no check runs in it.
fn leave_out_rest(shelf: &mut Shelf<'_>, agent: &Path, lib: &Path, roots: &Roots) -> io::Result<()> {
    if !roots.java && agent.join(JMX).is_dir() {
        shelf.take("jmx", "JMX", &agent.join(JMX))?;
    }
    for part in OF_PEOPLE.map(|part| lib.join(part)).iter().filter(|part| part.is_dir()) {
        shelf.take("python", "tests and tools of Python", part)?;
    }
    leave_out_byte_code(shelf, lib)
}

fn leave_out_byte_code(shelf: &mut Shelf<'_>, lib: &Path) -> io::Result<()> {
    for folder in folders(lib)?.iter().filter(|folder| folder.ends_with("__pycache__")) {
        shelf.take("byte code", "byte code", folder)?;
    }
    Ok(())
}

/// Every folder below this one.
fn folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            all.push(entry.path());
            all.extend(folders(&entry.path())?);
        }
    }
    Ok(all)
}

/// The checks in the folder that all of them share.
fn of_folder(folder: &Path) -> Vec<String> {
    let mut checks: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().join("__init__.py").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|check| !["base", "dev"].contains(&check.as_str()))
        .collect();
    checks.sort();
    checks
}

fn exists(folder: &Path, module: &str) -> bool {
    let path = folder.join(module.replace('.', "/"));
    path.is_dir() || path.with_extension("py").is_file()
}

/// `python3.13` is (3, 13).
fn version(lib: &Path) -> Option<(u32, u32)> {
    let (major, minor) = lib.file_name()?.to_str()?.strip_prefix("python")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

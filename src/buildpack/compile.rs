//! The build: find the package, unpack it next to the app, put it in its place. Until the last step nothing of the app
//! is touched; after any failure the build folder is as it was.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::thread;

use super::carried::Carried;
use super::error::{Error, Kind, Result};
use super::folder_size::size_of;
use super::hash::Hashed;
use super::log::{Log, megabytes};
use super::options::{Options, Slimness};
use super::package::archive;
use super::package::cache_writer::CacheWriter;
use super::package::prune::Prune;
use super::package::read_ahead::read_ahead;
use super::package::unpack::{LinkToPruned, Unpacked, unpack};
use super::repository::fetch::Download;
use super::repository::version;
use super::repository::{self, Package, Repository};
use super::slim::{self, Folders, Slimmed};
use super::slug::cache::Cache;
use super::slug::install::install;
use super::slug::python::prune_setup;
use super::slug::report::{Clock, Report};
use super::slug::runtime::{install_runtime, record_cut};
use crate::env::Environment;
use crate::platform::stack;
use crate::temporary;

/// A build that is slim when it helps is so from this size of the slug on.
const SLIM_FROM: u64 = 300_000_000;

/// One build.
pub struct Compile<'a> {
    /// The build machine's variables.
    pub env: &'a Environment,
    /// The app's folder, by its full path. It becomes the slug.
    pub build_dir: &'a Path,
    /// Kept from build to build.
    pub cache_dir: &'a Path,
    /// The app's stack (`heroku-24`), where it is known.
    pub stack: Option<&'a str>,
    /// What the app's config vars ask for.
    pub options: &'a Options,
    /// The program that becomes the dyno's runtime.
    pub runtime: &'a Path,
    /// The Agent that the buildpack carries.
    pub carried: Option<&'a Carried>,
}

/// Installs the Agent into the build folder and says on `out` what it does. Blocks; must not be called on an async
/// runtime's own threads. On an error the build folder is as it was; the error itself is not printed.
pub fn compile(compile: &Compile<'_>, out: &mut dyn Write) -> Result<Report> {
    let (mut log, mut clock) = (Log::new(out), Clock::start());
    check_stack(compile.stack)?;
    let options = compile.options;
    if options.requested.old_form {
        log.warning(&format!(
            "DD_AGENT_VERSION is written in an old form. Write `heroku config:set DD_AGENT_VERSION={}`",
            options.requested.text()
        ));
    }
    if let Some(carried) = compile.carried
        && carried.is_used(options, compile.build_dir, &mut log)?
    {
        return install_carried(carried, compile, log, clock);
    }

    log.step("Checking the package repository");
    let cache = Cache::open(compile.cache_dir);
    let repository = repository::open(&options.endpoints)?;
    for missing in repository.missing_keys() {
        log.detail(&format!("left out {missing}"));
    }
    let packages = repository.packages_through(options.requested.major, &cache.lists())?;
    let package = version::resolve(&options.requested, &packages)?;
    let (setup, warning) = prune_setup(options, &package.version)?;
    if let Some(warning) = warning {
        log.warning(&warning);
    }
    clock.lap("index");

    let home = compile.build_dir;
    let app = size_of(home).map_err(unreadable)?;
    let built = beside(home)?;
    let mut prune = Prune::new(&setup);
    let places = Places {
        root: &built.path().join(".apt"),
        apt: &home.join(".apt"),
        cache: &cache,
        key: &Cache::key(&package.sha256, &prune.digest(), compile.stack.unwrap_or_default()),
    };
    log.step(&format!("Installing {} {}", package.name, package.version.without_epoch()));
    let kept = from_cache(&repository, package, &prune, &places, &mut log);
    let from_cache = kept.is_some();
    let unpacked = if let Some(unpacked) = kept {
        clock.lap("unpack from cache");
        unpacked
    } else {
        let host = options.endpoints.repository.host_str().unwrap_or_default();
        log.detail(&format!("{} from {host}", megabytes(package.size)));
        let unpacked = download(&repository, package, &mut prune, &places, &mut log)?;
        clock.lap("download and unpack");
        unpacked
    };

    let mut report = Report::new(package, unpacked, app);
    if let Some(slimmed) = slim(compile, places.root, &report, &mut log)? {
        record_cut(built.path(), &slimmed).map_err(unwritable)?;
        report.slim(slimmed);
        clock.lap("slim");
    } else {
        // Only said: a build does not fail because of it.
        report.saving = slim::saving(&options.slim, home, places.root).ok().flatten();
        clock.lap("look at Python");
    }
    report.from_cache = from_cache;
    report.requests = repository.requests();
    finish(compile, built.path(), &prune, report, log, clock)
}

/// Installs the Agent that the buildpack carries. Nothing is asked of the network.
fn install_carried(
    carried: &Carried,
    compile: &Compile<'_>,
    mut log: Log<'_>,
    mut clock: Clock,
) -> Result<Report> {
    let (package, home) = (&carried.package, compile.build_dir);
    let (setup, warning) = prune_setup(compile.options, &package.version)?;
    if let Some(warning) = warning {
        log.warning(&warning);
    }
    let app = size_of(home).map_err(unreadable)?;
    let built = beside(home)?;
    let (root, mut prune) = (built.path().join(".apt"), Prune::new(&setup));
    let unpacked = carried.unpack(&root, &home.join(".apt"), &mut prune)?;
    clock.lap("unpack the carried Agent");
    let mut report = Report::new(package, unpacked, app);
    report.carried = true;
    if let Some(slimmed) = carried.slimmed() {
        record_cut(built.path(), &slimmed).map_err(unwritable)?;
    } else if let Some(slimmed) = slim(compile, &root, &report, &mut log)? {
        record_cut(built.path(), &slimmed).map_err(unwritable)?;
        report.slim(slimmed);
        clock.lap("slim");
    }
    finish(compile, built.path(), &prune, report, log, clock)
}

/// Lays the runtime next to the Agent, and both into the app's folder.
fn finish(
    compile: &Compile<'_>,
    built: &Path,
    prune: &Prune,
    mut report: Report,
    mut log: Log<'_>,
    mut clock: Clock,
) -> Result<Report> {
    let home = compile.build_dir;
    log.step("Installing the runtime");
    install_runtime(built, home, compile.runtime, &report.package.version)?;
    let aside = beside(home)?;
    let replacing = temporary::replacing();
    let stayed = install(built, home, aside.path(), &|path| prune.forbids(path)).map_err(|cause| {
        Error::because(Kind::Disk, "the Agent cannot be put into the build folder", cause)
            .remedy("Remove the conflicting file from the app, or free some space, and build again.")
    })?;
    drop(replacing);
    for path in stayed {
        log.warning(&format!("The app has a `{}` of its own, which stays.", path.display()));
    }
    clock.lap("install");

    report.steps = clock.steps;
    report.print(&mut log);
    Ok(report)
}

/// Dynos whose slugs a buildpack makes run on Heroku's own stacks.
fn check_stack(stack: Option<&str>) -> Result {
    let Some(stack) = stack.filter(|stack| !stack.starts_with("heroku-")) else { return Ok(()) };
    let error = Error::new(Kind::Options, format!("the stack `{stack}` is not supported by this buildpack"));
    Err(match stack {
        stack::CONTAINER => error.remedy(
            "Apps that deploy images carry the Agent in the image: `dd-heroku docker init` writes it.",
        ),
        stack::CNB => {
            error.remedy("Apps of the Fir generation send telemetry through drains: `heroku telemetry:add`.")
        }
        _ => error.remedy(format!("Move the app to one that is: `heroku stack:set {}`", stack::DEFAULT)),
    })
}

/// Where the Agent is unpacked, where it will be, and what is kept of it.
struct Places<'a> {
    root: &'a Path,
    apt: &'a Path,
    cache: &'a Cache,
    key: &'a str,
}

/// Unpacks what an earlier build kept, while the repository is asked whether it still serves that package. What is
/// damaged is thrown away, and the package downloaded again.
fn from_cache(
    repository: &Repository,
    package: &Package,
    prune: &Prune,
    places: &Places<'_>,
    log: &mut Log<'_>,
) -> Option<Unpacked> {
    let mut kept = places.cache.find(places.key)?;
    let served = kept.served().clone();
    let rest = prune.of_kept(kept.exempt());
    let (same, unpacked) = thread::scope(|scope| {
        let same = scope.spawn(|| repository.still_serves(package, &served));
        let unpacked = fs::create_dir(places.root).map_err(Into::into).and_then(|()| {
            read_ahead(&mut kept, |tar| unpack(tar, places.root, places.apt, &rest, &mut CacheWriter::none()))
        });
        (same.join().expect("a request does not panic"), unpacked.and_then(|unpacked| kept.confirm(unpacked)))
    });
    let why = match (unpacked, &same) {
        (Ok(unpacked), Ok(true) | Err(_)) => {
            log.detail("from the cache");
            if let Err(why) = same {
                log.detail(&format!("the repository does not say whether it still has that package: {why}"));
            }
            return Some(unpacked);
        }
        (Ok(_), Ok(false)) => {
            log.detail(
                "the repository serves another file than the one in the cache: it is downloaded and checked",
            );
            None
        }
        (Err(why), _) => Some(why),
    };
    if let Some(why) = why {
        log.warning(&format!("The cache is damaged ({why:#}); the package is downloaded again."));
    }
    places.cache.forget();
    let _ = fs::remove_dir_all(places.root);
    None
}

/// Downloads, checks and unpacks a package for `buildpack pack`: into `root`, as if it lay at `apt`.
pub(super) fn fetch(
    repository: &Repository,
    package: &Package,
    prune: &mut Prune,
    (root, apt): (&Path, &Path),
    cache: &Cache,
    log: &mut Log<'_>,
) -> Result<Unpacked> {
    log.detail(&format!("{} to download", megabytes(package.size)));
    download(repository, package, prune, &Places { root, apt, cache, key: "" }, log)
}

/// Downloads, checks and unpacks the package, and keeps the pruned tree for the next build.
fn download(
    repository: &Repository,
    package: &Package,
    prune: &mut Prune,
    places: &Places<'_>,
    log: &mut Log<'_>,
) -> Result<Unpacked> {
    let Places { root, apt, cache, key } = places;
    loop {
        fs::create_dir(root).map_err(unwritable)?;
        let mut sink = CacheWriter::new(cache.create());
        let mut stream = Hashed::new(repository.download(package));
        let unpacked = archive::files_of(&mut stream, |tar| unpack(tar, root, apt, prune, &mut sink));
        if stream.inner().resumed() > 0 {
            log.detail(&format!(
                "the connection broke {} times; the rest was asked for",
                stream.inner().resumed()
            ));
        }
        let error = match unpacked {
            Ok(unpacked) if stream.is(&package.sha256) => {
                let served = stream.inner().validator();
                let kept = sink
                    .finish()
                    .map(|kept| kept.and_then(|hash| cache.keep(key, hash, &unpacked, prune, served)));
                if let Some(Err(why)) = kept {
                    cache.forget();
                    log.detail(&format!("nothing is kept for the next build: {why}"));
                }
                return Ok(unpacked);
            }
            Ok(_) => not_the_signed(package),
            Err(why) => match why.downcast_ref::<LinkToPruned>() {
                Some(LinkToPruned(name)) => {
                    prune.exempt(name.clone());
                    fs::remove_dir_all(root).map_err(unwritable)?;
                    continue;
                }
                None => explain(why, stream, package),
            },
        };
        cache.forget();
        return Err(error);
    }
}

/// Leaves out the Python packages that the app does not use, when it asks for that.
fn slim(compile: &Compile<'_>, apt: &Path, report: &Report, log: &mut Log<'_>) -> Result<Option<Slimmed>> {
    let options = &compile.options.slim;
    match options.when {
        Slimness::Off => return Ok(None),
        Slimness::Auto if report.slug <= SLIM_FROM => {
            log.detail(&format!(
                "DD_HEROKU_SLIM is auto: the slug comes to {} at most, nothing more is left out",
                megabytes(report.slug)
            ));
            return Ok(None);
        }
        Slimness::Auto => log.step(&format!(
            "Leaving out unused Python packages: DD_HEROKU_SLIM is auto, and the slug may come to {}",
            megabytes(report.slug)
        )),
        Slimness::On => log.step("Leaving out unused Python packages"),
    }
    let aside = beside(compile.build_dir)?;
    let folders = Folders { apt, home: compile.build_dir, aside: aside.path() };
    let slimmed = slim::slim(compile.env, options, &folders).map_err(|cause| {
        Error::because(Kind::Disk, "the Agent cannot be made slim", cause)
            .remedy("Build without: `heroku config:unset DD_HEROKU_SLIM`")
    })?;
    if slimmed.is_none() {
        log.warning("This Agent has no Python packages to choose from: nothing more is left out.");
    }
    Ok(slimmed)
}

/// Distinguishes a package that was altered, one that is refused, and a network or a disk that fails.
fn explain(why: anyhow::Error, mut stream: Hashed<Download<'_>>, package: &Package) -> Error {
    if let Some(failed) = stream.inner().failed() {
        let what = format!("the download of {} {} failed", package.name, package.version.without_epoch());
        return Error::because(Kind::Unreachable, what, anyhow::anyhow!("{failed}")).remedy(
            "Check the network and, where there is a proxy, HTTPS_PROXY and NO_PROXY; then build again.",
        );
    }
    let from_disk = |cause: &io::Error| cause.raw_os_error().is_some();
    if why.chain().filter_map(|cause| cause.downcast_ref()).any(from_disk) {
        return Error::because(Kind::Disk, "the Agent cannot be unpacked", why)
            .remedy("Free some space, or look at the permissions of the build folder, and build again.");
    }
    let whole = io::copy(&mut stream, &mut io::sink()).is_ok();
    if !whole || !stream.is(&package.sha256) {
        return not_the_signed(package);
    }
    Error::because(Kind::Refused, "the package is refused", why).remedy(
        "Nothing was installed. Choose another version in DD_AGENT_VERSION and report it to Datadog's support.",
    )
}

fn not_the_signed(package: &Package) -> Error {
    let what = format!("{} is not the package that was signed: its hash differs", package.filename);
    Error::new(Kind::Untrusted, what)
        .remedy("Nothing was installed. Build again; if it stays, a proxy or mirror alters files.")
}

/// A folder inside the build folder, so on its file system; deleted when it is dropped.
fn beside(home: &Path) -> Result<temporary::Folder> {
    temporary::Folder::inside(home, ".dd-heroku-build-").map_err(unwritable)
}

fn unwritable(cause: io::Error) -> Error {
    Error::because(Kind::Disk, "the build folder cannot be written", cause)
        .remedy("Free some space, or look at its permissions, and build again.")
}

fn unreadable(cause: io::Error) -> Error {
    Error::because(Kind::Disk, "the build folder cannot be read", cause)
        .remedy("Give an existing folder: `buildpack compile BUILD_DIR CACHE_DIR ENV_DIR`.")
}

//! The build step: installs a verified, pruned Datadog Agent into a slug.
//!
//! ```text
//! ENV_DIR ─options→ Options ┐
//! InRelease ─signature→ release ─repository→ packages ─version→ Package ─setup→ what is pruned
//! Package ─fetch→ hash ─archive, xz→ tar ─unpack→ a folder beside the app ─place→ the slug
//!                                           └──→ cache, which the next build unpacks instead
//! ```
//!
//! Trust begins at the pinned fingerprints ([`endpoints`]) and passes hand to hand: keys with such a fingerprint,
//! the index they signed, the list whose hash the index has, the package whose hash the list has. Nothing is used
//! before the link above it was checked, except that the package is unpacked, into a folder of its own, while its
//! hash is still being computed. Until that hash is right nothing of the app is touched.

mod compile;
mod error;
mod hash;
mod log;
mod options;
mod pack;
mod package;
mod repository;
mod slug;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

pub use compile::{Compile, compile};
pub use error::{Error, Kind, Result};
pub use options::Options;
pub use pack::pack;
pub use package::unpack::extract;
pub use repository::deb822::{Paragraph, each_paragraph};
pub use repository::debian_version::{NotAVersion, Version};
pub use repository::endpoints::Endpoints;
pub use repository::version::{Wanted, Which, resolve};
pub use repository::{HEROKU_PACKAGE, PLAIN_PACKAGE, Package, Repository, open};
pub use slug::report::Report;

use crate::env::{Environment, STACK};
use log::{Log, megabytes};

/// The build step: what a Heroku build runs
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Say that this buildpack serves the app; it serves every app
    Detect {
        /// The app's folder
        build_dir: Option<PathBuf>,
    },
    /// Install the Agent into the app's folder
    Compile {
        /// The app's folder, which becomes the slug
        build_dir: PathBuf,
        /// A folder that is kept from build to build
        cache_dir: PathBuf,
        /// A folder with a file for each config var
        env_dir: Option<PathBuf>,
    },
    /// Say what a release needs of this buildpack: nothing
    Release {
        /// The app's folder
        build_dir: Option<PathBuf>,
    },
    /// Write this program as a buildpack that can be hosted anywhere
    Pack {
        /// The tarball to write
        #[arg(short, long, value_name = "FILE", default_value = "dd-heroku-buildpack.tgz")]
        output: PathBuf,
        /// The program to pack instead of this one; it must run on Heroku's stacks
        #[arg(long, value_name = "PATH")]
        binary: Option<PathBuf>,
        /// A smaller program for the dynos (built with `--no-default-features`)
        #[arg(long, value_name = "PATH")]
        runtime: Option<PathBuf>,
    },
}

/// Runs a `buildpack` verb. What it says goes to stdout, as a build's log does.
pub fn run(env: &Environment, verb: Verb) -> ExitCode {
    let mut out = io::stdout().lock();
    let done = match verb {
        Verb::Detect { .. } => {
            say(&mut out, "Datadog");
            Ok(())
        }
        Verb::Release { .. } => {
            say(&mut out, "--- {}");
            Ok(())
        }
        Verb::Compile { build_dir, cache_dir, env_dir } => {
            let path = |path: PathBuf| env.cwd().join(path);
            compile_app(env, &path(build_dir), &path(cache_dir), env_dir.map(path).as_deref(), &mut out)
        }
        Verb::Pack { output, binary, runtime } => pack_program(&output, binary, runtime.as_deref(), &mut out),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&error, &mut out);
            ExitCode::FAILURE
        }
    }
}

fn compile_app(
    env: &Environment,
    build_dir: &std::path::Path,
    cache_dir: &std::path::Path,
    env_dir: Option<&std::path::Path>,
    out: &mut dyn Write,
) -> Result {
    let options = Options::read(env_dir, env)?;
    let program = this_program()?;
    let small = program.with_file_name(pack::RUNTIME);
    let runtime = if small.is_file() { &small } else { &program };
    let compile = Compile { build_dir, cache_dir, stack: env.get(STACK), options: &options, runtime };
    self::compile(&compile, out)?;
    slug::community::install(env, build_dir, &mut Log::new(out));
    Ok(())
}

fn pack_program(
    output: &std::path::Path,
    binary: Option<PathBuf>,
    runtime: Option<&std::path::Path>,
    out: &mut dyn Write,
) -> Result {
    let binary = binary.map_or_else(this_program, Ok)?;
    let bytes = pack(output, &binary, runtime)
        .map_err(|cause| Error::because(Kind::Disk, "the buildpack cannot be packed", cause))?;
    say(out, &format!("{} ({})", output.display(), megabytes(bytes)));
    Ok(())
}

fn this_program() -> Result<PathBuf> {
    std::env::current_exe()
        .map_err(|cause| Error::because(Kind::Disk, "this program cannot find itself", cause))
}

/// Tells `error` in the form of a build's log.
pub fn tell(error: &Error, out: &mut dyn Write) {
    Log::new(out).error(error);
}

/// Prints a line; a reader that has gone away is no error.
fn say(out: &mut dyn Write, line: &str) {
    let _ = writeln!(out, "{line}");
}

//! The build step: installs a verified, pruned Datadog Agent into a slug.
//!
//! ```text
//! ENV_DIR ─options→ Options ┐
//! InRelease ─signature→ release ─repository→ packages ─version→ Package ─setup→ what is pruned
//! Package ─fetch→ hash ─archive, xz→ tar ─unpack→ a folder next to the app ─place→ the slug
//!                                           └──→ cache, which the next build unpacks instead
//! ```
//!
//! Trust begins at the pinned fingerprints ([`repository::endpoints`]) and passes hand to hand: keys with such a fingerprint,
//! the index they signed, the list whose hash the index has, the package whose hash the list has. Nothing is used
//! before the link above it was checked, except that the package is unpacked, into a folder of its own, while its
//! hash is still being computed. Until that hash is right nothing of the app is touched.

mod carried;
mod compile;
mod error;
mod folder_size;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod hash;
mod log;
mod options;
mod pack;
mod package;
mod repository;
mod slim;
mod slug;
mod verify;

use std::io::Write;
use std::path::{Path, PathBuf};

pub use carried::{Carried, Made, Request};
pub use compile::{Compile, compile};
pub use error::{Error, Kind, Result};
pub use options::{Options, Slim, Slimness};
pub use pack::{Contents, Packed, pack};
pub use package::unpack::extract;
pub use repository::deb822::{Paragraph, each_paragraph};
pub use repository::debian_version::{NotAVersion, Version};
pub use repository::endpoints::Endpoints;
pub use repository::version::{Requested, resolve};
pub use repository::{HEROKU_PACKAGE, PLAIN_PACKAGE, Package, Repository, open};
pub use slim::Slimmed;
pub use slug::report::Report;
pub use verify::{Check, Problem, Verified, has_agent, verify};

use crate::env::{Environment, STACK};
use crate::temporary;
use log::Log;
pub(crate) use log::megabytes;

/// Installs the Agent into `build_dir`, as the options in `env_dir` ask, and then the community checks that the app names.
/// `out` gets the lines of the build's log, except for the error.
pub fn build(
    env: &Environment,
    build_dir: &Path,
    cache_dir: &Path,
    env_dir: Option<&Path>,
    out: &mut dyn Write,
) -> Result<Report> {
    let options = Options::read(env_dir, env)?;
    let program = this_program()?;
    let small = program.with_file_name(pack::RUNTIME);
    let runtime = if small.is_file() { &small } else { &program };
    let carried = Carried::next_to(&program)?;
    let compile = Compile {
        env,
        build_dir,
        cache_dir,
        stack: env.get(STACK),
        options: &options,
        runtime,
        carried: carried.as_ref(),
    };
    let report = self::compile(&compile, out)?;
    slug::community::install(env, build_dir, &mut Log::new(out));
    Ok(report)
}

/// Packs `binary`, else this program, as a buildpack, with the Agent of `request`. `out` gets the lines of a log while the Agent is
/// made.
pub fn pack_program(
    env: &Environment,
    output: &Path,
    binary: Option<PathBuf>,
    runtime: Option<&Path>,
    request: Option<&Request>,
    out: &mut dyn Write,
) -> Result<(Packed, Option<Made>)> {
    pack::check_output(output)?;
    let binary = binary.map_or_else(this_program, Ok)?;
    let failed = |cause| Error::because(Kind::Disk, "the buildpack cannot be packed", cause);
    let work = request
        .map(|_| temporary::Folder::inside(pack::folder_of(output), ".dd-heroku-agent-"))
        .transpose()
        .map_err(|cause| failed(cause.into()))?;
    let made = match (request, &work) {
        (Some(request), Some(work)) => {
            Some(carried::make(env, request, work.path(), compile::fetch, &mut Log::new(out))?)
        }
        _ => None,
    };
    let carried = made.as_ref().map_or(&[][..], |made| &made.files);
    let contents = Contents { program: &binary, runtime, carried };
    Ok((pack(output, &contents).map_err(failed)?, made))
}

fn this_program() -> Result<PathBuf> {
    std::env::current_exe()
        .map_err(|cause| Error::because(Kind::Disk, "this program cannot find itself", cause))
}

/// Writes `error` in the form of a build's log.
pub fn tell(error: &Error, out: &mut dyn Write) {
    Log::new(out).error(error);
}

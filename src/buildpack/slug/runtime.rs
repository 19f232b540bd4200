//! The dyno's runtime in the slug, and what the build tells it.

use std::fs;
use std::io;
use std::path::Path;

use crate::buildpack::error::{Error, Kind, Result};
use crate::buildpack::repository::debian_version::Version;
use crate::buildpack::slim::Slimmed;
use crate::runtime;

/// Scripts of the app that the runtime's own must know of.
const SCRIPTS: [&str; 2] = [".profile.d/datadog.sh", ".profile.d/datadog-heroku.sh"];

/// Tells the dyno which checks are not in the slug.
pub(crate) fn record_cut(built: &Path, slimmed: &Slimmed) -> io::Result<()> {
    runtime::record_cut_checks(built, &slimmed.cut)
}

/// Lays the runtime into `built`, knowing the app's own scripts in `home`.
pub(crate) fn install_runtime(built: &Path, home: &Path, runtime: &Path, version: &Version) -> Result {
    let failed = |cause: io::Error| {
        Error::because(Kind::Disk, "the runtime cannot be installed", cause)
            .remedy("Free some space, or look at the permissions of the build folder, and build again.")
    };
    let theirs =
        |script: &&&str| home.join(script).symlink_metadata().is_ok_and(|metadata| metadata.is_file());
    let scripts: Vec<&&str> = SCRIPTS.iter().filter(theirs).collect();
    for script in &scripts {
        fs::create_dir_all(built.join(".profile.d")).map_err(failed)?;
        fs::copy(home.join(script), built.join(script)).map_err(failed)?;
    }
    runtime::record_agent_version(built, version.upstream()).map_err(failed)?;
    runtime::install(built, runtime).map_err(failed)?;
    for script in scripts {
        if fs::read(home.join(script)).ok() == fs::read(built.join(script)).ok() {
            fs::remove_file(built.join(script)).map_err(failed)?;
        }
    }
    Ok(())
}

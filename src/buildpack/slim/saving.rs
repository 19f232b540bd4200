//! What a slim build would leave out of an Agent that is not slim. An estimate: nothing is moved, and no import is tried.

use std::io;
use std::path::Path;

use super::{JMX, OF_PEOPLE, Python, resolved};
use crate::buildpack::folder_size::size_of;
use crate::buildpack::options::Slim;

/// Bytes of the unpacked Agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saving {
    /// What a slim build would leave out.
    pub bytes: u64,
    /// All that Python has.
    pub of: u64,
}

/// What a slim build would leave out of the package in `apt` for the app in `home`. `None` when there are no packages to choose
/// from.
pub(crate) fn saving(options: &Slim, home: &Path, apt: &Path) -> io::Result<Option<Saving>> {
    let Some(python) = Python::read(options, home, apt)? else { return Ok(None) };
    let Python { agent, site, lib, distributions, roots, chosen } = python;
    let files = distributions
        .iter()
        .filter(|distribution| !chosen.packages.contains(&distribution.name))
        .flat_map(|distribution| &distribution.files)
        .filter(|file| !chosen.files.contains(*file))
        .map(|file| resolved(&site, file));
    let jmx = Some(agent.join(JMX)).filter(|_| !roots.java);
    let rest = OF_PEOPLE.iter().map(|part| lib.join(part)).chain(jmx);
    let bytes = files.chain(rest).map(|path| bytes_of(&path)).sum();
    Ok(Some(Saving { bytes, of: size_of(&lib)? }))
}

/// Zero for what is not there: pruning may have left it out.
fn bytes_of(path: &Path) -> u64 {
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => size_of(path).unwrap_or_default(),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    }
}

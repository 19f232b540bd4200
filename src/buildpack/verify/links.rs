//! Links of the package: each must lead to something.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Verified, shown, walk};

/// Where the package is in a slug. Other links are the app's.
const FOLDERS: [&str; 3] = [super::AGENT, ".apt/etc/datadog-agent", ".dd-heroku"];

pub(super) fn verify(slug: &Path, verified: &mut Verified) -> io::Result<()> {
    let mut links: Vec<PathBuf> = Vec::new();
    for folder in FOLDERS.iter().map(|folder| slug.join(folder)).filter(|folder| folder.is_dir()) {
        walk(&folder, &mut |path, metadata| {
            if metadata.is_symlink() {
                links.push(path.to_owned());
            }
        })?;
    }
    for link in &links {
        let target = fs::read_link(link)?;
        // This machine may have an Agent of its own; a dyno has none outside of its slug.
        let leaves = target.starts_with("/opt/datadog-agent") || target.starts_with("/opt/datadog-packages");
        if leaves || link.metadata().is_err() {
            let what = format!("leads to `{}`, which is not there", target.display());
            verified.problem("link", shown(slug, link), what);
        }
    }
    verified.links = links.len();
    Ok(())
}

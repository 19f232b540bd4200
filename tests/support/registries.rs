//! Packages of the npm registry: installed once, beside what cargo builds.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// A folder that has these packages, `NAME@VERSION` each. Nothing where npm cannot install them, which is said.
pub(crate) fn installed(packages: &[&str]) -> Option<PathBuf> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let name = packages.join("-").replace(['/', '@'], "_");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("npm{name}"));
    let ready = folder.join("ready");
    if ready.exists() {
        return Some(folder);
    }
    std::fs::create_dir_all(&folder).unwrap();
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"])
        .arg(&folder)
        .args(packages);
    let problem = match npm.output() {
        Ok(output) if output.status.success() => {
            std::fs::write(ready, "").unwrap();
            return Some(folder);
        }
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    #[allow(clippy::print_stderr, reason = "says that the test showed nothing")]
    {
        eprintln!("SKIPPED: npm cannot install {packages:?}: {problem}");
    }
    None
}

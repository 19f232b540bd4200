//! Packages of npm and PyPI: installed once, beside what cargo builds. Where a registry cannot be reached the test is skipped,
//! and that is said.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// A folder that has these packages of npm, `NAME@VERSION` each.
pub(crate) fn npm(packages: &[&str]) -> Option<PathBuf> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    installed("npm", packages, |folder| {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"]).arg(folder);
        npm.args(packages);
        [npm]
    })
}

/// A Python that has these packages of PyPI, `NAME==VERSION` each.
pub(crate) fn pypi(packages: &[&str]) -> Option<PathBuf> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = installed("pypi", packages, |folder| {
        let (mut venv, mut pip) = (Command::new("python3"), Command::new(folder.join("bin/pip")));
        venv.args(["-m", "venv"]).arg(folder);
        pip.args(["install", "--quiet", "--disable-pip-version-check"]).args(packages);
        [venv, pip]
    });
    folder.map(|folder| folder.join("bin/python"))
}

fn installed<const N: usize>(
    registry: &str,
    packages: &[&str],
    commands: impl Fn(&Path) -> [Command; N],
) -> Option<PathBuf> {
    let name = packages.join("-").replace(['/', '@', '='], "_");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{registry}{name}"));
    let ready = folder.join("ready");
    if ready.exists() {
        return Some(folder);
    }
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for mut command in commands(&folder) {
        let problem = match command.output() {
            Ok(output) if output.status.success() => continue,
            Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(error) => error.to_string(),
        };
        let mut stderr = std::io::stderr();
        // Past what holds back the output of tests that pass.
        writeln!(stderr, "SKIPPED: {registry} cannot install {packages:?} here: {problem}").unwrap();
        return None;
    }
    fs::write(ready, "").unwrap();
    Some(folder)
}

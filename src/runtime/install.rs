//! Lays the runtime into a dyno's home: the binary, the script that bash sources, and `agent-wrapper`. Runs at build,
//! so it may fail; it must not remember the home's path, for that is another one at boot.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::layout::{AGENT_VERSION, BINARY, Layout};
use super::version;

/// The script that bash sources when a dyno starts.
pub(super) const PROFILE: &str = include_str!("profile.sh");
const SCRIPT: &str = ".profile.d/datadog.sh";
/// Where the script goes when the app has a `.profile.d/datadog.sh` of its own.
const SCRIPT_BESIDE: &str = ".profile.d/datadog-heroku.sh";
const WRAPPER: &str = ".apt/opt/datadog-agent/bin/agent/agent-wrapper";
/// From the wrapper's folder to the binary.
const WRAPPER_TARGET: &str = "../../../../../.dd-heroku/bin/dd-heroku";

/// Puts the runtime into `home` and gives back the path of the script that bash will source: `.profile.d/datadog.sh`,
/// or `.profile.d/datadog-heroku.sh` when the app has a file of the first name, which is left alone. A second run
/// changes nothing. `binary` is copied. When no version of the Agent is recorded, the Agent in `home` is asked once.
pub fn install(home: &Path, binary: &Path) -> io::Result<PathBuf> {
    let target = home.join(BINARY);
    if fs::canonicalize(binary)? != fs::canonicalize(&target).unwrap_or_default() {
        replace(&target, |path| fs::copy(binary, path).map(drop))?;
        fs::set_permissions(&target, fs::Permissions::from_mode(0o755))?;
    }
    replace(&home.join(WRAPPER), |path| symlink(WRAPPER_TARGET, path))?;
    let (script, beside) = (home.join(SCRIPT), home.join(SCRIPT_BESIDE));
    let script = if is_free(&script)? {
        if is_ours(&beside)? {
            fs::remove_file(&beside)?;
        }
        script
    } else {
        beside
    };
    replace(&script, |path| fs::write(path, PROFILE))?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    if !home.join(AGENT_VERSION).exists()
        && let Some(version) = version::ask(&Layout::of_home(home))
    {
        version::record(home, &version.to_string())?;
    }
    Ok(script)
}

/// Replaces `path` by what `write` makes, in a folder made if it is missing. The old file, a link included, is removed
/// first, so that nothing is written through a link.
fn replace(path: &Path, write: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => write(path),
    }
}

/// Whether `path` may be written: not there, ours, or the script of Datadog's own buildpack, which ours replaces.
fn is_free(path: &Path) -> io::Result<bool> {
    Ok(match read(path)? {
        None => true,
        Some(text) => {
            text == PROFILE
                || mark(&text)
                || ["BUILDPACKVERSION=", "agent-wrapper"].iter().all(|part| text.contains(part))
        }
    })
}

fn is_ours(path: &Path) -> io::Result<bool> {
    Ok(read(path)?.is_some_and(|text| mark(&text)))
}

/// Whether a script's first line is that of ours, of any version.
fn mark(text: &str) -> bool {
    text.lines().next() == PROFILE.lines().next()
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

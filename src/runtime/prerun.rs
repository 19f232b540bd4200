//! The app's `datadog/prerun.sh`. bash sources it in a subshell (see `profile.sh`); what it changed there comes back to
//! the app's shell by a comparison of the environment before and after it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions, Permissions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Seek};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::Mode;
use rustix::process::{Pid, umask};

use crate::env::{DD_AGENT_VERSION, DISABLE_DATADOG_AGENT, DYNO_TAGS, Environment, OLDPWD, PWD};

use super::disk::{self, SECRET};
use super::layout::Layout;
use super::notice::{Level, Notices};
use super::shell::{Script, quote};

/// How the names of the profile script's own variables begin.
const OWN: &str = "__dd_heroku_";
/// Variables that bash sets by itself: what they are in the subshell says nothing about the app's shell.
const OF_BASH: [&str; 8] = ["_", "SHLVL", "SHELLOPTS", "BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "UID"];
/// Those of them that a script may export: nothing but bash sets them.
const READONLY: [&str; 3] = ["EUID", "PPID", "UID"];
/// How bash passes exported functions on.
const FUNCTION: (&str, &str) = ("BASH_FUNC_", "%%");

/// What `prerun.sh`, or another script of the app's, may have set without exporting it.
#[derive(Debug, Default, clap::Args)]
pub struct Handed {
    /// The dyno's tags, as prerun.sh left them
    #[arg(long, value_name = "TAGS")]
    pub dyno_tags: Option<String>,
    /// The Agent's version, where it is not recorded
    #[arg(long, value_name = "VERSION")]
    pub agent_version: Option<String>,
    /// The value of DISABLE_DATADOG_AGENT
    #[arg(long, value_name = "VALUE")]
    pub disabled: Option<String>,
    /// A variable that the Agent does not get
    #[arg(long, value_name = "NAME")]
    pub app_only: Vec<String>,
}

/// The path of `prerun.sh` as bash can read it: a script with Windows line ends, or with a byte order mark, is sourced
/// from a corrected copy next to it.
pub(super) fn find(app: &Path, notices: Notices) -> Option<PathBuf> {
    let path = app.join("prerun.sh");
    if !path.is_file() {
        return None;
    }
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            notices.say(Level::Warn, &format!("`{}` cannot be read: {error}", path.display()));
            return None;
        }
    };
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let ends = |n: usize| body[n] == b'\r' && body.get(n + 1).is_none_or(|next| *next == b'\n');
    let plain: Vec<u8> = (0..body.len()).filter(|&n| !ends(n)).map(|n| body[n]).collect();
    if plain.len() == bytes.len() {
        return Some(path);
    }
    notices.say(
        Level::Warn,
        "datadog/prerun.sh has Windows line ends or a byte order mark; a corrected copy is run",
    );
    let copies = [app.join(".prerun.dd-heroku.sh"), "/tmp/prerun.dd-heroku.sh".into()];
    copies.into_iter().find(|copy| disk::write(copy, &plain, SECRET).is_ok()).or(Some(path))
}

/// Makes the file by which the subshell gives back what it changed: in the home, or where that cannot be written, in
/// `/tmp`. It holds the environment before `prerun.sh`. None where it can be made in neither.
pub(super) fn note_before(env: &Environment, layout: &Layout) -> Option<PathBuf> {
    let name = format!("prerun.{}", std::process::id());
    let places = [layout.home.join(".dd-heroku"), "/tmp".into()].map(|folder| folder.join(&name));
    let text = before(env);
    // With any umask: bash appends to the file.
    let write = |place: &Path| {
        disk::write(place, text.as_bytes(), SECRET)?;
        fs::set_permissions(place, Permissions::from_mode(SECRET))
    };
    places.into_iter().find(|place| write(place).is_ok())
}

/// The environment, a line for each variable: its name and a hash of its value.
fn before(env: &Environment) -> String {
    let mut text = String::new();
    for (name, value) in env.vars() {
        if let Some(name) = name.to_str().filter(|name| !name.contains(char::is_whitespace)) {
            let _ = writeln!(text, "{name} {}", hash(value));
        }
    }
    text
}

/// The same in every process of one binary.
fn hash(value: &OsStr) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// What the file holds when the subshell ends: [`note_before`], then bash's functions and aliases before and after.
pub(super) struct Subshell {
    variables: BTreeMap<String, u64>,
    functions: [Vec<u8>; 2],
}

impl Subshell {
    /// Reads the file, and gives it back empty for the answer. It has no name from here on: the app's shell holds it open.
    pub(super) fn take(path: &Path) -> io::Result<(Self, File)> {
        let mut file = OpenOptions::new().read(true).write(true).open(path)?;
        let _ = fs::remove_file(path);
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        file.set_len(0)?;
        file.rewind()?;
        Ok((Self::read(&bytes), file))
    }

    fn read(bytes: &[u8]) -> Self {
        let mut parts = bytes.split(|byte| *byte == 0).map(<[u8]>::to_vec);
        let variables = String::from_utf8_lossy(&parts.next().unwrap_or_default())
            .lines()
            .filter_map(|line| {
                let (name, hash) = line.split_once(' ')?;
                Some((name.into(), hash.parse().ok()?))
            })
            .collect();
        Self { variables, functions: [parts.next().unwrap_or_default(), parts.next().unwrap_or_default()] }
    }

    /// What the app's shell evaluates to be as the subshell was in the end: exported variables, the upstream's variables
    /// in `handed`, functions and aliases, folder and umask.
    pub(super) fn changes(&self, env: &Environment, handed: &Handed) -> Script {
        let mut script = Script::default();
        let after: BTreeMap<_, _> =
            env.vars().filter_map(|(name, value)| Some((name.to_str()?, value))).collect();
        self.change_functions(&after, &mut script);
        for (name, value) in after.iter().filter(|(name, _)| comes_back(name)) {
            if self.variables.get(*name) != Some(&hash(value)) {
                script.export(name, value);
            }
        }
        for name in
            self.variables.keys().filter(|name| comes_back(name) && !after.contains_key(name.as_str()))
        {
            script.unset(name);
        }
        let is_new = |name: &&str| after.contains_key(name) && !self.variables.contains_key(*name);
        for name in READONLY.iter().filter(|name| is_new(name)) {
            script.line(&[b"builtin export ", name.as_bytes()]);
        }
        for (name, value) in [
            (DISABLE_DATADOG_AGENT, &handed.disabled),
            (DYNO_TAGS, &handed.dyno_tags),
            (DD_AGENT_VERSION, &handed.agent_version),
        ] {
            if let Some(value) = value.as_deref().filter(|_| env.raw(name).is_none()) {
                if value.is_empty() { script.unset(name) } else { script.set(name, value) }
            }
        }
        let mask = umask(Mode::empty());
        umask(mask);
        script.line(&[b"builtin umask ", format!("{:04o}", mask.bits()).as_bytes()]);
        change_folder(env, &mut script);
        script
    }

    fn change_functions(&self, after: &BTreeMap<&str, &OsStr>, script: &mut Script) {
        let [old, new] = &self.functions;
        if old != new {
            // `command`: in POSIX mode a text that cannot be read would end the shell.
            script.line(&[b"command eval ", &quote(OsStr::from_bytes(new))]);
        }
        let function = |name: &str| -> Option<String> {
            let name = name.strip_prefix(FUNCTION.0)?.strip_suffix(FUNCTION.1)?;
            is_identifier(name).then(|| name.into())
        };
        for (entry, value) in after {
            if let Some(name) = function(entry)
                && self.variables.get(*entry) != Some(&hash(value))
            {
                script.line(&[b"builtin export -f ", name.as_bytes()]);
            }
        }
        for entry in self.variables.keys().filter(|entry| !after.contains_key(entry.as_str())) {
            if let Some(name) = function(entry) {
                script.line(&[b"builtin export -nf ", name.as_bytes()]);
            }
        }
    }
}

/// Whether a variable of the subshell's environment is the app's too.
fn comes_back(name: &str) -> bool {
    is_identifier(name) && !name.starts_with(OWN) && !OF_BASH.contains(&name) && name != PWD
}

/// Whether it is a variable of the profile script's own: the Agent does not get it.
pub(super) fn is_own(name: &OsStr) -> bool {
    name.as_bytes().starts_with(OWN.as_bytes())
}

/// Whether bash has a variable of this name; it passes others on unseen.
fn is_identifier(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Goes where the subshell went, by the name that it had for the folder (a link's, perhaps).
fn change_folder(env: &Environment, script: &mut Script) {
    let named = env.raw(PWD).map(Path::new).filter(|named| {
        fs::canonicalize(named).is_ok_and(|path| fs::canonicalize(env.cwd()).is_ok_and(|cwd| path == cwd))
    });
    let folder = quote(named.unwrap_or(env.cwd()).as_os_str());
    script.line(&[b"[ \"${PWD-}\" = ", &folder, b" ] || {"]);
    script.line(&[b"builtin cd -- ", &folder]);
    if let Some(old) = env.raw(OLDPWD) {
        script.line(&[b"builtin export OLDPWD=", &quote(old)]);
    }
    script.line(&[b"}"]);
}

/// Gives the app's shell the limits that this process has from the subshell.
#[cfg(target_os = "linux")]
pub(super) fn copy_limits(shell: Pid) {
    use rustix::process::{Resource, getrlimit, prlimit};
    for resource in [
        Resource::Cpu,
        Resource::Fsize,
        Resource::Data,
        Resource::Stack,
        Resource::Core,
        Resource::Rss,
        Resource::Nproc,
        Resource::Nofile,
        Resource::Memlock,
        Resource::As,
        Resource::Locks,
        Resource::Sigpending,
        Resource::Msgqueue,
        Resource::Nice,
        Resource::Rtprio,
        Resource::Rttime,
    ] {
        let _ = prlimit(Some(shell), resource, getrlimit(resource));
    }
}

/// Only Linux lets a process set another's limits; dynos run nothing else.
#[cfg(not(target_os = "linux"))]
pub(super) fn copy_limits(_shell: Pid) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(before_: &[(&str, &str)], after: &[(&str, &str)]) -> String {
        let env = |vars: &[(&str, &str)]| {
            vars.iter().fold(Environment::default(), |env, (name, value)| env.with(name, *value))
        };
        let subshell = Subshell::read(before(&env(before_)).as_bytes());
        let text = subshell.changes(&env(after), &Handed::default()).into_text();
        let text = String::from_utf8(text).unwrap();
        text.lines().take_while(|line| !line.starts_with("builtin umask")).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn only_what_changed_comes_back() {
        let before = [("A", "1"), ("B", "2"), ("C", "3")];
        assert_eq!(changed(&before, &before), "");
        assert_eq!(
            changed(&before, &[("A", "1"), ("B", "x y"), ("D", "")]),
            "builtin export B='x y'; builtin export D=''; builtin unset C"
        );
    }

    #[test]
    fn what_is_the_shells_or_no_name_of_bash_stays() {
        assert_eq!(
            changed(&[("_", "a")], &[("SHLVL", "0"), ("__dd_heroku_x", "1"), ("a.b", "1"), ("9", "")]),
            ""
        );
    }

    #[test]
    fn what_bash_alone_sets_is_exported_as_the_shell_has_it() {
        assert_eq!(changed(&[("PPID", "1")], &[("PPID", "2"), ("UID", "3")]), "builtin export UID");
    }
}

//! The part of a build that is real: the app's source is unpacked, our own build step installs the sandbox's
//! stand-in Agent into it, and what comes out is kept as the slug, so that it can be booted.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flate2::read::GzDecoder;

use super::packages;
use super::store;
use super::world::app::Config;
use crate::buildpack::{self, Compile, Options};
use crate::env::{self, Environment};

/// Where builds find packages, and where they keep slugs and what they cached.
#[derive(Clone)]
pub(crate) struct Workshop {
    /// The server's own URL.
    pub(crate) base: String,
    /// The folder of all slugs.
    pub(crate) slugs: PathBuf,
    /// The app's build cache.
    pub(crate) cache: PathBuf,
}

/// What was installed.
pub(crate) struct Installed {
    /// As its package has it: `7.81.2-1`.
    pub(crate) version: String,
    /// Bytes in the slug.
    pub(crate) bytes: u64,
}

/// Whether the repository's signature can be checked here. Heroku's build machines have gpgv.
pub(crate) fn is_possible() -> bool {
    let gpgv = Command::new("gpgv").arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).status();
    gpgv.is_ok_and(|status| status.success())
}

impl Workshop {
    /// Where the slug of this id is kept.
    pub(crate) fn slug(&self, id: &str) -> PathBuf {
        self.slugs.join(id)
    }

    /// Unpacks `source` and installs the Agent that `config` asks for; the result is the slug `id`. `log` gets the
    /// build step's own lines.
    pub(crate) fn install(
        &self,
        id: &str,
        stack: &str,
        config: &Config,
        source: &[u8],
        log: &mut dyn FnMut(&str),
    ) -> Option<Installed> {
        let mut lines = Lines { log, rest: Vec::new() };
        match self.attempt(id, stack, config, source, &mut lines) {
            Ok(installed) => Some(installed),
            Err(Broken::ErrorBody(error)) => {
                buildpack::tell(&error, &mut lines);
                None
            }
            Err(Broken::Disk(error)) => {
                let _ = writeln!(lines, " !     The sandbox cannot keep the slug: {error}");
                None
            }
        }
    }

    fn attempt(
        &self,
        id: &str,
        stack: &str,
        config: &Config,
        source: &[u8],
        lines: &mut Lines<'_>,
    ) -> Result<Installed, Broken> {
        fs::create_dir_all(&self.slugs)?;
        fs::create_dir_all(&self.cache)?;
        let work = tempfile::Builder::new().prefix(store::WORK).tempdir_in(&self.slugs)?;
        let (home, env_dir) = (work.path().join("app"), work.path().join("env"));
        fs::create_dir(&env_dir)?;
        tar::Archive::new(GzDecoder::new(source)).unpack(&home)?;
        for (name, value) in config.iter().filter(|(name, _)| !name.starts_with("DD_HEROKU_APT_")) {
            fs::write(env_dir.join(name), value)?;
        }
        let vars = [
            (env::DD_HEROKU_APT_URL, format!("{}/inside/apt/", self.base)),
            (env::DD_HEROKU_APT_KEYS_URL, format!("{}/inside/keys/", self.base)),
            (env::DD_HEROKU_APT_KEY_FINGERPRINTS, packages::fingerprint().to_owned()),
        ];
        let vars = vars.map(|(name, value)| (name.into(), value.into()));
        let environment = Environment::new(vars, Vec::new(), home.clone());
        let options = Options::read(Some(&env_dir), &environment).map_err(Broken::ErrorBody)?;
        let program = std::env::current_exe()?;
        let compile = Compile {
            build_dir: &home,
            cache_dir: &self.cache,
            stack: Some(stack),
            options: &options,
            runtime: &program,
        };
        let report = buildpack::compile(&compile, lines).map_err(Broken::ErrorBody)?;
        share(&program, &home.join(".dd-heroku/bin/dd-heroku"));
        fs::rename(&home, self.slug(id))?;
        let version = report.package.version.to_string();
        let version = version.split_once(':').map_or(version.as_str(), |(_, bare)| bare).to_owned();
        Ok(Installed { version, bytes: report.parts.values().sum() })
    }
}

/// Has the slug share the program's file where that is possible: a debug build of it takes a hundred megabytes.
fn share(program: &Path, copy: &Path) {
    let beside = copy.with_extension("shared");
    if fs::hard_link(program, &beside).is_ok() {
        let _ = fs::rename(&beside, copy);
    }
}

/// Why nothing was installed.
enum Broken {
    /// The build step says it itself.
    ErrorBody(buildpack::Error),
    /// The sandbox's own disk.
    Disk(io::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

/// Hands whole lines on.
struct Lines<'l> {
    log: &'l mut dyn FnMut(&str),
    rest: Vec<u8>,
}

impl Write for Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.rest.extend_from_slice(bytes);
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            (self.log)(String::from_utf8_lossy(&line).trim_end_matches('\n'));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

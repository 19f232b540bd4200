//! The part of a build that is real: the app's source is unpacked, our own build step installs the sandbox's
//! stand-in Agent into it, and what comes out is kept as the slug, so that it can be booted. For Datadog's own buildpack
//! the rules, messages and dyno script are that one's ([`upstream`]).

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flate2::read::GzDecoder;

use super::packages;
use super::store;
use super::upstream;
use super::world::app::Config;
use crate::buildpack::{self, Compile, Options};
use crate::env::{self, Environment};
use crate::temporary;

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

/// Whose build step runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Datadog's buildpack.
    Datadog,
    /// Ours.
    Ours,
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
        step: Step,
        id: &str,
        stack: &str,
        config: &Config,
        source: &[u8],
        log: &mut dyn FnMut(&str),
    ) -> Option<Installed> {
        let mut lines = Lines { log, rest: Vec::new() };
        match self.attempt(step, id, stack, config, source, &mut lines) {
            Ok(installed) => Some(installed),
            Err(Broken::ErrorBody(error)) => {
                buildpack::tell(&error, &mut lines);
                None
            }
            Err(Broken::Disk(error)) => {
                let _ = writeln!(lines, " !     The sandbox cannot keep the slug: {error}");
                None
            }
            Err(Broken::Told) => None,
        }
    }

    fn attempt(
        &self,
        step: Step,
        id: &str,
        stack: &str,
        config: &Config,
        source: &[u8],
        lines: &mut Lines<'_>,
    ) -> Result<Installed, Broken> {
        fs::create_dir_all(&self.slugs)?;
        fs::create_dir_all(&self.cache)?;
        let work = temporary::Folder::inside(&self.slugs, store::WORK)?;
        let (home, env_dir) = (work.path().join("app"), work.path().join("env"));
        fs::create_dir(&env_dir)?;
        tar::Archive::new(GzDecoder::new(source)).unpack(&home)?;
        let asked = match step {
            Step::Datadog => Some(self.asked(stack, config, lines)?),
            Step::Ours => None,
        };
        let read_by_script = asked.as_ref().map(upstream::Asked::config);
        let config = read_by_script.as_ref().unwrap_or(config);
        for (name, value) in config.iter().filter(|(name, _)| !name.starts_with("DD_HEROKU_APT_")) {
            fs::write(env_dir.join(name), value)?;
        }
        let environment = self.environment(&home);
        let options = Options::read(Some(&env_dir), &environment).map_err(Broken::ErrorBody)?;
        let program = std::env::current_exe()?;
        let compile = Compile {
            env: &environment,
            build_dir: &home,
            cache_dir: &self.cache,
            stack: Some(stack),
            options: &options,
            runtime: &program,
            carried: None,
        };
        let report = match &asked {
            None => buildpack::compile(&compile, lines),
            Some(_) => buildpack::compile(&compile, &mut io::sink()),
        };
        let report = report.map_err(Broken::ErrorBody)?;
        if let Some(asked) = &asked {
            upstream::replace_runtime(&home, &program, asked)?;
            lines.print(&asked.installing());
        } else {
            share(&program, &home.join(".dd-heroku/bin/dd-heroku"));
        }
        fs::rename(&home, self.slug(id))?;
        let version = report.package.version.without_epoch();
        Ok(Installed { version, bytes: report.parts.values().sum() })
    }

    /// Where a build finds packages.
    fn environment(&self, home: &Path) -> Environment {
        let vars = [
            (env::DD_HEROKU_APT_URL, format!("{}/inside/apt/", self.base)),
            (env::DD_HEROKU_APT_KEYS_URL, format!("{}/inside/keys/", self.base)),
            (env::DD_HEROKU_APT_KEY_FINGERPRINTS, packages::fingerprint().to_owned()),
        ];
        let vars = vars.map(|(name, value)| (name.into(), value.into()));
        Environment::new(vars, Vec::new(), home.to_owned())
    }

    /// What Datadog's buildpack does before it installs: it reads the variables and looks the version up.
    fn asked(&self, stack: &str, config: &Config, lines: &mut Lines<'_>) -> Result<upstream::Asked, Broken> {
        let asked = upstream::Asked::read(config).map_err(|why| lines.refuse(&why))?;
        let cache = match upstream::is_cache_stale(&self.cache, stack, &asked)? {
            true => "Detected Stack and/or agent version changes, flushing cache",
            false => "Stack version and agent version haven't changed, reusing cache",
        };
        lines.print(&[
            format!("-----> {cache}"),
            "-----> Install gpg key for Datadog APT Repository".to_owned(),
            "-----> Updating apt caches for Datadog Agent".to_owned(),
        ]);
        let environment = self.environment(Path::new("/"));
        let options = Options::read(None, &environment).map_err(Broken::ErrorBody)?;
        let opened = buildpack::open(&options.endpoints).map_err(Broken::ErrorBody)?;
        let mut packages = opened.packages(asked.major).map_err(Broken::ErrorBody)?;
        packages.sort_by(|a, b| b.version.cmp(&a.version));
        let of = |name: &str| -> Vec<String> {
            let packages = packages.iter().filter(|package| package.name == name);
            packages.map(|package| package.version.without_epoch()).collect()
        };
        lines.print(&asked.warning());
        asked
            .find(&of(buildpack::HEROKU_PACKAGE), &of(buildpack::PLAIN_PACKAGE))
            .map_err(|why| lines.refuse(&why))?;
        lines.print(&[format!("-----> Downloading Datadog Agent {}", asked.version)]);
        Ok(asked)
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
    /// The log has it already.
    Told,
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

impl Lines<'_> {
    fn print(&mut self, lines: &[String]) {
        for line in lines {
            (self.log)(line);
        }
    }

    fn refuse(&mut self, why: &[String]) -> Broken {
        self.print(why);
        Broken::Told
    }
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

//! Copies the app's own checks and their configuration from its `datadog` folder into the Agent's. Files are copied as
//! they are, malformed ones too (named on stderr); those that `integrations add` marked are filled.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use crate::env::Environment;

use super::disk::{self, Failures, SECRET};
use super::fill;
use super::layout::Layout;
use super::notice::{Level, Notices};

/// The checks of databases and other services outside of the dyno: one dyno's answer is as good as another's.
const SERVICE_CHECKS: [&str; 10] = [
    "postgres",
    "redisdb",
    "mysql",
    "mongo",
    "elastic",
    "mcache",
    "rabbitmq",
    "kafka_consumer",
    "pgbouncer",
    "sqlserver",
];

/// How deep folders in `conf.d` are followed.
const DEPTH: u32 = 8;

/// A copy from one app's folder.
pub(super) struct Copy<'a> {
    /// The app's `datadog` folder.
    pub(super) app: &'a Path,
    /// Where to.
    pub(super) layout: &'a Layout,
    /// Where placeholders get their values.
    pub(super) env: &'a Environment,
    /// Whether this dyno runs the checks of databases.
    pub(super) leads: bool,
    /// What is said.
    pub(super) notices: Notices,
    /// What could not be written.
    pub(super) failures: &'a mut Failures,
}

impl Copy<'_> {
    /// Copies everything: `conf.d/NAME/…` whole, `conf.d/NAME.yaml` (the old form) to `NAME.d/conf.yaml`,
    /// `checks.d/*.py` to `checks.d`, `checks.d/*.yaml` to `conf.d`.
    pub(super) fn run(&mut self) {
        let conf = self.layout.conf.join("conf.d");
        let mut entries = self.list(&self.app.join("conf.d"));
        entries.retain(|path| !file_name(path).starts_with('.'));
        for source in entries.iter().filter(|path| path.is_dir()) {
            let name = file_name(source);
            if self.is_enabled(name.strip_suffix(".d").unwrap_or(&name)) {
                self.copy_folder(source, &conf.join(&name), DEPTH);
            }
        }
        for source in entries.iter().filter(|path| path.is_file() && is(path, "yaml")) {
            let name = file_name(&source.with_extension(""));
            if self.is_enabled(&name) {
                self.copy_file(source, &conf.join(format!("{name}.d/conf.yaml")));
            }
        }
        let checks = self.list(&self.app.join("checks.d"));
        let is_check = |path: &&PathBuf| path.is_file() && !file_name(path).starts_with('.');
        for source in checks.iter().filter(is_check) {
            if is(source, "yaml") {
                self.copy_file(source, &conf.join(file_name(source)));
            } else if is(source, "py") {
                self.copy_file(source, &self.layout.conf.join("checks.d").join(file_name(source)));
            }
        }
    }

    fn is_enabled(&self, check: &str) -> bool {
        self.leads || !SERVICE_CHECKS.contains(&check)
    }

    /// What a folder holds, in the order of names. A folder that is not there holds nothing.
    fn list(&self, folder: &Path) -> Vec<PathBuf> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
            Err(error) => {
                self.notices.say(Level::Warn, &format!("`{}` cannot be read: {error}", folder.display()));
                return Vec::new();
            }
        };
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort_unstable();
        paths
    }

    fn copy_folder(&mut self, source: &Path, target: &Path, depth: u32) {
        if depth == 0 {
            return;
        }
        self.failures.note(target, fs::create_dir_all(target));
        for path in self.list(source) {
            let target = target.join(file_name(&path));
            match fs::read_link(&path) {
                Ok(link) if !path.exists() => self.failures.note(&target, copy_link(&link, &target)),
                _ if path.is_dir() => self.copy_folder(&path, &target, depth - 1),
                _ if path.is_file() => self.copy_file(&path, &target),
                // Reading a pipe would hold the boot.
                _ => {}
            }
        }
    }

    fn copy_file(&mut self, source: &Path, target: &Path) {
        let bytes = match fs::read(source) {
            Ok(bytes) => bytes,
            Err(error) => {
                return self
                    .notices
                    .say(Level::Warn, &format!("`{}` cannot be read: {error}", source.display()));
            }
        };
        let mode = fs::metadata(source).map_or(disk::PUBLIC, |data| data.permissions().mode() & 0o777);
        let text = if is(source, "yaml") { str::from_utf8(&bytes).ok() } else { None };
        match text {
            Some(text) if fill::is_marked(text) => self.fill_file(source, text, target),
            _ => {
                if is(source, "yaml")
                    && let Some(why) = malformed(&bytes)
                {
                    let text = format!("`{}` is no valid YAML ({why}); copied as it is", source.display());
                    self.notices.say(Level::Warn, &text);
                }
                self.failures.note(target, disk::write(target, &bytes, mode | 0o600));
            }
        }
    }

    fn fill_file(&mut self, source: &Path, text: &str, target: &Path) {
        let value = |name: &str| self.env.raw(name).map(|value| value.to_string_lossy().into_owned());
        let filled = fill::fill(text, |name| match name.strip_suffix(".file") {
            Some(name) => {
                let file = target.with_file_name(format!("{name}.pem"));
                disk::write(&file, value(name)?.as_bytes(), SECRET).ok()?;
                Some(file.to_string_lossy().into_owned())
            }
            None => value(name),
        });
        for placeholder in &filled.missing {
            let name = placeholder.split('.').next().unwrap_or_default();
            let what = if self.env.raw(name).is_some() { "does not lead to a value" } else { "is not set" };
            let text = format!("`{}` leaves an instance out: {placeholder} {what}", source.display());
            self.notices.say(Level::Warn, &text);
        }
        if let Some(text) = filled.text {
            self.failures.note(target, disk::write(target, text.as_bytes(), SECRET));
        }
    }
}

/// Why a text is not YAML, without any of it.
fn malformed(bytes: &[u8]) -> Option<String> {
    let Ok(text) = str::from_utf8(bytes) else { return Some("not UTF-8".into()) };
    let mut parser = granit_parser::Parser::new_from_str(text);
    parser.find_map(std::result::Result::err).map(|error| format!("line {}", error.marker().line()))
}

fn copy_link(link: &Path, target: &Path) -> io::Result<()> {
    let _ = fs::remove_file(target);
    symlink(link, target)
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn is(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|actual| actual == extension)
}

//! The Agent's own Python: which one it is, where its modules are, and the links that its tools are found by.

use std::fs;
use std::path::Path;

use super::disk::{self, Failures};
use super::layout::Layout;

/// One of the Pythons in the Agent's package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Python {
    /// 2 or 3.
    pub(super) major: u32,
    minor: u32,
}

impl Python {
    /// The Python to use: the major version that is asked for if it is there, else that of the Agent's line, else any.
    pub(super) fn find(layout: &Layout, asked: Option<u32>, agent_major: u32) -> Option<Self> {
        let entries = fs::read_dir(layout.embedded().join("lib")).ok()?;
        let mut all: Vec<_> = entries
            .flatten()
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .filter_map(|entry| Self::parse(entry.file_name().to_str()?))
            .collect();
        all.sort_unstable_by_key(|python| (python.major, python.minor));
        let usual = if agent_major == 6 { 2 } else { 3 };
        let of_major = |major| all.iter().rfind(|python| python.major == major);
        asked.and_then(of_major).or_else(|| of_major(usual)).or_else(|| all.last()).cloned()
    }

    fn parse(folder: &str) -> Option<Self> {
        let (major, minor) = folder.strip_prefix("python")?.split_once('.')?;
        let major = major.parse().ok().filter(|major| matches!(major, 2 | 3))?;
        Some(Self { major, minor: minor.parse().ok()? })
    }

    /// The name of its folder, `python3.12`.
    pub(super) fn folder(&self) -> String {
        format!("python{}.{}", self.major, self.minor)
    }

    /// The eggs of pip and setuptools, where the Agent has them.
    fn eggs(&self, layout: &Layout) -> Vec<String> {
        let packages = layout.embedded().join("lib").join(self.folder()).join("site-packages");
        let mut names: Vec<_> = fs::read_dir(&packages)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| {
                name.ends_with("egg") && (name.starts_with("pip") || name.starts_with("setuptools"))
            })
            .collect();
        names.sort_unstable_by(|a, b| b.cmp(a));
        names.iter().map(|name| packages.join(name).to_string_lossy().into_owned()).collect()
    }

    /// Makes `python` and `pip` the names of this Python's tools.
    pub(super) fn link(&self, layout: &Layout, failures: &mut Failures) {
        let bin = layout.embedded().join("bin");
        let tools: &[&str] = if self.major == 3 { &["python", "python-config", "pip"] } else { &["pip"] };
        for tool in tools {
            let target = match tool.split_once('-') {
                Some((tool, rest)) => format!("{tool}{}-{rest}", self.major),
                None => format!("{tool}{}", self.major),
            };
            if bin.join(&target).exists() {
                failures.note(&bin.join(tool), disk::link(&bin.join(tool), &target));
            }
        }
    }
}

/// `PYTHONPATH` of the agents.
pub(super) fn path(layout: &Layout, python: Option<&Python>) -> String {
    let lib = layout.embedded().join("lib");
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let mut all = vec![text(&lib), text(&layout.bin().join("dist"))];
    if let Some(python) = python {
        let modules = lib.join(python.folder());
        all.extend(["lib-dynload", "lib-tk", "plat-linux2"].map(|part| text(&modules.join(part))));
        all.extend([text(&modules), text(&modules.join("site-packages"))]);
        all.extend(python.eggs(layout));
    }
    all.join(":")
}

/// Gives the Agent's OpenSSL its certificates where it looks for them.
pub(super) fn link_certificates(layout: &Layout, failures: &mut Failures) {
    let ssl = layout.embedded().join("ssl");
    if ssl.is_dir() {
        let link = ssl.join("cert.pem");
        failures.note(&link, disk::link(&link, "certs/cacert.pem"));
    }
}

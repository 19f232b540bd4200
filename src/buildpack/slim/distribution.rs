//! The Python packages of an Agent, as pip recorded them: `*.dist-info/METADATA` says what each needs, `RECORD` its files.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use pep508_rs::{ExtraName, MarkerEnvironment, Requirement, VerbatimUrl};

/// A package of Python's.
#[derive(Clone, Debug, Default)]
pub(super) struct Distribution {
    /// Its name in the normal form: `datadog-checks-base`.
    pub(super) name: String,
    /// What it needs.
    pub(super) needs: Vec<Need>,
    /// Its files below `site-packages`, and beside it (`../../../bin/…`), as paths from `site-packages`.
    pub(super) files: Vec<PathBuf>,
}

/// A line `Requires-Dist`.
#[derive(Clone, Debug)]
pub(super) enum Need {
    Read(Box<Requirement<VerbatimUrl>>),
    /// One in a form of its own: it is taken to hold always.
    Named(String),
}

impl Need {
    fn parse(text: &str) -> Option<Self> {
        if let Ok(requirement) = Requirement::from_str(text) {
            return Some(Self::Read(Box::new(requirement)));
        }
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c)).unwrap_or(text.len());
        Some(normal(&text[..end])).filter(|name| !name.is_empty()).map(Self::Named)
    }

    /// The package that is needed on this machine, when these extras of the package that needs it were asked for, and the
    /// extras of the needed one.
    pub(super) fn of(
        &self,
        extras: &BTreeSet<String>,
        machine: &MarkerEnvironment,
    ) -> Option<(String, Vec<String>)> {
        let requirement = match self {
            Self::Named(name) => return Some((name.clone(), Vec::new())),
            Self::Read(requirement) => requirement,
        };
        let extras: Vec<ExtraName> =
            extras.iter().filter_map(|extra| ExtraName::from_str(extra).ok()).collect();
        let more = requirement.extras.iter().map(ToString::to_string).collect();
        requirement.evaluate_markers(machine, &extras).then(|| (requirement.name.to_string(), more))
    }
}

impl Distribution {
    #[cfg(test)]
    pub(super) fn of_metadata(metadata: &str) -> Self {
        Self::parse(metadata, "").expect("it has a name")
    }

    fn parse(metadata: &str, record: &str) -> Option<Self> {
        // The description comes after an empty line.
        let headers = metadata.lines().take_while(|line| !line.trim().is_empty());
        let field = |name: &'static str| {
            headers.clone().filter_map(move |line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
        };
        let name = normal(field("Name").next()?);
        let needs = field("Requires-Dist").filter_map(Need::parse).collect();
        let files = record.lines().filter_map(file).collect();
        Some(Self { name, needs, files })
    }

    /// What can be imported from it: `redis`, and `datadog_checks.redisdb` in a folder that packages share.
    pub(super) fn modules(&self) -> BTreeSet<String> {
        let names = self.files.iter().filter_map(|file| {
            let mut parts = file.components().filter_map(|part| match part {
                Component::Normal(part) => part.to_str(),
                _ => None,
            });
            let (first, second) = (parts.next()?, parts.next());
            if file.starts_with("..") || first.ends_with(".dist-info") {
                return None;
            }
            match second {
                Some(second) if SHARED.contains(&first) => Some(format!("{first}.{}", stem(second))),
                _ => Some(stem(first).to_owned()),
            }
        });
        names.collect()
    }
}

/// Folders that several packages put something into.
const SHARED: [&str; 3] = ["datadog_checks", "google", "azure"];

fn stem(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// All packages in a folder of Python's.
pub(super) fn read_all(site_packages: &Path) -> io::Result<Vec<Distribution>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(site_packages)? {
        let folder = entry?.path();
        if folder.extension().is_some_and(|end| end == "dist-info") {
            let read = |name: &str| {
                fs::read(folder.join(name)).map(|text| String::from_utf8_lossy(&text).into_owned())
            };
            // One without a record of its files cannot be taken out: it is not known here, and stays.
            if let (Ok(metadata), Ok(record)) = (read("METADATA"), read("RECORD")) {
                all.extend(Distribution::parse(&metadata, &record));
            }
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

/// The path in a line of RECORD: `path,hash,size`, quoted where it has a comma or a quote. Paths that lead out of the
/// Agent's Python are left alone.
fn file(line: &str) -> Option<PathBuf> {
    let path = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once("\",").map(|(path, _)| path.replace("\"\"", "\""))?,
        None => line.split(',').next()?.to_owned(),
    };
    let path = PathBuf::from(path);
    let up = path.components().take_while(|part| *part == Component::ParentDir).count();
    let is_plain = path.components().skip(up).all(|part| matches!(part, Component::Normal(_)));
    let is_program = up == 3 && path.components().nth(3) == Some(Component::Normal("bin".as_ref()));
    (is_plain && (up == 0 || is_program) && path.components().next().is_some()).then_some(path)
}

/// A name in the form in which names are compared: `Foo_Bar` is `foo-bar`.
pub(super) fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.trim().chars() {
        let c = if "-_.".contains(c) { '-' } else { c.to_ascii_lowercase() };
        if c != '-' || !normal.ends_with('-') {
            normal.push(c);
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_read_from_what_pip_recorded() {
        let metadata = "Metadata-Version: 2.3\nName: Foo_Bar\nProvides-Extra: deps\n\
            Requires-Dist: PyYAML (>=3.12)\nRequires-Dist: redis==5.0.1; extra == 'deps'\n\
            Requires-Dist: odd name with > words\n\nRequires-Dist: of-the-description\n";
        let record = "foo/__init__.py,sha256=x,1\n\"foo/a,b.py\",sha256=y,2\n../../../bin/foo,,\n../../../../etc/x,,\n/abs,,\n\
            foo/../../x,,\ndatadog_checks/foo/x.py,,\nfoo_bar-1.dist-info/RECORD,,\nmmh3.cpython-313.so,,\n";
        let foo = Distribution::parse(metadata, record).unwrap();
        assert_eq!(foo.name, "foo-bar");
        assert_eq!(foo.needs.len(), 3);
        let files: Vec<_> = foo.files.iter().map(|file| file.to_str().unwrap()).collect();
        assert_eq!(
            files,
            [
                "foo/__init__.py",
                "foo/a,b.py",
                "../../../bin/foo",
                "datadog_checks/foo/x.py",
                "foo_bar-1.dist-info/RECORD",
                "mmh3.cpython-313.so"
            ]
        );
        assert_eq!(foo.modules(), BTreeSet::from(["datadog_checks.foo".into(), "foo".into(), "mmh3".into()]));
    }
}

//! Which checks the app is seen to use when its slug is built: by its configuration, its own checks, its script, and its
//! config vars. Reads files of the app and of the package, and guesses nothing: what is set later is named at boot.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::buildpack::options::Slim;

/// The package's own configuration.
const PACKAGE_CONF: &str = "etc/datadog-agent/conf.d";

/// What the app uses.
#[derive(Debug, Default)]
pub(super) struct Roots {
    /// Names of checks.
    pub(super) checks: BTreeSet<String>,
    /// Modules that the app's own checks import: `redis`, `datadog_checks.nginx`.
    pub(super) modules: BTreeSet<String>,
    /// The app's own checks.
    pub(super) custom: Vec<PathBuf>,
    /// Everything that configures a check, in small letters.
    pub(super) configuration: String,
    /// Something installs further packages: pip and what the Agent downloads with must stay.
    pub(super) installs: bool,
    /// A check runs in Java.
    pub(super) java: bool,
}

/// Checks that run in Java.
const JAVA: [&str; 20] = [
    "activemq",
    "cassandra",
    "confluent_platform",
    "druid",
    "hazelcast",
    "hdfs_jmx",
    "hive",
    "hivemq",
    "hudi",
    "ignite",
    "java",
    "jboss_wildfly",
    "jmx",
    "kafka",
    "kafka_consumer_jmx",
    "presto",
    "solr",
    "sonarqube",
    "tomcat",
    "weblogic",
];

impl Roots {
    /// Looks at the app in `home` and at the package in `apt`.
    pub(super) fn find(slim: &Slim, home: &Path, apt: &Path) -> Self {
        let mut roots = Self::default();
        let app = home.join(slim.folder.trim_start_matches("/app/").trim_matches('/'));
        roots.checks.extend(slim.checks.iter().cloned());
        // The Agent runs these without being told to.
        for (check, files) in configurations(&apt.join(PACKAGE_CONF)) {
            if files.iter().any(|file| file.extension().is_some_and(|end| end == "default")) {
                roots.checks.insert(check);
            }
        }
        for (check, files) in configurations(&app.join("conf.d")) {
            roots.checks.insert(check);
            for text in files.iter().map(read) {
                roots.configuration.push_str(&text);
                roots.configuration.push('\n');
            }
        }
        for path in list(&app.join("checks.d")) {
            if path.extension().is_some_and(|end| end == "py") {
                roots.modules.extend(imports(&read(&path)));
                roots.custom.push(path);
            }
        }
        let script = read(app.join("prerun.sh"));
        roots.checks.extend(named_in_paths(&script));
        roots.installs = script.contains("integration install")
            || script.contains("# install: ")
            || script.contains("pip ");
        roots.configuration.push_str(&script);
        roots.configuration.make_ascii_lowercase();
        roots.java =
            roots.configuration.contains("jmx") || JAVA.iter().any(|check| roots.checks.contains(*check));
        roots
    }
}

/// Whether one of these checks runs in Java.
pub(super) fn run_in_java(checks: &[String]) -> bool {
    checks.iter().any(|check| JAVA.contains(&check.as_str()))
}

/// The checks that a folder `conf.d` configures, with the files of each.
fn configurations(folder: &Path) -> Vec<(String, Vec<PathBuf>)> {
    list(folder)
        .into_iter()
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?;
            if path.is_dir() {
                return Some((name.strip_suffix(".d").unwrap_or(name).to_owned(), list(&path)));
            }
            let check = [".yaml", ".yml", ".yaml.default"].iter().find_map(|end| name.strip_suffix(end))?;
            Some((check.to_owned(), vec![path.clone()]))
        })
        .collect()
}

/// The checks whose configuration a script writes or copies: `conf.d/nginx.d/…`.
fn named_in_paths(script: &str) -> BTreeSet<String> {
    let names = script.match_indices("conf.d/").filter_map(|(at, folder)| {
        let rest = &script[at + folder.len()..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        Some(rest[..end].to_owned()).filter(|name| !name.is_empty())
    });
    names.collect()
}

/// The modules that Python imports, wherever in a file: `import a.b, c as d`, `from e.f import g`.
fn imports(source: &str) -> BTreeSet<String> {
    let mut modules = BTreeSet::new();
    for line in source.lines().map(str::trim_start) {
        if let Some(names) = line.strip_prefix("import ") {
            let names = names.split('#').next().unwrap_or_default().split(',');
            modules.extend(names.filter_map(|name| name.split_whitespace().next()).filter_map(root));
        } else if let Some((module, names)) =
            line.strip_prefix("from ").and_then(|rest| rest.split_once(" import "))
        {
            let module = module.trim();
            if module == "datadog_checks" {
                let names = names.split(['(', ')', ',']).filter_map(|name| name.split_whitespace().next());
                modules.extend(names.map(|name| format!("datadog_checks.{name}")));
            } else if !module.starts_with('.') {
                modules.extend(root(module));
            }
        }
    }
    modules
}

/// What must be installed for a module: its first part, and two parts of what packages share.
fn root(module: &str) -> Option<String> {
    let mut parts = module.trim_end_matches(';').split('.');
    let first = parts.next().filter(|first| !first.is_empty())?;
    match parts.next() {
        Some(second) if ["datadog_checks", "google", "azure"].contains(&first) => {
            Some(format!("{first}.{second}"))
        }
        _ => Some(first.to_owned()),
    }
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn imports_are_found_wherever_they_are() {
        let source = "import os, redis.asyncio as r  # import no\nfrom datadog_checks.base import AgentCheck\n\
            from datadog_checks import nginx, (php_fpm)\ndef f():\n    from google.protobuf import x\n    import a.b; x\n\
            from . import mine\nimportant = 1\n";
        let expected = [
            "a",
            "datadog_checks.base",
            "datadog_checks.nginx",
            "datadog_checks.php_fpm",
            "google.protobuf",
            "os",
            "redis",
        ];
        assert_eq!(imports(source), set(&expected));
    }

    #[test]
    fn a_script_names_checks_by_the_paths_it_writes() {
        let script = "cp x \"$DD_CONF_DIR/conf.d/nginx.d/conf.yaml\"\nmv $DD_CONF_DIR/conf.d/mcache.yaml y\nls conf.d/";
        assert_eq!(named_in_paths(script), set(&["mcache", "nginx"]));
    }
}

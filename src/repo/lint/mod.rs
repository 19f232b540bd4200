//! Reads a checkout's `datadog/` folder for what will not work on a dyno, or should not be in a repository. Pure: it is
//! given paths and texts. A finding never shows the content of a file where that could be a secret.

mod checks;
mod conf;
mod instance;
mod layout;
mod logs;
mod paths;
mod placeholders;
mod prerun;
mod python;
mod secrets;
mod sections;
mod shell;
mod slugignore;

use crate::app::conf_folder::ConfFolder;
pub use crate::app::findings::explanations::Severity;

/// A file of the checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path in the checkout, with `/` between the parts.
    pub path: String,
    /// What it holds, with what is not UTF-8 replaced.
    pub text: String,
}

/// A problem to fix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file.
    pub path: String,
    /// The line, counted from 1, where one line is meant.
    pub line: Option<usize>,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, and what it leads to.
    pub message: String,
    /// What to do.
    pub fix: Option<String>,
}

impl Finding {
    /// The same with the paths that the app's files really have.
    pub fn at(self, folder: &ConfFolder) -> Self {
        if self.path == slugignore::PATH {
            // Its lines name real paths.
            return self;
        }
        let Self { path, line, severity, message, fix } = self;
        let (path, message) = (folder.real(&path), folder.in_message(&message));
        Self { path, line, severity, message, fix: fix.map(|fix| folder.in_message(&fix)) }
    }

    fn of(
        file: &File,
        line: impl Into<Option<usize>>,
        severity: Severity,
        message: impl Into<String>,
    ) -> Self {
        Self { path: file.path.clone(), line: line.into(), severity, message: message.into(), fix: None }
    }

    fn error(file: &File, line: impl Into<Option<usize>>, message: impl Into<String>) -> Self {
        Self::of(file, line, Severity::Error, message)
    }

    fn warning(file: &File, line: impl Into<Option<usize>>, message: impl Into<String>) -> Self {
        Self::of(file, line, Severity::Warning, message)
    }

    fn info(file: &File, line: impl Into<Option<usize>>, message: impl Into<String>) -> Self {
        Self::of(file, line, Severity::Info, message)
    }

    /// A file that its interpreter cannot read.
    pub(super) fn syntax(file: &File, line: usize, language: &str) -> Self {
        Self::error(file, line, format!("{language} cannot read it: a syntax error"))
    }

    /// A link that leads out of the checkout, or nowhere.
    pub fn dead_link(path: String) -> Self {
        let message = "is a link to nothing in the repository, so no dyno has what it leads to".to_owned();
        let fix = Some(format!(
            "replace it by a copy, or by a relative link to a folder of the repository: rm {path}"
        ));
        Self { path, line: None, severity: Severity::Error, message, fix }
    }

    fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

/// The problems of these files of one checkout, by path and line. The files have their usual paths; `folder` is where they
/// really are.
pub fn lint(files: &[File], folder: &ConfFolder) -> Vec<Finding> {
    let prerun = placeholders::Prerun::of(files);
    let mut findings = layout::lint(files, &prerun);
    findings.extend(slugignore::lint(files, folder));
    findings.extend(checks::lint(files));
    let values = secrets::values(files, &prerun);
    for file in files {
        findings.extend(secrets::lint(file, &values, &prerun));
        findings.extend(paths::lint(file));
        match Place::of(&file.path) {
            Place::Conf { check } | Place::Check { check, yaml: true } => {
                findings.extend(conf::lint(file, check, files, &prerun));
            }
            Place::Prerun => {
                findings.extend(prerun::lint(file));
                findings.extend(sections::lint(file));
            }
            _ => {}
        }
    }
    findings.sort();
    findings.dedup();
    findings
}

/// A check of the app's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custom {
    /// Its name.
    pub name: String,
    /// Its code and its configuration.
    pub files: Vec<String>,
}

/// The checks of `checks.d`, by name.
pub fn custom_checks(files: &[File]) -> Vec<Custom> {
    let is_check = |file: &&File| {
        matches!(Place::of(&file.path), Place::Check { yaml: false, .. }) && !checks::is_helper(&file.text)
    };
    files
        .iter()
        .filter(is_check)
        .filter_map(|code| match Place::of(&code.path) {
            Place::Check { check: name, yaml: false } => {
                let is_of_check = |file: &&File| matches!(Place::of(&file.path), Place::Check { check, .. } | Place::Conf { check } if check == name);
                let paths = files.iter().filter(is_of_check).map(|file| file.path.clone()).collect();
                Some(Custom { name: name.to_owned(), files: paths })
            }
            _ => None,
        })
        .collect()
}

/// What a path under `datadog/` is to the boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place<'p> {
    /// Configuration of a check, `conf.d/NAME.d/*.yaml` or the old `conf.d/NAME.yaml`.
    Conf { check: &'p str },
    /// `checks.d/NAME.py` or `checks.d/NAME.yaml`.
    Check { check: &'p str, yaml: bool },
    /// `prerun.sh`.
    Prerun,
    /// Something else.
    Other,
}

impl<'p> Place<'p> {
    fn of(path: &'p str) -> Self {
        match path.split('/').collect::<Vec<_>>().as_slice() {
            ["datadog", "prerun.sh"] => Self::Prerun,
            ["datadog", "conf.d", file] => {
                let check = file
                    .strip_suffix(".yaml")
                    .filter(|check| !matches!(*check, "conf" | "config" | "system-probe" | "security-agent"));
                check.map_or(Self::Other, |check| Self::Conf { check })
            }
            ["datadog", "conf.d", folder, file] if is_configuration(file) => {
                folder.strip_suffix(".d").map_or(Self::Other, |check| Self::Conf { check })
            }
            ["datadog", "checks.d", file] => match file.rsplit_once('.') {
                Some((check, "py")) => Self::Check { check, yaml: false },
                Some((check, "yaml")) => Self::Check { check, yaml: true },
                _ => Self::Other,
            },
            _ => Self::Other,
        }
    }
}

/// Whether the Agent reads a file of a check's folder as configuration.
fn is_configuration(file: &str) -> bool {
    let file = file.strip_suffix(".default").unwrap_or(file);
    matches!(file.rsplit_once('.'), Some((_, "yaml" | "yml")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::datadog::integrations::{self, Type, conf};

    /// The findings of files given as path and text, as `path:line severity message`.
    pub(super) fn messages(files: &[(&str, &str)]) -> Vec<String> {
        let file = |(path, text): &(&str, &str)| File { path: (*path).into(), text: (*text).into() };
        let files: Vec<_> = files.iter().map(file).collect();
        let shown = |finding: Finding| {
            let line = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
            format!("{}{line} {} {}", finding.path, finding.severity.as_str(), finding.message)
        };
        lint(&files, &ConfFolder::default()).into_iter().map(shown).collect()
    }

    #[test]
    fn what_this_program_writes_has_nothing_to_fix() {
        for entry in integrations::all().iter().filter(|entry| entry.check.is_some()) {
            let mut instance = conf::usual(entry);
            for option in conf::missing(entry, &instance.clone()) {
                let value = match option.kind {
                    Type::Int | Type::Float => json!(1),
                    Type::Texts => json!(["x"]),
                    _ => json!("x"),
                };
                instance.insert(option.name.clone(), value);
            }
            let filled = entry
                .sources
                .iter()
                .map(|source| instance.clone().into_iter().chain(source.set.clone()).collect());
            let instances: Vec<_> = std::iter::once(instance.clone()).chain(filled).collect();
            let text = conf::render(entry, &instances);
            let path = format!("{}/conf.yaml", entry.folder().expect("it has a check"));
            let prerun = crate::app::prerun::Block { fill: true, ..Default::default() }
                .put_into(None)
                .expect("a file");
            assert_eq!(messages(&[(&path, &text), ("datadog/prerun.sh", &prerun)]), [""; 0], "{text}");
        }
    }
}

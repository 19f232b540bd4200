//! The tests that Python packages bring along: folders `tests` that nothing else in their package names.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::shelf::Shelf;

/// Whom they belong to, and what the report calls them.
pub(super) const OWNER: &str = "tests";
const PART: &str = "tests of packages";
const FOLDER: &str = "tests";

/// Whether a module is, or is in, such a folder.
pub(super) fn is_in_tests(module: &str) -> bool {
    module.split('.').any(|part| part == FOLDER)
}

/// Puts the tests of all packages in a folder of Python's aside.
pub(super) fn leave_out(shelf: &mut Shelf<'_>, site: &Path) -> io::Result<()> {
    for entry in fs::read_dir(site)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            continue;
        }
        let (mut tests, mut sources) = (Vec::new(), Vec::new());
        look(&entry.path(), &mut tests, &mut sources)?;
        // Some packages import parts of their tests, such as a server to try things with.
        if tests.is_empty() || sources.iter().any(|source| names_tests(source)) {
            continue;
        }
        for folder in tests {
            shelf.take(OWNER, PART, &folder)?;
        }
    }
    Ok(())
}

/// The folders of tests below `folder`, and the sources beside them.
fn look(folder: &Path, tests: &mut Vec<PathBuf>, sources: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if !entry.file_type()?.is_dir() {
            if path.extension() == Some(OsStr::new("py")) {
                sources.push(path);
            }
        } else if entry.file_name() == FOLDER {
            tests.push(path);
        } else {
            look(&path, tests, sources)?;
        }
    }
    Ok(())
}

/// Whether a source has a word `tests` in a line that imports, or as a part of a module's name.
fn names_tests(source: &Path) -> bool {
    let Ok(text) = fs::read(source) else { return true };
    let text = String::from_utf8_lossy(&text);
    let is_named = |line: &str| {
        let imports = line.trim_start().starts_with("import ") || line.trim_start().starts_with("from ");
        let is_part = |part: &str| part == FOLDER;
        (imports && line.split(|c: char| !c.is_alphanumeric() && c != '_').any(is_part))
            || line.contains(".tests\"")
            || line.contains(".tests'")
            || line.contains(".tests.")
    };
    text.contains(FOLDER) && text.lines().any(is_named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_that_a_package_imports_itself_are_its_own_business() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.py");
        for (source, named) in [
            ("import os\n", false),
            ("# it has tests\nlatest = contests = 1\n", false),
            ("    from .tests import server\n", true),
            ("from a import b, tests\n", true),
            ("import a.tests.b as c\n", true),
            ("importlib.import_module('a.tests')\n", true),
        ] {
            fs::write(&path, source).unwrap();
            assert_eq!(names_tests(&path), named, "{source}");
        }
        assert!(is_in_tests("a.tests.b") && !is_in_tests("a.contests"));
    }
}

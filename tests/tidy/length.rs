//! How long files may be.

use std::fs;

use super::source::{Source, package, rust_files};

/// The longest a file may be, in lines.
const LONGEST: usize = 400;

/// The longest a verb's file may be: more than that is logic that belongs elsewhere.
const LONGEST_VERB: usize = 150;

#[test]
fn files_stay_short() {
    let mut long = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for path in rust_files(&package().join(folder)) {
            let lines = fs::read_to_string(&path).expect("a source file").lines().count();
            if lines > LONGEST {
                long.push(format!("{}: {lines} lines, {LONGEST} at most", path.display()));
            }
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn files_of_verbs_stay_shorter() {
    let source = Source::get();
    // The list of the verbs is not a verb.
    let is_verb = |name: &[String]| name.len() > 1 && name[0] == "commands";
    let long = source.modules.values().filter(|module| is_verb(&module.name) && module.lines > LONGEST_VERB);
    let wrong: Vec<_> = long
        .map(|module| format!("{}: {} lines, {LONGEST_VERB} at most", module.file.display(), module.lines))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_architecture_fits_on_a_few_screens() {
    let text = fs::read_to_string(package().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    assert!(text.lines().count() <= 150);
}

//! Names of environment variables stand in `src/env.rs`, and those of options that nothing but the catalogue knows in
//! `src/datadog/options/catalogue`. Everywhere else they go by their constants.

use std::fs;

use super::source::{Source, package};

/// How a variable's name begins that the constants are for.
const BEGINNINGS: [&str; 4] = ["DD_", "HEROKU_", "DATADOG_", "XDG_"];

#[test]
fn names_of_variables_stand_in_one_place() {
    let source = Source::get();
    let constants = constants();
    let catalogue = ["datadog", "options", "catalogue"].map(str::to_owned);
    let mut wrong = Vec::new();
    for module in source.program().filter(|module| module.name != ["env"]) {
        for (line, text) in &module.texts {
            let is_name = text.contains('_')
                && !text.ends_with('_')
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
            let is_ours = BEGINNINGS.iter().any(|start| text.starts_with(start)) || constants.contains(text);
            let is_data = module.name.starts_with(&catalogue) && !constants.contains(text);
            if !is_name || !is_ours || is_data {
                continue;
            }
            wrong.push(format!("{}:{line}: \"{text}\"", module.file.display()));
        }
    }
    assert!(wrong.is_empty(), "{} literals:\n{}", wrong.len(), wrong.join("\n"));
}

/// The variables of `src/env.rs`: the lines of its list.
fn constants() -> Vec<String> {
    let text = fs::read_to_string(package().join("src/env.rs")).expect("src/env.rs");
    let (_, list) = text.split_once("\nvariables! {").expect("the list of variables");
    let names: Vec<_> = list
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//"))
        .filter_map(|line| line.strip_suffix(';'))
        .map(str::to_owned)
        .collect();
    assert!(names.len() > 50, "{names:?}");
    names
}

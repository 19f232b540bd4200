//! Documents that name tests name tests that exist.

use std::collections::BTreeSet;
use std::fs;

use super::source::{package, rust_files};

#[test]
fn the_tests_that_the_security_page_names_exist() {
    let page = fs::read_to_string(package().join("docs/security.md")).unwrap();
    let table = page.split("## Hostile inputs").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(1);
    let named: BTreeSet<_> = rows
        .flat_map(|row| row.rsplit('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2))
        .collect();
    assert!(named.len() >= 30, "{}", named.len());
    let mut text = String::new();
    for folder in ["src", "tests"] {
        for path in rust_files(&package().join(folder)) {
            text += &fs::read_to_string(path).unwrap();
        }
    }
    let missing: Vec<_> = named.iter().filter(|name| !text.contains(&format!("fn {name}()"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

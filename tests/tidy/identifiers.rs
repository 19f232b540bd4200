//! Names of variables, fields, functions and types are the field's terms: these say nothing about what they hold.

use std::fs;

use proc_macro2::{TokenStream, TokenTree};

use super::source::{package, rust_files};

/// Not this, but a term such as that.
const VAGUE: [(&str, &str); 11] = [
    ("found", "what it is, or matching"),
    ("is_found", "is_reported, exists"),
    ("is_there", "exists, is_set"),
    ("is_wanted", "is_requested, is_enabled"),
    ("one", "the element's name"),
    ("own", "whose it is"),
    ("there", "existing"),
    ("told", "message, report"),
    ("told_us", "message"),
    ("wanted", "desired, requested, expected"),
    ("wish", "desired"),
];

#[test]
fn names_say_what_they_hold() {
    let mut wrong = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for path in rust_files(&package().join(folder)) {
            let text = fs::read_to_string(&path).expect("a source file");
            let tokens: TokenStream =
                text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = path.strip_prefix(package()).expect("in the package").display().to_string();
            check(tokens, &mut |line, word, instead| {
                wrong.push(format!("{name}:{line}: `{word}`: {instead}"));
            });
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Reports each identifier that is vague, in macros too.
fn check(tokens: TokenStream, report: &mut dyn FnMut(usize, &str, &str)) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => check(group.stream(), report),
            TokenTree::Ident(ident) => {
                if let Some((word, instead)) = VAGUE.iter().find(|(word, _)| ident == word) {
                    report(ident.span().start().line, word, instead);
                }
            }
            TokenTree::Literal(_) | TokenTree::Punct(_) => {}
        }
    }
}

#[test]
fn a_vague_name_is_reported() {
    let mut lines = Vec::new();
    let tokens = "let found = 1;\nassert!(told.is_some());".parse().expect("tokens");
    check(tokens, &mut |line, word, _| lines.push((line, word.to_owned())));
    assert_eq!(lines, [(1, "found".to_owned()), (2, "told".to_owned())]);
}

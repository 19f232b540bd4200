//! What differs from run to run, by a name in its place.

use std::path::Path;

use regex::Regex;

/// Replaces folders, the sandbox's address, times, durations, ids and one-off dynos.
pub(super) fn redact(screen: &str, folders: &[(&Path, &str)], url: &str) -> String {
    let mut text = screen.to_owned();
    for (folder, name) in folders {
        text = text.replace(&*folder.to_string_lossy(), name);
    }
    text = text.replace(url, "https://sandbox").replace(url.trim_start_matches("http://"), "sandbox");
    let rules = [
        (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?( UTC|Z)?", "[TIME]"),
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "[ID]"),
        (r"\b\d+(\.\d+)? m?s\b", "[TIME]"),
        (r"127\.0\.0\.1:\d{4,5}", "127.0.0.1:[PORT]"),
        (r"\brun\.\d{4}\b", "run.1234"),
        (r"(?m)^(  [a-z]+\.[a-z]+) +\d+ bytes$", "$1 [N] bytes"),
        // The stand-in Agent's ports are fixed, and another test's may have them.
        (r"(?m)^.*Address already in use.*\n", ""),
        // The sizes of parts that are smaller than 0.1 MB decide their order.
        (r"(?m)\d+\.\d MB  [a-zA-Z ,-]+$", "[SIZE] MB  [PART]"),
    ];
    rules.iter().fold(text, |text, (pattern, name)| {
        Regex::new(pattern).unwrap().replace_all(&text, *name).into_owned()
    })
}

//! A list of packages of any bytes: reading it never panics, and every version in it compares equal to itself.
//! `cargo +nightly fuzz run control`
#![no_main]

use dd_heroku::buildpack::{Version, each_paragraph};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let _ = each_paragraph(text, |paragraph| {
        if let Some(Ok(version)) = paragraph.get("Version").map(str::parse::<Version>) {
            assert_eq!(version.to_string().parse::<Version>().ok(), Some(version));
        }
    });
});

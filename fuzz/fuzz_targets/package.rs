//! A Debian package of any bytes: unpacking it never panics and never writes outside of its folder.
//! `cargo +nightly fuzz run package`
#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|package: &[u8]| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let inside = folder.path().join("a/b/inside");
    fs::create_dir_all(&inside).expect("a folder");
    let _ = dd_heroku::buildpack::extract(package, &inside);
    for (outer, only) in [("", "a"), ("a", "b"), ("a/b", "inside")] {
        let names: Vec<_> = fs::read_dir(folder.path().join(outer)).expect("it is there").flatten().collect();
        assert!(names.len() == 1 && names[0].file_name() == only, "{names:?}");
    }
});

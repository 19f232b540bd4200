//! The target of `dd_heroku::fuzzing` that this binary is named for: `cargo +nightly fuzz run netrc fuzz/corpus/netrc fuzz/seeds/netrc`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dd_heroku::fuzzing::run(env!("CARGO_BIN_NAME"), bytes));

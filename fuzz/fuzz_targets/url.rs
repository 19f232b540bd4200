//! Any text is read as a URL or refused; what is read has a host.
#![no_main]

use dd_heroku::runtime::ServiceUrl;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Some(url) = ServiceUrl::parse(text) {
        assert!(!url.host.is_empty());
    }
});

//! Any text gives tags that are single words with a value, each once; reading them again changes nothing.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let tags = dd_heroku::runtime::all_tags("dyno:web.1", text);
    assert!(tags.split(' ').all(|tag| !tag.is_empty() && !tag.ends_with(':') && !tag.contains(',')));
    assert_eq!(dd_heroku::runtime::all_tags("dyno:web.1", &tags), tags);
});

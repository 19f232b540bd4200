//! Answers of Heroku and Datadog, the Agent's status, log lines, and text on its way to a terminal.

use super::{CANARY, text};
use crate::app::facts::{ConfigVars, Facts};
use crate::app::masking::Masker;
use crate::app::metrics::preview::Preview;
use crate::app::{agent, metrics};
use crate::ui::foreign;
use crate::{datadog_api, heroku};

/// Every answer that is read from Heroku: a refusal shows none of an odd body.
pub(super) fn heroku_answer(bytes: &[u8]) {
    let complaints = heroku::fuzzing::answers(bytes);
    let secret = bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes());
    assert!(!secret || complaints.iter().all(|complaint| !complaint.contains(CANARY)), "{complaints:?}");
}

/// The reason of a refusal never holds what was sent as a secret.
pub(super) fn datadog_answer(bytes: &[u8]) {
    let reason = datadog_api::fuzzing::answers(bytes, CANARY);
    assert!(!reason.contains(CANARY), "{reason}");
    assert!(reason.len() <= 4 * bytes.len() + 100);
}

/// A status holds no more than its text; a complaint is short.
pub(super) fn agent_status(bytes: &[u8]) {
    match agent::read::read(&text(bytes)) {
        Ok(status) => assert!(format!("{status:?}").len() <= 40 * bytes.len() + 2000),
        Err(why) => assert!(why.to_string().chars().count() <= 600, "{why}"),
    }
}

/// What is counted does not depend on how the stream was cut.
pub(super) fn log_line(bytes: &[u8]) {
    let count = |parts: &mut dyn Iterator<Item = &[u8]>| {
        let mut preview = Preview::default();
        parts.for_each(|part| preview.feed(part));
        preview.finish();
        assert!(preview.matched <= preview.lines);
        let values: Vec<_> = preview.values.iter().map(|(key, stats)| (key.clone(), stats.count)).collect();
        (preview.lines, preview.matched, preview.span, preview.requests, values)
    };
    let whole = count(&mut std::iter::once(bytes));
    assert_eq!(count(&mut bytes.chunks(1)), whole);
    assert_eq!(count(&mut bytes.chunks(7)), whole);
    let _ = metrics::line::read(&text(bytes));
}

/// Nothing that a terminal interprets is left, and text without it stays as it is.
pub(super) fn foreign_text(bytes: &[u8]) {
    let text = text(bytes);
    let line = foreign::line(&text);
    assert!(!line.chars().any(char::is_control), "{line:?}");
    assert!(!line.contains(['\u{202e}', '\u{2066}', '\u{feff}', '\u{2028}']), "{line:?}");
    assert_eq!(foreign::line(&line), line);
    assert!(line.len() <= 10 * text.len());
}

/// A known secret is in no masked text, and masking again changes nothing.
pub(super) fn masking(bytes: &[u8]) {
    let config: ConfigVars = [("DB_PASSWORD".to_owned(), CANARY.to_owned())].into_iter().collect();
    let masker = Masker::new(&Facts { config: Some(config), ..Facts::default() }, []);
    let masked = masker.mask(&text(bytes));
    assert!(!masked.contains(CANARY), "{masked}");
    assert_eq!(masker.mask(&masked), masked);
}

//! Log lines in JSON, an object each, as log services export them: the line itself is in a field.

use serde_json::Value;

use super::line;

/// The fields that services have the line in, and of objects that hold those.
const FIELDS: [&str; 6] = ["message", "msg", "log", "body", "_raw", "text"];
const AROUND: [&str; 4] = ["attributes", "event", "data", "_source"];

/// The log line within an object; `None` where the line is not one. A line that the app wrote as JSON by itself has its
/// head before the object, so that it is left alone.
pub(super) fn message(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.starts_with('{') {
        return None;
    }
    let object: Value = serde_json::from_str(text.trim_end_matches(',')).ok()?;
    let objects = std::iter::once(&object).chain(AROUND.iter().filter_map(|name| object.get(name)));
    let mut lines = objects
        .flat_map(|object| FIELDS.iter().filter_map(move |name| Some((object, object.get(name)?.as_str()?))));
    lines.find(|(_, text)| line::read(text).is_some()).map(|(object, text)| {
        let time =
            ["timestamp", "@timestamp", "time", "date"].iter().find_map(|name| object.get(name)?.as_str());
        // The time and the program are fields of their own where the line has no head.
        let program =
            ["program", "appname", "syslog.appname"].iter().find_map(|name| object.get(name)?.as_str());
        [time, program, Some(text)].into_iter().flatten().collect::<Vec<_>>().join(" ")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "source=web.1 sample#load_avg_1m=1.0";

    #[test]
    fn the_line_is_taken_out_of_its_object() {
        for (text, expected) in [
            (format!(r#"{{"message":"{LINE}"}}"#), LINE.to_owned()),
            (format!(r#"{{"log":"{LINE}\n","stream":"stdout"}}"#), format!("{LINE}\n")),
            (format!(r#"{{"id":1,"attributes":{{"message":"{LINE}"}}}}"#), LINE.to_owned()),
            (
                format!(r#" {{"timestamp":"2026-03-02T06:58:53Z","message":"{LINE}"}},"#),
                format!("2026-03-02T06:58:53Z {LINE}"),
            ),
            (format!(r#"{{"program":"app","message":"{LINE}"}}"#), format!("app {LINE}")),
        ] {
            assert_eq!(message(&text), Some(expected), "{text}");
        }
        for text in [LINE, "", "{", "{}", r#"{"message":"hello"}"#, r#"{"message":{}}"#, &format!("[{LINE}]")]
        {
            assert_eq!(message(text), None, "{text}");
        }
    }
}

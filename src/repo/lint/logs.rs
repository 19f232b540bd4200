//! The `logs` of a configuration: what the Agent refuses to collect
//! (<https://docs.datadoghq.com/agent/logs/#custom-log-collection>).

use serde_json::Value;

use super::placeholders::is_marked;
use super::{File, Finding};
use crate::repo::yaml;

/// The problems of `logs`.
pub(super) fn lint(file: &File, logs: &Value) -> Vec<Finding> {
    let line = yaml::line_of(&file.text, "logs", 1);
    let Some(entries) = logs.as_array() else {
        let is_off = logs.is_null() || is_marked(logs);
        let finding = || Finding::error(file, line, "`logs` is not a list").fix("begin each entry with `- `");
        return (!is_off).then(finding).into_iter().collect();
    };
    let lines = yaml::entry_lines(&file.text, "logs");
    let lacking = |(n, entry): (usize, &Value)| {
        let lacks = lacks(entry)?;
        let line = lines.get(n).copied().or(line);
        Some(Finding::error(
            file,
            line,
            format!("an entry of `logs` {lacks}, so the Agent does not collect it"),
        ))
    };
    let unwritable = |(n, entry): (usize, &Value)| {
        let path = entry.get("path").and_then(Value::as_str).filter(|path| !is_writable(path))?;
        let line = lines.get(n).copied().or(line);
        let message = format!("no process of a dyno can write `{path}`, so no log is collected from it");
        Some(Finding::warning(file, line, message).fix("write logs below /app or /tmp, and name that path"))
    };
    entries.iter().enumerate().flat_map(|entry| lacking(entry).into_iter().chain(unwritable(entry))).collect()
}

/// Whether processes of a dyno can write to a path. A relative one is below /app; what is filled in later is not judged.
fn is_writable(path: &str) -> bool {
    // The Agent's folder of logs has a finding of its own.
    const FOLDERS: [&str; 7] = ["/app", "/tmp", "/var/tmp", "/dev", "/proc", "/run", "/var/log/datadog"];
    let is_below =
        |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    !path.starts_with('/') || FOLDERS.into_iter().any(is_below)
}

fn lacks(entry: &Value) -> Option<&'static str> {
    if is_marked(entry) {
        return None;
    }
    let Some(entry) = entry.as_object() else { return Some("is not a mapping") };
    let has = |name: &str| entry.get(name).is_some_and(|value| !value.is_null());
    match entry.get("type").and_then(Value::as_str) {
        None => Some("lacks `type`"),
        Some("file") if !has("path") => Some("of type `file` lacks `path`"),
        Some("tcp" | "udp") if !has("port") => Some("of a network type lacks `port`"),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::messages;

    #[test]
    fn entries_that_collect_nothing_are_named_by_their_lines() {
        for (text, expected) in [
            ("logs:\n  - type: file\n    path: /app/log/a.log\n", None),
            ("logs:\n  - type: tcp\n    port: 10518\n", None),
            ("logs:\n  - type: docker\n", None),
            ("logs:\n", None),
            ("logs:\n  - type: file\n    path: log/*.log\n", None),
            ("logs:\n  - {type: file, path: \"%%env_LOGS%%/a.log\"}\n", None),
            (
                "logs:\n  - {type: tcp, port: 1}\n  - type: file\n    path: /var/log/nginx/access.log\n",
                Some(":3 warning no process of a dyno can write `/var/log/nginx/access.log`"),
            ),
            ("logs:\n  - {type: file, path: /log/production.log}\n", Some(":2 warning no process")),
            ("logs:\n  - path: /app/log/a.log\n", Some(":2 error an entry of `logs` lacks `type`")),
            (
                "logs:\n  - type: file\n    source: a\n",
                Some(":2 error an entry of `logs` of type `file` lacks `path`"),
            ),
            ("logs:\n  - type: udp\n", Some(":2 error an entry of `logs` of a network type lacks `port`")),
            ("logs:\n  type: file\n", Some(":1 error `logs` is not a list")),
        ] {
            let findings = messages(&[("datadog/conf.d/ruby.d/conf.yaml", text)]);
            assert_eq!(findings.len(), usize::from(expected.is_some()), "{text}: {findings:?}");
            assert!(expected.is_none_or(|expected| findings[0].contains(expected)), "{text}: {findings:?}");
        }
    }
}

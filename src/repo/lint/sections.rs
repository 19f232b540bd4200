//! Sections that `prerun.sh` appends to the Agent's settings twice: YAML takes one of the two.

use std::collections::BTreeSet;

use super::{File, Finding, shell};
use crate::env;

/// The sections of `prerun.sh` that are appended a second time. What is appended in a branch is not counted.
pub(super) fn lint(file: &File) -> Vec<Finding> {
    let text = shell::without_comments(&file.text);
    let mut lines = text.lines().enumerate();
    let (mut seen, mut findings) = (BTreeSet::new(), Vec::new());
    while let Some((n, line)) = lines.next() {
        if !appends(line) {
            continue;
        }
        let mut sections = Vec::new();
        if let Some(delimiter) = document(line) {
            let body = lines.by_ref().take_while(|(_, line)| line.trim() != delimiter);
            sections.extend(body.filter_map(|(n, line)| Some((n, section(line)?))));
        } else {
            let texts = line.split(['"', '\'']).flat_map(|text| text.split("\\n"));
            sections.extend(texts.filter_map(|text| Some((n, section(text)?))));
        }
        for (n, name) in sections {
            if !seen.insert(name) {
                let message =
                    format!("appends `{name}` to the Agent's settings twice; only one of them counts");
                findings
                    .push(Finding::warning(file, n + 1, message).fix("append one section that holds both"));
            }
        }
    }
    findings
}

fn appends(line: &str) -> bool {
    let target = line.split_once(">>").map(|(_, target)| target);
    !line.starts_with([' ', '\t'])
        && target.is_some_and(|target| target.contains(env::DATADOG_CONF) || target.contains("datadog.yaml"))
}

/// The delimiter of the here-document that begins on a line.
fn document(line: &str) -> Option<&str> {
    let rest = line.split_once("<<")?.1;
    let rest = rest.trim_start_matches('-').trim_start().trim_start_matches(['"', '\'', '\\']);
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

/// The name of the section that a line of YAML begins.
fn section(line: &str) -> Option<&str> {
    let (name, rest) = line.split_once(':')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (is_name && (rest.is_empty() || rest.starts_with(' '))).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::super::tests::messages;

    #[test]
    fn a_section_that_is_appended_twice_is_named_by_its_line() {
        let appended = "cat >>\"$DATADOG_CONF\" <<E\nlogs_config:\n  a: 1\nE\n";
        let echoed = "echo -e \"\\nlogs_config:\\n  b: 1\" >> \"$DATADOG_CONF\"\n";
        for (text, line) in [
            (appended.to_owned(), None),
            (format!("{appended}{appended}"), Some(6)),
            (format!("{appended}{echoed}"), Some(5)),
            (format!("{echoed}true\n{echoed}"), Some(3)),
            (format!("{appended}{}", appended.replace("logs_", "apm_")), None),
            (format!("if true; then\n  {echoed}else\n  {echoed}fi\n"), None),
        ] {
            let findings = messages(&[("datadog/prerun.sh", &text)]);
            assert_eq!(findings.len(), usize::from(line.is_some()), "{text}{findings:?}");
            let expected = line.map(|line| format!("datadog/prerun.sh:{line} warning appends `logs_config`"));
            assert!(expected.is_none_or(|expected| findings[0].starts_with(&expected)), "{findings:?}");
        }
    }
}

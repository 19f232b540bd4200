//! `datadog/prerun.sh`: what breaks the boot, and what once worked and no longer does.

use super::{File, Finding};
use crate::app::prerun::{Block, Unmanageable};
use crate::env;

/// The problems of `prerun.sh`.
pub(super) fn lint(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(line) = file.text.split('\n').position(|line| line.ends_with('\r')) {
        findings.push(
            Finding::error(
                file,
                line + 1,
                "has Windows line ends, which bash takes for part of each command",
            )
            .fix("sed -i 's/\\r$//' datadog/prerun.sh"),
        );
    }
    match Block::read(&file.text) {
        Ok(_) => {}
        Err(Unmanageable::Edited) => findings.push(
            Finding::warning(
                file,
                None,
                "the managed block was edited by hand, so this program leaves it alone",
            )
            .fix("dd-heroku prerun show"),
        ),
        Err(Unmanageable::Broken) => {
            findings.push(Finding::error(
                file,
                None,
                "the managed block lacks one of its markers, or is there twice",
            ));
        }
    }
    for (n, line) in commands(&file.text) {
        findings.extend(lint_command(file, n, line));
    }
    findings
}

fn lint_command(file: &File, n: usize, line: &str) -> Option<Finding> {
    let word = line.split_whitespace().next().unwrap_or_default();
    let edits_settings =
        line.contains(env::DATADOG_CONF) || line.contains("datadog.yaml") || line.contains("datadog.conf");
    if word == "exit" || line.contains("&& exit") || line.contains("|| exit") || line.contains("; exit") {
        return Some(
            Finding::warning(file, n, "`exit` ends the shell that is to become the app; with Datadog's buildpack the app then does not start")
                .fix("write `return` instead of `exit`"),
        );
    }
    if line.contains("sed ") && edits_settings && line.contains("tags") {
        return Some(
            Finding::warning(
                file,
                n,
                "edits the line of tags in the Agent's settings, which today's settings file does not have",
            )
            .fix("export DD_TAGS=\"$DD_TAGS team:core\""),
        );
    }
    if word == "set"
        && line
            .split_whitespace()
            .nth(1)
            .is_some_and(|flags| flags.starts_with('-') && flags.contains(['e', 'u']))
    {
        return Some(
            Finding::warning(file, n, format!("`{line}` stays in force in the shell that becomes the app"))
                .fix("put what needs it into ( … )"),
        );
    }
    if line.contains("/etc/dd-agent") {
        return Some(Finding::warning(
            file,
            n,
            "/etc/dd-agent belongs to Agent 5; the folder is in `$DD_CONF_DIR`",
        ));
    }
    None
}

/// The lines of the user's that are commands at the top level, counted from 1: no comments, nothing of functions, of
/// subshells or of our own block.
fn commands(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut ours = false;
    let mut depth = 0_usize;
    text.lines().enumerate().filter_map(move |(n, line)| {
        let line = line.trim();
        if line.starts_with("# >>> dd-heroku") || line.starts_with("# <<< dd-heroku") {
            ours = line.starts_with("# >>>");
        }
        if ours || line.is_empty() || line.starts_with('#') {
            return None;
        }
        let opens = line == "("
            || line.ends_with("() {")
            || line.ends_with("()\u{20}{")
            || line.starts_with("function ");
        let closes = line.starts_with(')') || line == "}";
        let inside = depth > 0;
        depth = (depth + usize::from(opens)).saturating_sub(usize::from(closes));
        (!inside && !opens && !line.starts_with('(')).then_some((n + 1, line))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    const PRERUN: &str = "datadog/prerun.sh";

    #[test]
    fn what_breaks_a_boot_is_named_by_its_line() {
        for (text, line, expected) in [
            ("#!/bin/bash\r\ntrue\r\n", 1, "Windows line ends"),
            ("#!/bin/bash\nif [ -z \"$X\" ]; then\n  exit 0\nfi\n", 3, "`exit` ends the shell"),
            ("[ -n \"$X\" ] || exit 1\n", 1, "`exit` ends the shell"),
            ("sed -i \"s/^# tags:.*/tags: [a]/\" \"$DATADOG_CONF\"\n", 1, "line of tags"),
            ("set -euo pipefail\n", 1, "stays in force"),
            ("cp x /etc/dd-agent/conf.d\n", 1, "Agent 5"),
        ] {
            let findings = found(&[(PRERUN, text)]);
            assert!(
                findings.len() == 1 && findings[0].starts_with(&format!("{PRERUN}:{line} ")),
                "{findings:?}"
            );
            assert!(findings[0].contains(expected), "{findings:?}");
        }
    }

    #[test]
    fn what_is_fine_is_left_alone() {
        for text in [
            "#!/usr/bin/env bash\n# exit 0\nif [ \"$DYNOTYPE\" == run ]; then\n  DISABLE_DATADOG_AGENT=true\nfi\n",
            "stop() {\n  exit 1\n}\n",
            "( set -e; true; exit 1 )\n",
            "(\n  set -e\n  exit 1\n)\n",
            "sed -i 's/<HOST>/x/' \"$DD_CONF_DIR/conf.d/a.d/conf.yaml\"\nset +x\nset -- a\n",
            "existing=1\n",
        ] {
            assert_eq!(found(&[(PRERUN, text)]), [""; 0], "{text}");
        }
    }

    #[test]
    fn an_edited_block_is_named() {
        let text =
            crate::app::prerun::Block { fill: true, ..Default::default() }.put_into(None).expect("a file");
        assert_eq!(found(&[(PRERUN, &text)]), [""; 0]);
        assert!(
            found(&[(PRERUN, &text.replace("# fill\n", "# fill\necho\n"))])[0].contains("edited by hand")
        );
    }
}

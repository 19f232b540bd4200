//! Paths of the Agent as other machines have them: on a dyno it is below `/app/.apt`.

use super::{File, Finding, shell};

/// A folder, and what to write instead.
const FOLDERS: [(&str, &str); 5] = [
    ("/etc/datadog-agent", "$DD_CONF_DIR"),
    ("/etc/dd-agent", "$DD_CONF_DIR"),
    ("/opt/datadog-agent", "$DD_DIR"),
    ("/var/log/datadog", "$DD_LOG_DIR"),
    ("/var/run/datadog", "$DD_RUN_DIR"),
];

/// The paths in a file that no dyno has.
pub(super) fn lint(file: &File) -> Vec<Finding> {
    let ending = file.path.rsplit('.').next().unwrap_or_default();
    if !["sh", "py", "yaml", "yml"].contains(&ending) {
        return Vec::new();
    }
    let text = shell::without_comments(&file.text);
    let is_script = ending == "sh";
    let in_line = |(n, line): (usize, &str)| {
        let (folder, variable) = FOLDERS.iter().find(|(folder, _)| has_path(line, folder))?;
        let finding = Finding::warning(file, n + 1, format!("no dyno has the folder {folder}"));
        Some(if is_script {
            finding.fix(format!("write `{variable}` instead of {folder}"))
        } else {
            finding.fix(format!("write /app/.apt{folder}"))
        })
    };
    text.lines().enumerate().filter_map(in_line).collect()
}

/// Whether a line has the path itself, not the end of a longer one such as `$APT_DIR/etc/datadog-agent`.
fn has_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].trim_end_matches(['"', '\'']);
        let is_end = before.ends_with(|c: char| c.is_alphanumeric() || "_}/)*.".contains(c));
        let follows = line[at + folder.len()..].chars().next();
        !is_end && !follows.is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::messages;

    #[test]
    fn only_the_paths_of_other_machines_are_named() {
        for (line, is_wrong) in [
            ("cp a /etc/datadog-agent/conf.d", true),
            ("X=\"/etc/datadog-agent\"", true),
            ("cp x /etc/dd-agent/conf.d", true),
            ("/opt/datadog-agent/bin/agent/agent status", true),
            ("cp a \"$APT_DIR/etc/datadog-agent/conf.d\"", false),
            ("cp a \"${APT_DIR}\"/etc/datadog-agent/conf.d", false),
            ("cp a /app/.apt/etc/datadog-agent/conf.d", false),
            ("cp a b # not /etc/datadog-agent", false),
            ("cp a /etc/datadog-agent-old", false),
        ] {
            let findings = messages(&[("datadog/prerun.sh", &format!("true\n{line}\n"))]);
            assert_eq!(findings.len(), usize::from(is_wrong), "{line}: {findings:?}");
            assert!(findings.iter().all(|finding| finding.starts_with("datadog/prerun.sh:2 warning")));
        }
        let conf = "instances:\n  - host: a\n    username: b\n    ssl_root_cert: /etc/datadog-agent/ca.pem\n";
        let findings = messages(&[("datadog/conf.d/postgres.d/conf.yaml", conf)]);
        assert!(findings[0].contains("conf.yaml:4 warning no dyno has the folder"), "{findings:?}");
    }
}

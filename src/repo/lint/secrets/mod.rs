//! Secrets in files that are in git. A finding says where, never what.

mod line;
mod placeholder;

use serde_json::Value;

use self::placeholder::is_placeholder;
use super::placeholders::Prerun;
use super::{File, Finding};
use crate::datadog::integrations::is_secret_option;
use crate::repo::yaml;

/// The shortest value of a secret option that is searched for in other files.
const SEARCHED: usize = 8;

/// The values of secret options in files of YAML that other files should not hold either.
pub(super) fn values(files: &[File], prerun: &Prerun) -> Vec<String> {
    let mut values = Vec::new();
    for file in files.iter().filter(|file| is_yaml(file)) {
        let document = yaml::read(&prerun.mark(&file.text, true)).unwrap_or_default();
        secret_options(&document, prerun, &mut |_, value| values.extend(value.as_str().map(str::to_owned)));
    }
    values.retain(|value| value.len() >= SEARCHED && value.bytes().any(|b| b.is_ascii_digit()));
    values
}

fn is_yaml(file: &File) -> bool {
    matches!(file.path.rsplit('.').next(), Some("yaml" | "yml" | "default"))
}

/// Secrets in a file. `values` are those of all files.
pub(super) fn lint(file: &File, values: &[String], prerun: &Prerun) -> Vec<Finding> {
    let ending = file.path.rsplit('.').next();
    let is_code = matches!(ending, Some("sh" | "py"));
    let is_copied = |line: &str| is_code && values.iter().any(|value| line.contains(value.as_str()));
    let secret_on = |(n, line)| {
        let what = line::secret(line, is_code).or_else(|| is_copied(line).then_some("a password or token"));
        Some((n + 1, what?))
    };
    let mut findings: Vec<_> = file
        .text
        .lines()
        .enumerate()
        .filter_map(secret_on)
        .map(|(line, what)| committed(file, line, what))
        .collect();
    if is_yaml(file) {
        let mut options = Vec::new();
        let document = yaml::read(&prerun.mark(&file.text, true)).unwrap_or_default();
        secret_options(&document, prerun, &mut |name, _| options.push(name.to_owned()));
        options.sort_unstable();
        options.dedup();
        for option in options {
            let line = literal_lines(&file.text, &option).next();
            if !line.is_some_and(|line| findings.iter().any(|finding| finding.line == Some(line))) {
                findings.push(committed(file, line, &format!("the value of `{option}`")));
            }
        }
    }
    findings
}

fn committed(file: &File, line: impl Into<Option<usize>>, what: &str) -> Finding {
    Finding::error(file, line, format!("{what} is in the repository, where everyone who can read it sees it"))
        .fix(
            "replace it by `${NAME}`, put it into the config var NAME, and make a new one: git keeps the old",
        )
}

/// Visits the options that hold a secret as it is, by name and value.
fn secret_options(value: &Value, prerun: &Prerun, visit: &mut dyn FnMut(&str, &Value)) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                let is_literal = match value {
                    Value::String(text) => !is_placeholder(text) && !is_replaced(text, prerun),
                    Value::Number(_) => true,
                    _ => false,
                };
                if is_literal && is_secret_option(name) {
                    visit(name, value);
                }
                secret_options(value, prerun, visit);
            }
        }
        Value::Array(all) => all.iter().for_each(|item| secret_options(item, prerun, visit)),
        _ => {}
    }
}

/// Whether `prerun.sh` replaces a value that is a name rather than a password.
fn is_replaced(text: &str, prerun: &Prerun) -> bool {
    let is_name = text.chars().all(|c| c.is_ascii_alphabetic() || c == '_' || c == '-');
    super::placeholders::is_marked(&text.into()) || (is_name && prerun.replaces(text))
}

/// The lines on which an option is set to something other than a placeholder.
fn literal_lines<'t>(text: &'t str, option: &'t str) -> impl Iterator<Item = usize> + 't {
    text.lines().enumerate().filter_map(move |(n, line)| {
        yaml::line_of(line, option, 1)?;
        let value =
            line.split_once(':').map(|(_, value)| value.trim().trim_matches(['"', '\''])).unwrap_or_default();
        (!is_placeholder(value)).then_some(n + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::messages;

    const CONF: &str = "datadog/conf.d/frobnicator.d/conf.yaml";
    const KEY: &str = "0123456789abcdef0123456789abcdef";

    fn secrets_in(path: &str, text: &str) -> Vec<String> {
        messages(&[(path, text)]).into_iter().filter(|item| item.contains("is in the repository")).collect()
    }

    #[test]
    fn a_secret_is_found_and_never_shown() {
        for (path, text, line, what) in [
            ("datadog/prerun.sh", format!("true\nexport DD_API_KEY={KEY}\n"), 2, "a key"),
            (
                "datadog/prerun.sh",
                "X=postgres://bob:hunter2@db.example/x\n".into(),
                1,
                "a URL with a password",
            ),
            (CONF, "instances:\n  - url: https://bob:hunter2@h\n".into(), 2, "a URL with a password"),
            (
                CONF,
                "instances:\n  - a: 1\n    password: \"\"\n  - password: hunter2\n".into(),
                4,
                "the value of `password`",
            ),
            (CONF, "instances:\n  - a: {client_token: 123456}\n".into(), 2, "the value of `client_token`"),
            ("datadog/checks.d/a.py", format!("API_KEY = '{KEY}'\n"), 1, "a key"),
            ("datadog/key.pem", "-----BEGIN RSA PRIVATE KEY-----\n".into(), 1, "a private key"),
        ] {
            let findings = secrets_in(path, &text);
            assert_eq!(findings.len(), 1, "{text}: {findings:?}");
            assert!(
                findings[0].starts_with(path) && findings[0].contains(&format!("error {what} is in")),
                "{findings:?}"
            );
            assert!(
                line == 0
                    || !findings[0].contains(':')
                    || findings[0].starts_with(&format!("{path}:{line} ")),
                "{findings:?}"
            );
            assert!(
                !findings[0].contains("hunter2")
                    && !findings[0].contains(KEY)
                    && !findings[0].contains("123456")
            );
        }
    }

    #[test]
    fn a_password_that_the_script_copies_is_found_there_too() {
        let script = "true\nsed -i \"s/hunter2-at-home/$PASSWORD/\" x\n";
        let conf = "instances:\n  - password: hunter2-at-home\n";
        let findings = messages(&[(CONF, conf), ("datadog/prerun.sh", script)]);
        let of_script: Vec<_> = findings.iter().filter(|item| item.contains("prerun.sh:2 error")).collect();
        assert!(of_script.len() == 1 && !of_script[0].contains("hunter2"), "{findings:?}");
    }

    #[test]
    fn placeholders_and_commits_are_no_secrets() {
        for (path, text) in [
            (CONF, "instances:\n  - password: ${REDIS_PASSWORD}\n    token: \"\"\n"),
            (CONF, "instances:\n  - password: <PASSWORD>\n"),
            (CONF, "instances:\n  - password: ENC[db_password]\n"),
            (CONF, "instances:\n  - password: \"%%env_DB_PASSWORD%%\"\n"),
            (CONF, "instances:\n  - password: YOUR_PASSWORD_HERE\n"),
            (CONF, "instances:\n  - url: postgres://${USER}:${PASSWORD}@h/d\n"),
            ("datadog/prerun.sh", "curl https://h:8080/x@y\nX=redis://:$PASSWORD@h\n"),
            ("datadog/prerun.sh", "COMMIT=0123456789abcdef0123456789abcdef01234567\n"),
            ("datadog/prerun.sh", "sed -i \"s/<PASSWORD>/$PGPASSWORD/\" x\n"),
        ] {
            assert_eq!(secrets_in(path, text), [""; 0], "{text}");
        }
    }
}

//! The YAML of checks: does it parse, does the Agent know the check, and will something run.

use serde_json::Value;

use super::instance::{self, Known};
use super::placeholders::{self, Prerun};
use super::{File, Finding, Place, logs};
use crate::datadog::integrations::{self, conf};
use crate::repo::yaml;

/// Checks of the Agent's package that have no model of their instances.
const OTHERS: &str = "\
    agent_metrics battery cisco_sdwan container containerd cpu cri discovery docker ebpf file_handle gke \
    io jetson jmx journald kubernetes load memory network_path nvidia_jetson oom_kill oracle-dbm \
    orchestrator process_agent sbom service_discovery sidekiq snmp systemd tcp_queue_length telemetry \
    tokumx uptime versa winkmem winproc wlan";

/// The problems of the configuration of `check`.
pub(super) fn lint(file: &File, check: &str, files: &[File], prerun: &Prerun) -> Vec<Finding> {
    if is_switched_off(&file.text) {
        return vec![Finding::info(file, None, "is commented out as a whole, so the check is off")];
    }
    let asks = conf::asks(&file.text);
    let document = match yaml::read(&prerun.mark(&file.text, asks)) {
        Ok(document) => document,
        Err(unreadable) => {
            let message = if unreadable.what.starts_with("duplicate mapping key") {
                format!("{}: the Agent takes the last one only", unreadable.what)
            } else {
                format!("not valid YAML, so the check does not run: {}", unreadable.what)
            };
            return vec![Finding::error(file, unreadable.line, message)];
        }
    };
    let mut findings = variables_that_stay(file, &document, files).into_iter().collect::<Vec<_>>();
    // A file of `logs` alone is named as its author likes: Datadog's guides say `ruby.d` and `python.d`.
    let collects_logs_only =
        document.get("logs").is_some() && document.get("instances").is_none_or(Value::is_null);
    findings.extend(unknown_check(file, check, files).filter(|_| !collects_logs_only));
    let Some(document) = document.as_object() else {
        if !placeholders::is_marked(&document) {
            let message = "holds no mapping with `instances`, so the check does not run";
            findings.push(Finding::error(file, None, message));
        }
        return findings;
    };
    findings.extend(document.get("logs").into_iter().flat_map(|logs| logs::lint(file, logs)));
    let instances = match document.get("instances") {
        Some(Value::Array(instances)) if !instances.is_empty() => instances,
        Some(marked) if placeholders::is_marked(marked) => return findings,
        Some(Value::Array(_)) => {
            findings.push(Finding::info(file, None, "has an empty list of `instances`, so the check is off"));
            return findings;
        }
        Some(Value::Null) | None => {
            findings.extend(no_instances(file, document));
            return findings;
        }
        Some(_) => {
            let line = yaml::line_of(&file.text, "instances", 1);
            findings.push(
                Finding::error(file, line, "`instances` is not a list, so the check does not run")
                    .fix("begin each instance with `- `"),
            );
            return findings;
        }
    };
    let known = if is_custom(check, files) { Known::nothing() } else { Known::of(check) };
    let lines = yaml::entry_lines(&file.text, "instances");
    for (n, instance) in instances.iter().enumerate() {
        findings.extend(instance::lint(file, check, known, instance, lines.get(n).copied(), prerun));
    }
    findings
}

/// Whether a file holds nothing but comments, one at least.
fn is_switched_off(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "---").peekable();
    lines.peek().is_some() && lines.all(|line| line.starts_with('#'))
}

fn no_instances(file: &File, document: &serde_json::Map<String, Value>) -> Option<Finding> {
    let runs = ["logs", "cluster_check", "ad_identifiers", "jmx_metrics"];
    if runs.iter().any(|key| document.contains_key(*key)) {
        return None;
    }
    let is_commented = |line: &str| {
        let comment = line.trim_start().strip_prefix('#').map(str::trim_start);
        comment.is_some_and(|text| text.starts_with("instances:") || text.starts_with("- "))
    };
    Some(if file.text.lines().any(is_commented) {
        Finding::info(file, None, "has its instances commented out, so the check is off")
    } else {
        Finding::warning(file, None, "has no `instances`, so the check does not run")
    })
}

/// `${NAME}` that no boot replaces, or only with our buildpack.
fn variables_that_stay(file: &File, document: &Value, files: &[File]) -> Option<Finding> {
    if !is_filled(document) {
        return None;
    }
    if !conf::asks(&file.text) {
        return Some(
            Finding::error(file, None, "has `${…}` values, but nothing puts config vars in")
                .fix(format!("make `{}` its first line", conf::FILL)),
        );
    }
    (!is_filled_at_boot(files)).then(|| {
        let message = "asks for config vars, and Datadog's own buildpack does not put them in";
        Finding::warning(file, None, message)
            .fix("run `dd-heroku integrations add` again, so that datadog/prerun.sh does")
    })
}

/// Whether a value holds the name of a variable, as `${NAME}` or `${NAME.part}`.
fn is_filled(value: &Value) -> bool {
    let is_variable = |rest: &str| {
        let name = rest.split(['.', '}']).next().unwrap_or_default();
        name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') && rest.contains('}')
    };
    conf::any_text(value, &|text| text.split("${").skip(1).any(is_variable))
}

/// Whether the block of `prerun.sh` fills files. One that somebody edited is another finding.
fn is_filled_at_boot(files: &[File]) -> bool {
    files.iter().find(|file| Place::of(&file.path) == Place::Prerun).is_some_and(|file| {
        crate::app::prerun::Block::read(&file.text)
            .map_or(true, |block| block.is_some_and(|block| block.fill))
    })
}

fn is_custom(check: &str, files: &[File]) -> bool {
    files.iter().any(|file| Place::of(&file.path) == Place::Check { check, yaml: false })
}

fn unknown_check(file: &File, check: &str, files: &[File]) -> Option<Finding> {
    let is_shipped =
        integrations::title_of_check(check).is_some() || OTHERS.split(' ').any(|name| name == check);
    if is_shipped || is_custom(check, files) {
        return None;
    }
    let folder = |name: &str| integrations::find(name).and_then(|entry| entry.check.clone());
    Some(match integrations::near(check).first().and_then(|near| folder(near)) {
        Some(near) => Finding::warning(file, None, format!("the Agent has no check `{check}`"))
            .fix(format!("rename it to `{near}`")),
        None => Finding::info(
            file,
            None,
            format!("`{check}` is not a check of the Agent that this program knows"),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::messages;

    const REDIS: &str = "datadog/conf.d/redisdb.d/conf.yaml";

    #[test]
    fn yaml_that_does_not_parse_is_named_by_its_line() {
        assert_eq!(
            messages(&[(REDIS, "instances:\n  - host: a\n    password: 'x\n")])[0],
            "datadog/conf.d/redisdb.d/conf.yaml:3 error not valid YAML, so the check does not run: unclosed quote"
        );
    }

    #[test]
    fn a_check_that_nobody_has_is_noticed() {
        for (path, text) in [
            ("datadog/conf.d/redis.d/conf.yaml", "warning the Agent has no check `redis`"),
            ("datadog/conf.d/gunicron.d/conf.yaml", "warning the Agent has no check `gunicron`"),
            (
                "datadog/conf.d/frobnicator.d/conf.yaml",
                "info `frobnicator` is not a check of the Agent that this program knows",
            ),
        ] {
            assert_eq!(messages(&[(path, "instances:\n  - a: 1\n")]), [format!("{path} {text}")]);
        }
        for path in [
            "datadog/conf.d/disk.d/conf.yaml.default",
            "datadog/conf.d/snmp.d/x.yaml",
            "datadog/conf.d/ping.d/conf.yaml",
        ] {
            assert_eq!(messages(&[(path, "instances:\n  - {name: a, host: b}\n")]), [""; 0], "{path}");
        }
    }

    #[test]
    fn a_file_without_instances_runs_nothing() {
        for text in ["", "init_config:\n", "instances:\n", "instances: []\n", "- a\n"] {
            assert_eq!(messages(&[(REDIS, text)]).len(), 1, "{text}");
        }
        assert_eq!(
            messages(&[("datadog/conf.d/nginx.d/conf.yaml", "logs:\n  - {type: file, path: /app/a.log}\n")]),
            [""; 0]
        );
        for before in ["", "init_config:\ninstances:\n"] {
            let text = format!("{before}logs:\n  - {{type: file, path: /app/log/production.log}}\n");
            assert_eq!(messages(&[("datadog/conf.d/ruby.d/conf.yaml", &text)]), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_check_that_is_off_on_purpose_is_a_remark() {
        for text in [
            "# instances:\n#   - host: a\n",
            "# off for now\n",
            "init_config:\ninstances:\n#  - host: a\n",
            "init_config: {}\n# instances:\n#  - host: a\n",
            "instances: []\n",
        ] {
            let findings = messages(&[(REDIS, text)]);
            assert!(findings.len() == 1 && findings[0].contains(" info "), "{text}: {findings:?}");
        }
    }

    #[test]
    fn a_key_that_is_there_twice_and_a_list_that_is_none_are_named() {
        for (text, expected) in [
            (
                "instances:\n  - {host: a, port: 1}\ninstances:\n  - {host: b, port: 1}\n",
                ":3 error duplicate",
            ),
            ("instances:\n  host: a\n  port: 1\n", ":1 error `instances` is not a list"),
        ] {
            let findings = messages(&[(REDIS, text)]);
            assert!(findings.len() == 1 && findings[0].contains(expected), "{text}: {findings:?}");
        }
    }

    #[test]
    fn placeholders_are_judged_by_what_the_script_replaces() {
        let text = "instances:\n  - host: <HOST>\n    port: <PORT>\n    password: <PASSWORD>\n";
        let script = "sed -i \"s/<HOST>/$A/;s/<PORT>/$B/;s/<PASSWORD>/$C/\" x\n";
        assert_eq!(messages(&[(REDIS, text), ("datadog/prerun.sh", script)]), [""; 0]);
        let findings = messages(&[(REDIS, text)]);
        assert_eq!(findings.len(), 3, "{findings:?}");
        assert!(findings[0].contains(":2 error nothing replaces the placeholder `<HOST>`"), "{findings:?}");
    }

    #[test]
    fn values_that_nothing_puts_in_are_noticed() {
        let text = "instances:\n  - {host: \"${U.host}\", port: 1}\n";
        let asking = format!("# dd-heroku: fill\n{text}");
        assert!(
            messages(&[(REDIS, text)])[0]
                .contains("error has `${…}` values, but nothing puts config vars in")
        );
        assert!(messages(&[(REDIS, &asking)])[0].contains("warning asks for config vars"));
        let block =
            crate::app::prerun::Block { fill: true, ..Default::default() }.put_into(None).expect("a file");
        assert_eq!(messages(&[(REDIS, &asking), ("datadog/prerun.sh", &block)]), [""; 0]);
    }
}

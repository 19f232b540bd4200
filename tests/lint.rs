//! `checks lint` through the real program, on folders as people have them.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::checkout;
use crate::support::sandbox::Sandbox;

struct Checkout {
    sandbox: Sandbox,
    folder: PathBuf,
}

impl Checkout {
    fn new() -> Self {
        let sandbox = Sandbox::start();
        let folder = sandbox.home().join("checkout");
        fs::create_dir(&folder).unwrap();
        checkout::git(&folder, &["init", "-q"]);
        Self { sandbox, folder }
    }

    /// The findings for these files, remarks left out, as `path:line severity message`.
    fn lint(&self, files: &[(&str, &str)]) -> Vec<String> {
        let _ = fs::remove_dir_all(self.folder.join("datadog"));
        for (path, text) in files {
            let path = self.folder.join("datadog").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        self.findings()
    }

    fn findings(&self) -> Vec<String> {
        let output =
            self.sandbox.command(&["checks", "lint", "--json"]).current_dir(&self.folder).output().unwrap();
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let all = document["findings"].as_array().unwrap();
        let serious = all.iter().filter(|finding| finding["severity"] != "info");
        let shown: Vec<_> = serious
            .map(|finding| {
                let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
                let path = text("path").trim_start_matches("datadog/").to_owned();
                format!("{path}:{} {} {}", finding["line"], text("severity"), text("message"))
            })
            .collect();
        assert_eq!(output.status.code(), Some(if shown.is_empty() { 0 } else { 3 }));
        shown
    }
}

fn conf(check: &str) -> String {
    format!("conf.d/{check}.d/conf.yaml")
}

#[test]
fn values_that_the_agent_takes_are_no_faults() {
    let checkout = Checkout::new();
    for (check, instance) in [
        ("redisdb", "host: a\n    port: \"6379\"\n    ssl: \"true\"\n    db: '0'"),
        (
            "redisdb",
            "host: \"%%env_A%%\"\n    port: \"%%env_B%%\"\n    password: \"%%env_C%%\"\n    keys: \"%%env_D%%\"",
        ),
        ("mysql", "host: a\n    username: b\n    password: ENC[mysql_password]\n    port: ENC[port]"),
        ("mysql", "defaults_file: /app/my.cnf"),
        (
            "postgres",
            "host: a\n    username: b\n    relations:\n      - relation_regex: o_.*\n        schemas: [public]\n      - orders",
        ),
        ("postgres", "host: a\n    username: b\n    collect_bloat_metrics: true\n    ssl: require"),
        (
            "openmetrics",
            "openmetrics_endpoint: http://localhost:1/m\n    namespace: a\n    metrics:\n      - up\n      - http_requests: requests\n      - a: {name: b, type: gauge}",
        ),
        ("kafka_consumer", "kafka_connect_str: a:9092\n    consumer_groups_regex: {a_.*: {}}"),
        ("kafka_consumer", "kafka_connect_str: [a:9092]\n    consumer_groups: {a: {}}"),
        ("haproxy", "use_openmetrics: true\n    openmetrics_endpoint: http://localhost:8404/metrics"),
        (
            "haproxy",
            "url: http://localhost/stats\n    services_exclude: [a]\n    collect_aggregates_only: both",
        ),
        ("ping", "host: a"),
        ("http_check", "name: a\n    url: http://a\n    http_response_status_code: 200\n    data: text"),
        ("tomcat", "jmx_url: service:jmx:rmi:///jndi/rmi://a:1/jmxrmi"),
        ("mongo", "hosts: a:27017\n    connection_scheme: mongodb+srv\n    options: {authSource: admin}"),
        ("vault", "use_openmetrics: true\n    openmetrics_endpoint: http://a/v1/sys/metrics"),
        ("a_check_of_tomorrow", "port: [1]"),
    ] {
        let files = [(&*conf(check), &*format!("instances:\n  - {instance}\n"))];
        assert_eq!(checkout.lint(&files), [""; 0], "{check}: {instance}");
    }
}

#[test]
fn values_that_the_agent_refuses_are_named_by_their_lines() {
    let checkout = Checkout::new();
    for (check, instance, expected) in [
        ("redisdb", "host: a\n    port: 1\n    username: 12345", "4 error `username`: expected text"),
        ("redisdb", "host: a\n    port: 1\n    tags: [1, 2]", "4 error `tags`: expected a list of texts"),
        (
            "redisdb",
            "host: a\n    port: 1\n    keys:\n      - a\n      - 5",
            "4 error `keys`: expected a list of texts",
        ),
        ("redisdb", "host: a\n    port:", "2 error an instance lacks `port`"),
        ("redisdb", "host: a\n    port: 1\n    ssl: perhaps", "4 error `ssl`: expected true or false"),
        ("postgres", "host: a\n    username: b\n    dbname: 2024", "4 error `dbname`: expected text"),
        ("postgres", "host: a\n    username: b\n    ssl: True", "4 error `ssl`: expected text"),
        ("postgres", "host: a\n    username: b\n    ssl: yes", "4 error `ssl`: expected text"),
        ("postgres", "host: a\n    port: 5432", "2 error an instance lacks `username`"),
        (
            "postgres",
            "host: a\n    username: b\n    relations: [1]",
            "4 error `relations`: expected a list of texts or mappings",
        ),
        ("mysql", "host: a", "2 error an instance lacks `username` or `user` or `defaults_file`"),
        ("mysql", "host: a\n    username: b\n    ssl: true", "4 error `ssl`: expected a mapping"),
        (
            "kafka_consumer",
            "kafka_connect_str: a",
            "2 error an instance lacks `monitor_unlisted_consumer_groups`",
        ),
        ("nginx", "nginx_status_url: http://a\n    service: 5", "3 error `service`: expected text"),
        ("snowflake", "account: 5\n    username: a\n    role: b", "2 error `account`: expected text"),
        ("sqlserver", "host: a\n    databse: b", "3 warning `databse` is not an option of `sqlserver`"),
        ("gunicorn", "proc_name: <NAME>", "2 error nothing replaces the placeholder `<NAME>`"),
    ] {
        let path = conf(check);
        let findings = checkout.lint(&[(&path, &format!("instances:\n  - {instance}\n"))]);
        assert_eq!(findings.len(), 1, "{check}: {instance}\n{findings:?}");
        assert!(findings[0].starts_with(&format!("{path}:{expected}")), "{instance}\n{findings:?}");
    }
}

#[test]
fn placeholders_that_the_script_replaces_are_no_faults() {
    let checkout = Checkout::new();
    let names = ["<THE HOST>", "<THE PORT>", "<THE PASSWORD>"];
    let sed = |names: [&str; 3]| {
        let [host, port, password] = names;
        format!(
            "sed -i \"s|{host}|$A|;s|{port}|$B|;s|{password}|$C|\" \"$DD_CONF_DIR/conf.d/redisdb.d/conf.yaml\"\n"
        )
    };
    for (names, script) in [
        (names, sed(names)),
        (["__HOST__", "__PORT__", "__PASSWORD__"], sed(["__HOST__", "__PORT__", "__PASSWORD__"])),
        (["{{host}}", "{{port}}", "{{password}}"], sed(["{{host}}", "{{port}}", "{{password}}"])),
        (["@HOST@", "@PORT@", "@PASSWORD@"], sed(["@HOST@", "@PORT@", "@PASSWORD@"])),
        (["%HOST%", "%PORT%", "%PASSWORD%"], sed(["%HOST%", "%PORT%", "%PASSWORD%"])),
        (["REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD"], sed(["REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD"])),
        (["$HOST", "$PORT", "$PASSWORD"], "envsubst <a >b\n".into()),
        (["${HOST}", "${PORT}", "${PASSWORD}"], "envsubst <a >b\n".into()),
        (
            ["<HOST>", "<PORT>", "<PASSWORD>"],
            "for n in HOST PORT PASSWORD; do sed -i \"s/<$n>/${!n}/\" x; done\n".into(),
        ),
    ] {
        let [host, port, password] = names;
        let text = format!("instances:\n  - host: {host}\n    port: {port}\n    password: {password}\n");
        let findings = checkout.lint(&[(&conf("redisdb"), &text), ("prerun.sh", &script)]);
        assert_eq!(findings, [""; 0], "{text}{script}");
    }
}

#[test]
fn secrets_are_found_in_any_file_and_patterns_are_none() {
    let checkout = Checkout::new();
    let password = format!("p{}", "0123456789abcdef".repeat(4));
    for line in [
        format!("sed -i \"s/{password}/$PG_PASSWORD/\" x"),
        "TOKEN=HRKU-AAexampleexample0123456789abcdefghijklmnopqrstuvwxyz".into(),
        format!("export CACHE=rediss://:{password}@ec2-1.compute-1.amazonaws.com:6380"),
        format!("# {password}"),
        "HEROKU_API_KEY=01234567-89ab-cdef-0123-456789abcdef".into(),
        "export PGPASSWORD=hunter2".into(),
    ] {
        for path in ["prerun.sh", "checks.d/words.py"] {
            let findings = checkout.lint(&[(path, &format!("true\n{line}\n"))]);
            assert!(
                findings.iter().any(|finding| finding.starts_with(&format!("{path}:2 error "))),
                "{line} {findings:?}"
            );
            assert!(!findings.concat().contains(&password) && !findings.concat().contains("hunter2"));
        }
    }
    for line in [
        "[[ $DATABASE_URL =~ ^postgres://([^:]+):([^@]+)@([^:]+):([0-9]+)/(.*)$ ]] && PG_HOST=${BASH_REMATCH[3]}",
        "PG_USER=$(sed -E 's,^postgres://([^:]*):([^@]*)@.*,\\1,' <<<\"$DATABASE_URL\")",
        "PG_HOST=$(echo \"$DATABASE_URL\" | grep -oP '(?<=@).*(?=:)') # postgres://user:secret@host:5432/db",
        "URL=${DATABASE_URL:-postgres://postgres:postgres@localhost/dev}",
        "curl -H \"Authorization: Bearer $HEROKU_API_KEY\" https://api.heroku.com/apps",
    ] {
        assert_eq!(checkout.lint(&[("prerun.sh", &format!("{line}\n"))]), [""; 0], "{line}");
    }
}

#[test]
fn what_ends_the_shell_of_the_app_is_named_by_its_line() {
    let checkout = Checkout::new();
    for line in [
        "if [ \"$DYNOTYPE\" = run ]; then exit 0; fi",
        "case $DYNOTYPE in run) exit 0 ;; esac",
        "[ -n \"$DD_API_KEY\" ] || { echo no; exit 1; }",
        "set -o errexit -o pipefail",
        "set -euo pipefail",
        "set -o nounset",
        "exec ruby script.rb",
        "cp a /etc/datadog-agent/conf.d",
        "export PATH=$PATH:/opt/datadog-agent/bin",
    ] {
        let findings = checkout.lint(&[("prerun.sh", &format!("true\n{line}\n"))]);
        assert!(
            findings.len() == 1 && findings[0].starts_with("prerun.sh:2 warning "),
            "{line} {findings:?}"
        );
    }
    let appended = "cat >>\"$DATADOG_CONF\" <<E\nlogs_config:\n  a: 1\nE\n";
    let findings = checkout.lint(&[("prerun.sh", &appended.repeat(2))]);
    assert!(findings[0].starts_with("prerun.sh:6 warning appends `logs_config`"), "{findings:?}");
    for text in [
        "stop() { exit 1; }\n( set -e; exit 1 )\necho \"then exit 0\"\n",
        "set -o pipefail\nx=$(false || exit 1)\n",
        "cp a \"$APT_DIR/etc/datadog-agent/conf.d\"\nexec 2>&1\n",
    ] {
        assert_eq!(checkout.lint(&[("prerun.sh", text)]), [""; 0], "{text}");
    }
}

#[test]
fn files_that_nothing_reads_are_named() {
    let checkout = Checkout::new();
    let logs = "logs:\n  - type: file\n    path: /app/log/a.log\n";
    let code = "from datadog_checks.base import AgentCheck\n";
    for (path, text) in [
        ("conf.d/prerun.sh", "true\n"),
        ("scripts/prerun.sh", "true\n"),
        ("python.d/shop.yaml", logs),
        ("ruby/conf.yaml", logs),
        ("conf.d/postgres.d/conf.yaml.erb", logs),
        ("conf.d/postgres.yaml.j2", logs),
        ("conf.d/ruby.d/more/conf.yaml", logs),
        ("checks/depth.py", code),
        ("conf.d/depth.py", code),
    ] {
        let findings = checkout.lint(&[(path, text)]);
        assert!(
            findings
                .iter()
                .any(|finding| finding.starts_with(path) && finding.contains("nothing reads this file")),
            "{path} {findings:?}"
        );
    }
    for path in
        ["conf.d/disabled/redisdb.d/conf.yaml", "conf.d/redisdb.d/conf.yaml.example", "disabled/a.yaml"]
    {
        assert_eq!(checkout.lint(&[(path, "instances:\n  - {}\n")]), [""; 0], "{path}");
    }
    let rendered = [("conf.d/a.d/conf.yaml.erb", logs), ("prerun.sh", "erb a/conf.yaml.erb >b\n")];
    assert_eq!(checkout.lint(&rendered), [""; 0]);
    let off = "# off for now\n# instances:\n#   - proc_name: a\n";
    assert_eq!(checkout.lint(&[(&conf("gunicorn"), off)]), [""; 0]);
}

#[test]
fn faults_of_public_folders_are_named() {
    let checkout = Checkout::new();
    let old = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    let conf_of_postgres = "instances:\n  - {host: h, port: 5432, username: u, password: correct-horse-7}\n";
    let logs = |path: &str| format!("logs:\n  - type: file\n    path: {path}\n");
    for (files, expected) in [
        (
            [("prerun.sh", format!("true\nsed -i \"s/{old}/$X/\" y\n"))].as_slice(),
            "prerun.sh:2 error the password",
        ),
        (
            &[
                ("conf.d/postgres.d/conf.yaml", conf_of_postgres.to_owned()),
                ("prerun.sh", "sed -i \"s/correct-horse-7/$X/\" y\n".to_owned()),
            ],
            "prerun.sh:1 error a password or token",
        ),
        (&[("prerun.sh", "DISABLE_DATADOG_AGENT=\"false\"\n".to_owned())], "any value turns the Agent off"),
        (&[("prerun.sh", "cd /app/datadog\n./fill\n".to_owned())], "starts in that folder"),
        (&[("system-probe.yaml", "network_config:\n  enabled: true\n".to_owned())], "needs privileges"),
        (
            &[("conf.d/ruby.d/conf.yaml", logs("/log/production.log"))],
            "conf.yaml:2 warning no process of a dyno",
        ),
    ] {
        let findings = checkout.lint(&files.iter().map(|(path, text)| (*path, &**text)).collect::<Vec<_>>());
        assert!(findings.iter().any(|finding| finding.contains(expected)), "{expected}: {findings:?}");
    }
}

#[test]
fn an_import_that_also_works_on_agent_5_is_no_fault() {
    let checkout = Checkout::new();
    let code = "try:\n    from datadog_checks.base import AgentCheck\nexcept ImportError:\n    from checks import AgentCheck\n\n\nclass Depth(AgentCheck):\n    def check(self, instance):\n        self.gauge('shop.depth', 1)\n";
    let configuration = ("checks.d/depth.yaml", "instances: [{}]\n");
    assert_eq!(checkout.lint(&[("checks.d/depth.py", code), configuration]), [""; 0]);
    let old = "from checks import AgentCheck\nclass Depth(AgentCheck):\n    pass\n";
    assert_eq!(checkout.lint(&[("checks.d/depth.py", old), configuration]).len(), 1);
}

#[cfg(unix)]
#[test]
fn links_are_followed_in_the_checkout_and_named_where_they_lead_out() {
    use std::os::unix::fs::symlink;
    let checkout = Checkout::new();
    let target = checkout.folder.join("ops/datadog/conf.d/redisdb.d");
    fs::create_dir_all(&target).unwrap();
    fs::write(target.join("conf.yaml"), "instances: [{hots: a, port: nope}]\n").unwrap();
    symlink("ops/datadog", checkout.folder.join("datadog")).unwrap();
    assert!(checkout.findings().iter().any(|finding| finding.contains("`port`: expected a whole number")));
    fs::remove_file(checkout.folder.join("datadog")).unwrap();
    symlink("/nowhere/datadog", checkout.folder.join("datadog")).unwrap();
    assert!(checkout.findings()[0].contains("is a link to nothing in the repository"));
}

//! `integrations`, `checks` and `prerun`, through the real program against a sandbox.

mod catalogue;
mod placement;

use std::fs;
use std::path::PathBuf;

use assert_cmd::assert::Assert;
use serde_json::{Value, json};

use crate::sandbox::client::write;
use crate::support::sandbox::Sandbox;

/// A sandbox and a git checkout that belongs to no app.
struct Place {
    sandbox: Sandbox,
    checkout: PathBuf,
}

impl Place {
    fn new() -> Self {
        let sandbox = Sandbox::start();
        let checkout = sandbox.home().join("checkout");
        fs::create_dir(&checkout).unwrap();
        assert!(
            std::process::Command::new("git").args(["init", "-q"]).arg(&checkout).status().unwrap().success()
        );
        Self { sandbox, checkout }
    }

    fn run(&self, arguments: &[&str]) -> Assert {
        self.sandbox.command(arguments).current_dir(&self.checkout).assert()
    }

    /// The JSON that a command prints when it ends well.
    fn json(&self, arguments: &[&str]) -> Value {
        let assert = self.run(&[arguments, &["--json"]].concat()).success();
        serde_json::from_slice(&assert.get_output().stdout).unwrap()
    }

    /// What a command says on stderr when it fails with this exit code.
    fn failure(&self, code: i32, arguments: &[&str]) -> String {
        let assert = self.run(arguments).code(code);
        String::from_utf8(assert.get_output().stderr.clone()).unwrap()
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.checkout.join(path)).unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.checkout.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn config(&self, app: &str, name: &str) -> Value {
        self.sandbox.app(app)["config"][name].clone()
    }
}

fn changes(document: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let shown = |change: &Value| {
        let what = ["key", "path"].map(|name| text(&change[name])).concat();
        format!("{} {what} {}", text(&change["kind"]), text(&change["after"])).trim().to_owned()
    };
    document["changes"].as_array().unwrap().iter().map(shown).collect()
}

#[test]
fn add_redis_finds_both_add_ons_and_a_second_time_changes_nothing() {
    let place = Place::new();
    let add = ["integrations", "add", "redis", "-a", "mobile-api", "--yes"];
    let document = place.json(&add);
    assert_eq!(
        changes(&document),
        [
            "config.set DD_ENABLE_HEROKU_REDIS true",
            "config.set DD_REDIS_URL_VAR REDIS_URL,HEROKU_REDIS_CYAN_URL"
        ]
    );
    assert_eq!((&document["restarts"], &document["changes"][0]["result"]), (&json!(1), &json!("done")));
    assert!(changes(&place.json(&add)).is_empty());
    let writes: Vec<_> = place.sandbox.writes();
    assert_eq!(writes, ["PATCH /apps/mobile-api/config-vars"]);
    place.run(&["integrations", "remove", "redis", "-a", "mobile-api", "--yes"]).success();
    assert_eq!(place.config("mobile-api", "DD_REDIS_URL_VAR"), Value::Null);
    assert_eq!(place.config("mobile-api", "DD_ENABLE_HEROKU_REDIS"), Value::Null);
}

#[test]
fn database_monitoring_is_refused_for_the_essential_plan() {
    let place = Place::new();
    let message =
        place.failure(1, &["integrations", "add", "postgres", "--dbm", "-a", "mobile-api", "--yes"]);
    assert!(message.contains("essential-0") && message.contains("heroku addons:upgrade"), "{message}");
    let document = place.json(&["integrations", "add", "postgres", "--dbm", "-a", "shop", "--yes"]);
    assert_eq!(
        changes(&document),
        [
            "config.set DD_ENABLE_DBM true",
            "config.set DD_ENABLE_HEROKU_POSTGRES true",
            "file.write datadog/prerun.sh"
        ]
    );
    assert!(place.sandbox.writes().iter().all(|write| write.contains("/apps/shop/")));
}

#[test]
fn a_dry_run_changes_nothing() {
    let place = Place::new();
    for command in [
        &["integrations", "add", "redis", "gunicorn", "-a", "shop"][..],
        &["integrations", "add", "gunicorn", "--set", "proc_name=x", "-a", "shop"],
        &["prerun", "skip", "run", "-a", "shop"],
        &["checks", "new", "depth", "-a", "shop"],
    ] {
        let _ = place.run(&[command, &["--dry-run"]].concat());
    }
    assert!(place.sandbox.writes().is_empty());
    assert!(!place.checkout.join("datadog").exists());
}

#[test]
fn a_check_with_a_file_is_added_limited_listed_and_removed() {
    let place = Place::new();
    let with = |rest: &[&'static str]| [rest, &["-a", "shop", "--yes"]].concat();
    let document = place.json(&with(&["integrations", "add", "gunicorn", "--set", "proc_name=shop"]));
    assert_eq!(changes(&document), ["file.write datadog/conf.d/gunicorn.d/conf.yaml"]);
    place.run(&with(&["integrations", "add", "ping@1.0.2", "--set", "host=db.internal"])).success();
    place.run(&with(&["integrations", "limit", "gunicorn", "--to", "web"])).success();
    let list = place.json(&["integrations", "list", "-a", "shop"]);
    let on: Vec<_> = list.as_array().unwrap().iter().filter(|item| item["on"] == true).collect();
    assert_eq!(
        (&on[0]["name"], &on[0]["dynos"], &on[0]["problems"]),
        (&json!("gunicorn"), &json!(["web"]), &json!(0))
    );
    assert_eq!((&on[1]["name"], &on[1]["version"]), (&json!("ping"), &json!("1.0.2")));
    assert_eq!(place.json(&["checks", "lint"])["findings"], json!([]));
    let message = place.failure(2, &with(&["integrations", "limit", "gunicorn", "--to", "wbe"]));
    assert!(message.contains("no process type `wbe`") && message.contains("`worker`"), "{message}");
    place.failure(2, &with(&["integrations", "limit", "gunicorn", "--to", "web;rm -rf /"]));
    place.run(&with(&["integrations", "remove", "gunicorn", "ping"])).success();
    let left = place.json(&["integrations", "list", "-a", "shop"]);
    assert!(left.as_array().unwrap().iter().all(|item| item["on"] == false));
    assert!(!place.checkout.join("datadog/prerun.sh").exists());
}

#[test]
fn options_that_a_check_takes_are_known_although_no_help_shows_them() {
    let place = Place::new();
    let options =
        ["hosts=[db.example]", "connection_scheme=mongodb+srv", "options={authSource: admin}", "dbm=true"];
    let mut add = vec!["integrations", "add", "mongo", "-a", "shop", "--yes"];
    add.extend(options.iter().flat_map(|option| ["--set", option]));
    place.run(&add).success();
    let read: Value = serde_saphyr::from_str(&place.read("datadog/conf.d/mongo.d/conf.yaml")).unwrap();
    assert_eq!(
        read["instances"][0],
        json!({"hosts": ["db.example"], "connection_scheme": "mongodb+srv", "options": {"authSource": "admin"}, "dbm": true})
    );
    assert_eq!(place.json(&["checks", "lint"])["findings"], json!([]));
}

#[test]
fn what_the_user_edited_is_not_overwritten() {
    let place = Place::new();
    let add = |more: &[&'static str]| {
        [
            &[
                "integrations",
                "add",
                "http_check",
                "--set",
                "name=a",
                "--set",
                "url=http://a",
                "-a",
                "shop",
                "--yes",
            ],
            more,
        ]
        .concat()
    };
    place.run(&add(&[])).success();
    let path = "datadog/conf.d/http_check.d/conf.yaml";
    let edited = place.read(path).replace("# timeout: 5", "timeout: 7");
    place.write(path, &edited);
    let other = add(&["--set", "url=http://b"]);
    let message = place.failure(1, &other);
    assert!(
        message.contains("was edited by hand") && message.contains("+ ") && message.contains("--force"),
        "{message}"
    );
    assert_eq!(place.read(path), edited);
    place.run(&[&other[..], &["--force"]].concat()).success();
    assert_eq!(place.read(&format!("{path}.bak")), edited);
    assert!(place.read(path).contains("http://b") && place.read(path).contains("timeout: 7"));
}

#[test]
fn a_mistake_on_the_command_line_is_a_usage_error_with_a_way_on() {
    let place = Place::new();
    for (arguments, expected) in [
        (vec!["add", "rediss"], "did you mean `redis`?"),
        (vec!["add", "ping"], "--set host=…"),
        (vec!["add", "gunicorn", "--set", "proc_nam=x"], "did you mean `proc_name`?"),
        (vec!["add", "mcache", "--set", "port=many"], "expected a whole number"),
        (vec!["add", "mcache", "--set", "password=hunter2"], "put it into a config var"),
        (vec!["add", "redis", "--dbm"], "`--dbm` goes with postgres"),
        (vec!["add", "redis", "--var", "redis://:hunter2@h"], "the name of the config var"),
        (vec!["show", "postgress"], "did you mean `postgres`?"),
    ] {
        let groups: &[&str] = if arguments[0] == "show" { &[] } else { &["-a", "shop", "--yes"] };
        let said = place.failure(2, &[&["integrations"], &arguments[..], groups].concat());
        assert!(said.contains(expected) && !said.contains("hunter2"), "{said}");
    }
    let said = place.failure(1, &["integrations", "add", "mcache", "-a", "shop", "--yes"]);
    assert!(said.contains("--var MEMCACHIER_SERVERS"), "{said}");
}

#[test]
fn the_block_of_prerun_changes_and_the_rest_stays_byte_for_byte() {
    let place = Place::new();
    let mine = "#!/bin/bash\nexport MINE=1\r\n";
    place.write("datadog/prerun.sh", mine);
    let with = |rest: &[&'static str]| [&["prerun"], rest, &["-a", "shop", "--yes"]].concat();
    place.run(&with(&["skip", "run,release"])).success();
    place.run(&with(&["version", "slug"])).success();
    let shown = place.json(&["prerun", "show"]);
    assert_eq!(
        (&shown["skip"], &shown["version"], &shown["state"]),
        (&json!(["run", "release"]), &json!("slug"), &json!("managed"))
    );
    let text = place.read("datadog/prerun.sh");
    assert!(
        text.starts_with("#!/bin/bash\n# >>> dd-heroku") && text.ends_with("export MINE=1\r\n"),
        "{text}"
    );
    let edited = text.replace("DISABLE_DATADOG_AGENT=true", "DISABLE_DATADOG_AGENT=1");
    place.write("datadog/prerun.sh", &edited);
    assert!(place.failure(1, &with(&["skip", "run"])).contains("edited by hand"));
    assert_eq!(place.read("datadog/prerun.sh"), edited);
    place.run(&with(&["skip", "run", "--force"])).success();
    place.run(&with(&["skip", "none"])).success();
    assert_eq!(place.read("datadog/prerun.sh"), mine);
    assert!(place.failure(2, &with(&["skip", "run;true"])).contains("not a dyno type"));
    assert!(place.failure(2, &with(&["version", "yesterday"])).contains("slug"));
}

#[test]
fn a_new_script_can_be_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    place.run(&["prerun", "skip", "one-off", "-a", "shop", "--yes"]).success();
    let mode = fs::metadata(place.checkout.join("datadog/prerun.sh")).unwrap().permissions().mode();
    assert_eq!(mode & 0o111, 0o111, "{mode:o}");
}

#[test]
fn a_new_check_is_valid_and_tested() {
    let place = Place::new();
    let document = place.json(&["checks", "new", "queue_depth", "-a", "shop", "--yes"]);
    assert_eq!(changes(&document).len(), 3);
    let list = place.json(&["checks", "list"]);
    assert_eq!(list[0]["name"], "queue_depth");
    assert_eq!(list[0]["problems"], 0);
    assert_eq!(place.json(&["checks", "lint"])["findings"], json!([]));
    let test = place.checkout.join("datadog/tests/test_queue_depth.py");
    let python = std::process::Command::new("python3").arg("-B").arg(test).output().unwrap();
    assert!(python.status.success(), "{}", String::from_utf8_lossy(&python.stderr));
    let again = ["checks", "new", "queue_depth", "-a", "shop", "--yes"];
    assert_eq!(place.json(&again)["changes"], json!([]));
    place.write("datadog/checks.d/queue_depth.py", "# mine\n");
    assert!(place.failure(1, &again).contains("already exists"));
    assert_eq!(place.read("datadog/checks.d/queue_depth.py"), "# mine\n");
    assert!(place.failure(2, &["checks", "new", "nginx", "-a", "shop"]).contains("the Agent has a check"));
}

#[test]
fn lint_says_where_and_what_to_do() {
    let place = Place::new();
    place.write("datadog/conf.d/redisdb.d/conf.yaml", "instances:\n  - host: a\n    password: hunter2\n");
    place.write(
        "datadog/checks.d/mine.py",
        "from datadog_checks.base import AgentCheck\nclass Mine(AgentCheck:\n",
    );
    place.write("datadog/prerun.sh", "if true; then\n");
    let assert = place.run(&["checks", "lint"]).code(3);
    let shown = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    for line in [
        "datadog/conf.d/redisdb.d/conf.yaml:2: error: an instance lacks `port`, which the check requires",
        "datadog/conf.d/redisdb.d/conf.yaml:3: error: the value of `password` is in the repository",
        "datadog/checks.d/mine.py:2: error: Python cannot read it",
        "datadog/checks.d/mine.py: error: the check `mine` has no configuration",
        "datadog/prerun.sh:2: error: bash cannot read it",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    assert!(!shown.contains("hunter2"));
}

#[test]
fn an_add_on_leads_to_its_integration_and_an_app_shows_its_state() {
    let place = Place::new();
    for name in ["rediscloud", "openredis", "heroku-key-value-store", "kvs", "upstash-redis"] {
        assert_eq!(place.json(&["integrations", "show", name])["name"], "redis", "{name}");
    }
    let document = place.json(&["integrations", "show", "rediscloud", "-a", "shop"]);
    assert_eq!((&document["app"], &document["on"]), (&json!("shop"), &json!(false)));
    place.run(&["integrations", "add", "redis", "-a", "shop", "--yes"]).success();
    assert_eq!(place.json(&["integrations", "show", "redis", "-a", "shop"])["on"], true);
}

#[test]
fn a_named_variable_may_have_any_name() {
    let place = Place::new();
    for (integration, variable, url) in [
        ("rabbitmq", "STACKHERO_RABBITMQ_AMQP_URL_TLS", "amqps://u:pw@q.example:5671/v"),
        ("mysql", "STACKHERO_MYSQL_TLS", "mysql2://u:pw@db.example/x"),
        ("elastic", "SEARCHBOX_SSL", "https://u:pw@e.example"),
    ] {
        write(&place.sandbox, "PATCH", "/apps/shop/config-vars", json!({ variable: url }));
        place.run(&["integrations", "add", integration, "--var", variable, "-a", "shop", "--yes"]).success();
        let text = place.read(&format!("datadog/conf.d/{integration}.d/conf.yaml"));
        assert!(text.contains(&format!("${{{variable}.host}}")), "{text}");
    }
}

#[test]
fn options_of_what_config_vars_set_up_are_refused_instead_of_dropped() {
    let place = Place::new();
    for name in ["redis", "postgres"] {
        let said =
            place.failure(2, &["integrations", "add", name, "--set", "tags=[a]", "-a", "shop", "--yes"]);
        assert!(said.contains("is set up by config vars"), "{said}");
    }
    assert!(place.sandbox.writes().is_empty());
}

#[test]
fn a_check_is_written_without_an_app_or_an_account_and_hides_no_module() {
    let place = Place::new();
    let signed_out = |arguments: &[&str]| {
        let mut command = place.sandbox.command(arguments);
        command.env_remove("HEROKU_API_KEY").current_dir(&place.checkout);
        command.assert()
    };
    signed_out(&["checks", "new", "depth", "--yes"]).success();
    assert!(place.read("datadog/checks.d/depth.py").contains("class DepthCheck"));
    signed_out(&["checks", "new", "depth", "--yes"]).success();
    for name in ["yaml", "redis", "psycopg", "statsd", "json", "requests", "datadog_checks", "utils", "ntp"] {
        signed_out(&["checks", "new", name, "--dry-run"]).code(2);
    }
}

#[test]
fn the_examples_of_the_readme_plan_something() {
    let readme = include_str!("../../README.md");
    let line = readme.lines().find(|line| line.starts_with("| `integrations list")).unwrap();
    let examples: Vec<_> = line.split('`').filter(|text| text.starts_with("add ")).collect();
    assert_eq!(examples.len(), 4, "{line}");
    for example in examples {
        let place = Place::new();
        let mut arguments = vec!["integrations"];
        arguments.extend(example.split(' '));
        arguments.extend(["-a", "mobile-api", "--dry-run", "--json"]);
        if example == "add mcache" {
            arguments.extend(["--set", "url=localhost"]);
        }
        place.run(&arguments).success();
    }
}

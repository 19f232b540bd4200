//! The managed block of `datadog/prerun.sh`, run by a real bash under upstream's conventions.

mod placeholders;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use dd_heroku::app::prerun::{Block, Version};
use serde_json::{Value, json};

/// A dyno's home after upstream has made the configuration, before it sources `prerun.sh`.
struct Dyno {
    home: tempfile::TempDir,
    vars: Vec<(String, String)>,
}

impl Dyno {
    fn named(dyno: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir_all(home.path().join("conf/conf.d")).unwrap();
        fs::create_dir_all(home.path().join("bin")).unwrap();
        Self { home, vars: vec![("DYNO".into(), dyno.into())] }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.vars.push((name.into(), value.into()));
        self
    }

    fn conf(&self, check: &str) -> std::path::PathBuf {
        self.home.path().join(format!("conf/conf.d/{check}.d/conf.yaml"))
    }

    fn holding(self, check: &str, conf: &str) -> Self {
        let path = self.conf(check);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, conf).unwrap();
        self
    }

    /// Sources the block in a strict shell, as an app's own script may have made it, and lists the environment.
    fn boot(&self, block: &Block) -> Output {
        let script = self.home.path().join("prerun.sh");
        fs::write(&script, block.put_into(None).unwrap()).unwrap();
        self.bash("set -eu; source \"$1\"; exec env", &script)
    }

    fn bash(&self, command: &str, argument: &Path) -> Output {
        let conf = self.home.path().join("conf");
        Command::new("bash")
            .args(["-c", command, "bash"])
            .arg(argument)
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", self.home.path().join("bin").display()))
            .env("DD_CONF_DIR", conf)
            .env("DD_DIR", self.home.path().join("agent"))
            .envs(self.vars.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap()
    }

    fn instance(&self, check: &str) -> Value {
        let text = fs::read_to_string(self.conf(check)).unwrap();
        let read: Value = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        read["instances"][0].clone()
    }
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn has(environment: &str, line: &str) -> bool {
    environment.lines().any(|existing| existing == line)
}

fn fill() -> Block {
    Block { fill: true, ..Block::default() }
}

fn everything() -> Block {
    Block {
        skip: vec!["run".into(), "crontogo*".into()],
        version: Some(Version::Slug),
        limits: [("gunicorn".into(), vec!["web".into()]), ("redisdb".into(), vec!["web.1".into()])].into(),
        installs: [("ping".into(), "1.0.2".into())].into(),
        fill: true,
    }
}

const MEMCACHED: &str = "# dd-heroku: fill\ninit_config:\ninstances:\n  # a ${COMMENT} stays\n  - url: \"${SERVERS.host}\"\n    \
    port: ${SERVERS.port}\n    username: \"${USERNAME}\"\n    password: \"${PASSWORD}\"\n    tags: [\"db:${NAME}\", x]\n    plain: a ${NAME} b # why\n";

fn memcached(password: &str) -> Dyno {
    Dyno::named("web.1")
        .holding("mcache", MEMCACHED)
        .with("SERVERS", "mc1.example:11211,mc2.example:11212")
        .with("USERNAME", "u")
        .with("PASSWORD", password)
        .with("NAME", "shop")
}

#[test]
fn the_block_is_valid_bash_and_leaves_nothing_behind() {
    let dyno = Dyno::named("web.1");
    let script = dyno.home.path().join("prerun.sh");
    fs::write(&script, everything().put_into(None).unwrap()).unwrap();
    assert!(dyno.bash("bash -n \"$1\"", &script).status.success());
    let left = dyno.bash("before=$(compgen -vA function); source \"$1\" 2>/dev/null; compgen -vA function | grep -vxF \"$before\"", &script);
    let left = String::from_utf8(left.stdout).unwrap();
    let left: Vec<_> =
        left.lines().filter(|name| !["before", "BASH_REMATCH", "PIPESTATUS", "_"].contains(name)).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_skipped_dyno_has_no_agent_and_no_tracer() {
    for (dyno, off) in
        [("run.1234", true), ("crontogo-abc.77", true), ("web.1", false), ("runner.1", false), ("", false)]
    {
        let environment = stdout(
            &Dyno::named(dyno)
                .boot(&Block { skip: vec!["run".into(), "crontogo*".into()], ..Block::default() }),
        );
        assert_eq!(has(&environment, "DD_TRACE_ENABLED=false"), off, "{dyno}");
        assert_eq!(has(&environment, "DD_PROFILING_ENABLED=false"), off, "{dyno}");
    }
    let environment = stdout(&Dyno::named("web.1").with("DISABLE_DATADOG_AGENT", "yes").boot(&everything()));
    assert!(has(&environment, "DD_TRACE_ENABLED=false"), "where the app has it off, the tracer is off too");
}

#[test]
fn the_version_comes_from_the_commit_or_the_release() {
    let boot =
        |version, dyno: Dyno| stdout(&dyno.boot(&Block { version: Some(version), ..Block::default() }));
    let slug = Dyno::named("web.1").with("HEROKU_SLUG_COMMIT", "abc123");
    assert!(has(&boot(Version::Slug, slug), "DD_VERSION=abc123"));
    let build = Dyno::named("web.1").with("HEROKU_SLUG_COMMIT", "old").with("HEROKU_BUILD_COMMIT", "new");
    let environment = boot(Version::Slug, build);
    assert!(has(&environment, "DD_VERSION=new") && has(&environment, "DD_GIT_COMMIT_SHA=new"));
    let release = Dyno::named("web.1").with("HEROKU_RELEASE_VERSION", "v41").with("DD_VERSION", "1");
    assert!(has(&boot(Version::Release, release), "DD_VERSION=v41"));
    assert!(!boot(Version::Slug, Dyno::named("web.1")).contains("DD_VERSION"));
}

#[test]
fn a_limited_check_runs_on_its_dynos_only() {
    for (dyno, gunicorn, redis) in [
        ("web.1", true, true),
        ("web.2", true, false),
        ("worker.1", false, false),
        ("webhook.1", false, false),
    ] {
        let dyno =
            Dyno::named(dyno).holding("gunicorn", "instances: []\n").holding("redisdb", "instances: []\n");
        stdout(&dyno.boot(&everything()));
        assert_eq!(
            (dyno.conf("gunicorn").exists(), dyno.conf("redisdb").exists()),
            (gunicorn, redis),
            "{:?}",
            dyno.vars
        );
    }
}

#[test]
fn config_vars_are_put_into_the_files_that_ask_for_it() {
    let dyno = memcached("pw").holding("other", "instances:\n  - password: ${PASSWORD}\n");
    let said = dyno.boot(&fill());
    assert!(said.stderr.is_empty() && !stdout(&said).contains("__dd_heroku"));
    assert_eq!(
        dyno.instance("mcache"),
        json!({"url": "mc1.example", "port": 11211, "username": "u", "password": "pw", "tags": ["db:shop", "x"], "plain": "a shop b"})
    );
    assert_eq!(
        dyno.instance("other"),
        json!({"password": "${PASSWORD}"}),
        "a file that did not ask stays as it is"
    );
    let text = fs::read_to_string(dyno.conf("mcache")).unwrap();
    assert!(text.contains("# a ${COMMENT} stays") && text.starts_with("# dd-heroku: filled\n"), "{text}");
    stdout(&dyno.boot(&fill()));
    assert_eq!(fs::read_to_string(dyno.conf("mcache")).unwrap(), text, "a second boot changes nothing");
}

#[test]
fn any_password_reads_back_as_it_was() {
    for password in [
        "p\"a\\s$s`'#: %{x}",
        "${SERVERS.host}",
        "line\nbreak\r\ttab",
        "12345",
        "true",
        " spaces ",
        "\u{1}\u{7f}\u{85}\u{2028}\u{feff}\u{9f}é😀",
        "\\x41\\n",
        "100%25",
        "-",
        "~",
    ] {
        let dyno = memcached(password);
        stdout(&dyno.boot(&fill()));
        assert_eq!(dyno.instance("mcache")["password"], json!(password), "{password:?}");
        let python = dyno.bash("python3 -c 'import sys, yaml, json; print(json.dumps(yaml.safe_load(open(sys.argv[1], encoding=\"utf8\"))[\"instances\"][0][\"password\"]))' \"$1\"", &dyno.conf("mcache"));
        if python.status.success() {
            assert_eq!(
                serde_json::from_slice::<Value>(&python.stdout).unwrap(),
                json!(password),
                "as PyYAML reads it"
            );
        }
    }
}

#[test]
fn an_instance_whose_variable_is_unset_is_left_out() {
    let two = "# dd-heroku: fill\ninit_config:\n\ninstances:\n  - url: \"${GONE.host}\"\n    tags:\n      - a:b\n  - url: \"${SERVERS.host}\"\n    \
        password: \"${SERVERS.password}\"\n    tags:\n      - \"c:${SERVERS.port}\"\nlogs: []\n";
    let dyno = Dyno::named("web.1")
        .holding("mcache", two)
        .holding("none", "# dd-heroku: fill\ninstances:\n- url: ${GONE}\n")
        .holding("around", "# dd-heroku: fill\ninit_config:\n  key: ${GONE}\ninstances:\n- url: a\n")
        .with("SERVERS", "mc1.example:11211");
    let output = dyno.boot(&fill());
    let message = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(message.lines().count(), 3, "{message}");
    assert!(
        message
            .contains("dd-heroku: an instance of mcache.d/conf.yaml is left out: GONE.host is not there\n"),
        "{message}"
    );
    stdout(&output);
    assert_eq!(
        dyno.instance("mcache"),
        json!({"url": "mc1.example", "tags": ["c:11211"]}),
        "a part that is not there leaves its line out"
    );
    assert!(!dyno.conf("none").exists() && !dyno.conf("around").exists());
}

#[test]
fn a_certificate_is_put_in_as_a_private_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
    let dyno = Dyno::named("web.1")
        .holding(
            "kafka_consumer",
            "# dd-heroku: fill\ninstances:\n  - tls_ca_cert: \"${KAFKA_TRUSTED_CERT.file}\"\n",
        )
        .with("KAFKA_TRUSTED_CERT", certificate);
    stdout(&dyno.boot(&fill()));
    let path = dyno.instance("kafka_consumer")["tls_ca_cert"].as_str().unwrap().to_owned();
    assert_eq!(fs::read_to_string(&path).unwrap().trim_end(), certificate);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
    assert_eq!(fs::metadata(dyno.conf("kafka_consumer")).unwrap().permissions().mode() & 0o077, 0);
}

#[test]
fn a_community_check_is_installed_once_and_never_stops_the_boot() {
    let dyno = Dyno::named("web.1");
    let wrapper = dyno.home.path().join("bin/agent-wrapper");
    let called = dyno.home.path().join("called");
    fs::write(&wrapper, format!("#!/bin/bash\necho \"$@\" >> {}; echo noise; exit 1\n", called.display()))
        .unwrap();
    assert!(Command::new("chmod").arg("+x").arg(&wrapper).status().unwrap().success());
    let output = dyno.boot(&everything());
    assert!(!stdout(&output).contains("noise"));
    assert!(String::from_utf8(output.stderr).unwrap().contains("ping 1.0.2 could not be installed"));
    assert_eq!(fs::read_to_string(&called).unwrap(), "integration install -t datadog-ping==1.0.2\n");
    fs::create_dir_all(
        dyno.home.path().join("agent/embedded/lib/python3.12/site-packages/datadog_ping-1.0.2.dist-info"),
    )
    .unwrap();
    let again = dyno.boot(&everything());
    assert!(again.stderr.is_empty(), "{again:?}");
    assert_eq!(
        fs::read_to_string(&called).unwrap().lines().count(),
        1,
        "what is installed is not installed again"
    );
}

#[test]
fn the_values_of_a_real_memcached_connect() {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::{TcpListener, TcpStream};

    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut memcached = Command::new("memcached")
        .args(["-l", "127.0.0.1", "-U", "0", "-m", "4", "-u", "nobody", "-p", &port.to_string()])
        .spawn()
        .expect("tests/run installs memcached");
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(memcached.try_wait().unwrap().is_none(), "memcached ended");
        std::thread::yield_now();
    }
    let dyno = memcached_of(&format!("127.0.0.1:{port}"));
    stdout(&dyno.boot(&fill()));
    let instance = dyno.instance("mcache");
    let place =
        (instance["url"].as_str().unwrap(), u16::try_from(instance["port"].as_u64().unwrap()).unwrap());
    let mut connection = TcpStream::connect(place).unwrap();
    connection.write_all(b"version\r\n").unwrap();
    let mut answer = String::new();
    BufReader::new(connection).read_line(&mut answer).unwrap();
    memcached.kill().unwrap();
    memcached.wait().unwrap();
    assert!(answer.starts_with("VERSION "), "{answer}");
}

/// A dyno of an app that `integrations add mcache` was run for, with these servers.
fn memcached_of(servers: &str) -> Dyno {
    let entry = dd_heroku::datadog::integrations::find("memcachier").unwrap();
    let set = entry.sources[0].set.iter();
    let value = |value: &Value| json!(value.as_str().unwrap().replace("PREFIX", "MEMCACHIER"));
    let instance = set.map(|(name, text)| (name.clone(), value(text))).collect();
    Dyno::named("web.1")
        .holding("mcache", &dd_heroku::datadog::integrations::conf::render(entry, &[instance]))
        .with("MEMCACHIER_SERVERS", servers)
        .with("MEMCACHIER_USERNAME", "u")
        .with("MEMCACHIER_PASSWORD", "p")
}

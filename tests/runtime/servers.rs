//! A real Redis with TLS and a real PostgreSQL: the values of the configurations made of their URLs connect.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::{CONF, Home, until, yaml};

const PASSWORD: &str = "p@ss/w:rd '\"#%1";
const ENCODED: &str = "p%40ss%2Fw%3Ard%20%27%22%23%251";

/// A server of its own folder and port, ended with the test.
struct Server {
    process: Child,
    folder: TempDir,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGQUIT: PostgreSQL ends its own processes too. SIGTERM for those that were born with it ignored.
        let kill = format!("kill -QUIT {0}; kill -TERM {0}", self.process.id());
        let _ = Command::new("bash").args(["-c", &kill]).status();
        let _ = self.process.wait();
    }
}

/// A port that is free, as far as can be known.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until the server listens; one that ended (its port was taken meanwhile) does not count.
fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

/// A certificate that signed itself, as Heroku's Redis has.
fn certificate(folder: &Path) {
    let mut openssl = Command::new("openssl");
    openssl.current_dir(folder).args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=self"]);
    assert!(
        quiet(openssl.args(["-keyout", "key.pem", "-out", "cert.pem", "-days", "2"]))
            .status()
            .unwrap()
            .success()
    );
}

fn redis() -> Server {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path());
    let port = free_port();
    let mut server = Command::new("redis-server");
    server.current_dir(folder.path()).args(["--port", "0", "--bind", "127.0.0.1", "--save", ""]);
    server.args([
        "--tls-port",
        &port.to_string(),
        "--tls-cert-file",
        "cert.pem",
        "--tls-key-file",
        "key.pem",
    ]);
    server.args(["--tls-ca-cert-file", "cert.pem", "--tls-auth-clients", "no", "--requirepass", PASSWORD]);
    let process = quiet(&mut server).spawn().unwrap();
    let server = Server { process, folder, port };
    until("Redis listens", || listens(port));
    server
}

/// The newest PostgreSQL's programs.
fn programs() -> PathBuf {
    let mut all: Vec<_> =
        fs::read_dir("/usr/lib/postgresql").unwrap().flatten().map(|entry| entry.path()).collect();
    all.sort();
    all.pop().unwrap().join("bin")
}

/// PostgreSQL refuses to run as root: then its own user runs it.
fn as_postgres(program: &Path) -> Command {
    if rustix::process::getuid().is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn postgres() -> Server {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    certificate(folder.path());
    fs::write(folder.path().join("password"), PASSWORD).unwrap();
    if rustix::process::getuid().is_root() {
        assert!(
            Command::new("chown")
                .args(["-R", "postgres:postgres"])
                .arg(folder.path())
                .status()
                .unwrap()
                .success()
        );
    }
    let mut init = as_postgres(&programs().join("initdb"));
    init.current_dir(folder.path())
        .args(["-U", "bob", "-A", "scram-sha-256", "--no-sync", "--pwfile", "password", "-D"])
        .arg(&data);
    assert!(quiet(&mut init).status().unwrap().success());
    let port = free_port();
    let mut server = as_postgres(&programs().join("postgres"));
    server.current_dir(folder.path()).arg("-D").arg(&data).args([
        "-p",
        &port.to_string(),
        "-h",
        "127.0.0.1",
        "-F",
    ]);
    for option in
        ["unix_socket_directories=", "ssl=on", "ssl_cert_file=../cert.pem", "ssl_key_file=../key.pem"]
    {
        server.args(["-c", option]);
    }
    let process = quiet(&mut server).spawn().unwrap();
    let server = Server { process, folder, port };
    until("PostgreSQL listens", || listens(port));
    server
}

/// A value of the only instance, read by PyYAML.
fn value(home: &Home, check: &str, key: &str) -> String {
    yaml(&home.read(&format!("{CONF}/conf.d/{check}.d/conf.yaml")), &format!("y['instances'][0]['{key}']"))
}

#[test]
fn what_is_made_of_a_redis_url_connects() {
    let server = redis();
    let url = format!("rediss://:{ENCODED}@127.0.0.1:{}", server.port);
    let home = Home::new().unset("DD_API_KEY").set("DD_ENABLE_HEROKU_REDIS", "true").set("REDIS_URL", &url);
    home.boot();
    let value = |key| value(&home, "redisdb", key);
    assert_eq!((value("ssl"), value("ssl_cert_reqs")), ("True".into(), "0".into()));
    let mut client = Command::new("redis-cli");
    client.args(["--tls", "--insecure", "-h", &value("host"), "-p", &value("port"), "PING"]);
    assert_eq!(crate::support::run(client.env("REDISCLI_AUTH", value("password"))), "PONG\n");
    assert!(server.folder.path().exists());
}

#[test]
fn what_is_made_of_a_postgres_url_connects() {
    let server = postgres();
    let url = format!("postgresql://bob:{ENCODED}@127.0.0.1:{}/postgres?application_name=x", server.port);
    let home =
        Home::new().unset("DD_API_KEY").set("DD_ENABLE_HEROKU_POSTGRES", "true").set("DATABASE_URL", &url);
    home.boot();
    let value = |key| value(&home, "postgres", key);
    let mut client = Command::new("psql");
    client.args(["-AtXc", "select ssl from pg_stat_ssl where pid = pg_backend_pid()"]);
    for (variable, key) in [
        ("PGHOST", "host"),
        ("PGPORT", "port"),
        ("PGUSER", "username"),
        ("PGPASSWORD", "password"),
        ("PGDATABASE", "dbname"),
        ("PGSSLMODE", "ssl"),
    ] {
        client.env(variable, value(key));
    }
    assert_eq!(crate::support::run(&mut client), "t\n");
    assert!(server.folder.path().exists());
}

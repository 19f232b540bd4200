//! A PostgreSQL of a test's own, from the machine's package: on a free port, with TLS by a certificate made for it, and
//! with `pg_stat_statements` loaded. PostgreSQL refuses to run as root, so a test that does runs it as `nobody`.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::run;

/// A running server; it is stopped when this is dropped.
pub(crate) struct Postgres {
    folder: TempDir,
    server: Child,
    port: u16,
}

impl Postgres {
    /// Starts one with a superuser `app`, its database `shop`, and the user `datadog` as Heroku makes it with the
    /// credential. Every password is taken; but for TLS nobody gets in over the network.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        assert!(Command::new("chmod").arg("777").arg(folder.path()).status().unwrap().success());
        run(server_program("initdb")
            .args(["-A", "trust", "-U", "app", "--no-sync", "-E", "UTF8", "--locale=C", "-D"])
            .arg(&data));
        run(as_nobody("openssl")
            .args([
                "req",
                "-new",
                "-x509",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=self-signed",
                "-newkey",
                "rsa:2048",
                "-keyout",
            ])
            .arg(data.join("server.key"))
            .arg("-out")
            .arg(data.join("server.crt")));
        run(as_nobody("sh").args(["-c", "echo 'hostssl all all 127.0.0.1/32 trust\nlocal all all trust' > \"$0/pg_hba.conf\"; chmod 600 \"$0/server.key\""]).arg(&data));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = server_program("postgres")
            .arg("-D")
            .arg(&data)
            .args([
                "-p",
                &port.to_string(),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "ssl=on",
                "-c",
                "fsync=off",
            ])
            .args(["-c", "shared_preload_libraries=pg_stat_statements", "-k"])
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let postgres = Self { folder, server, port };
        postgres.wait();
        postgres.sql("postgres", "CREATE DATABASE shop");
        postgres.sql("shop", "CREATE ROLE datadog LOGIN; CREATE TABLE orders (id int)");
        postgres
    }

    /// Waits until it takes connections.
    fn wait(&self) {
        for _ in 0..600 {
            let is_up = TcpStream::connect(("127.0.0.1", self.port)).is_ok()
                && self.psql("postgres", "SELECT 1").output().unwrap().status.success();
            if is_up {
                return;
            }
            std::thread::yield_now();
            std::thread::park_timeout(std::time::Duration::from_millis(50));
        }
        panic!("PostgreSQL did not start");
    }

    /// The URL of a user.
    pub(crate) fn url(&self, user: &str) -> String {
        format!("postgres://{user}:canary-of-{user}@127.0.0.1:{}/shop", self.port)
    }

    /// Runs statements as its superuser, and gives back what they print.
    pub(crate) fn sql(&self, database: &str, statements: &str) -> String {
        let output = self.psql(database, statements).output().unwrap();
        assert!(output.status.success(), "{statements}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Runs a script as its superuser, as `heroku pg:psql` would, and says whether it did.
    pub(crate) fn script(&self, script: &Path) -> bool {
        self.psql("shop", "SELECT 1")
            .args(["-v", "ON_ERROR_STOP=1", "-f"])
            .arg(script)
            .output()
            .unwrap()
            .status
            .success()
    }

    fn psql(&self, database: &str, statements: &str) -> Command {
        let mut command = Command::new("psql");
        command
            .args([
                "-qAtX",
                "-U",
                "app",
                "-p",
                &self.port.to_string(),
                "-d",
                database,
                "-c",
                statements,
                "-h",
            ])
            .arg(self.folder.path());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGINT: its fast shutdown, which waits for nobody and leaves no process behind.
        let _ = Command::new("kill").args(["-INT", &self.server.id().to_string()]).status();
        let _ = self.server.wait();
    }
}

/// A program of the server, which is not on the path.
fn server_program(name: &str) -> Command {
    let versions = fs::read_dir("/usr/lib/postgresql").unwrap().flatten().map(|version| version.path());
    let programs: Vec<PathBuf> =
        versions.map(|version| version.join("bin").join(name)).filter(|path| path.exists()).collect();
    as_nobody(programs.last().expect("tests/run installs PostgreSQL"))
}

/// A program as a user that PostgreSQL trusts: `nobody` where the test runs as root.
fn as_nobody(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let mut command = if is_root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/tmp");
    command
}

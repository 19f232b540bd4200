//! Servers whose TLS fails, as a person reads it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use assert_cmd::cargo::cargo_bin_cmd;

use crate::support::program::Program;

/// `openssl s_server` with a certificate of its own, which names `host`.
struct TlsServer {
    process: Child,
    port: String,
}

impl TlsServer {
    fn start(folder: &Path, host: &str) -> Self {
        let openssl = |arguments: &[&str]| {
            let mut command = Command::new("openssl");
            command.args(arguments).current_dir(folder).stdin(Stdio::null()).stderr(Stdio::null());
            command
        };
        let name = format!("subjectAltName=DNS:{host}");
        let authority = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=an authority"];
        let made = openssl(&[&authority[..], &["-keyout", "ca.key", "-out", "ca.pem"]].concat()).status();
        assert!(made.unwrap().success());
        let leaf = ["req", "-x509", "-CA", "ca.pem", "-CAkey", "ca.key", "-newkey", "rsa:2048", "-nodes"];
        let names =
            ["-subj", "/CN=a server", "-addext", &name, "-addext", "basicConstraints=critical,CA:FALSE"];
        let made =
            openssl(&[&leaf[..], &names, &["-keyout", "server.key", "-out", "server.pem"]].concat()).status();
        assert!(made.unwrap().success());
        let serve =
            ["s_server", "-www", "-accept", "127.0.0.1:0", "-key", "server.key", "-cert", "server.pem"];
        let mut process = openssl(&serve).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let accept = lines.map_while(Result::ok).find(|line| line.starts_with("ACCEPT")).unwrap();
        let port = accept.rsplit_once(':').unwrap().1.to_owned();
        Self { process, port }
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What `status` reports of an API at `host`.
fn status(folder: &Path, host: &str, trusted: Option<&str>) -> String {
    let mut command = Program::new(cargo_bin_cmd!("dd-heroku"));
    let home = folder.join("home");
    command.args(["status", "-a", "shop"]).env("HOME", &home).env("XDG_CONFIG_HOME", &home);
    command.env("HEROKU_HOST", host).env("HEROKU_API_KEY", "HRKU-token").env_remove("HTTPS_PROXY");
    if let Some(trusted) = trusted {
        command.env("SSL_CERT_FILE", folder.join(trusted));
    }
    let output = command.output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_certificate_that_is_not_trusted_is_no_refused_connection() {
    let folder = tempfile::tempdir().unwrap();
    let server = TlsServer::start(folder.path(), "localhost");
    let text = status(folder.path(), &format!("https://localhost:{}", server.port), None);
    assert!(text.contains("certificate is not trusted by this machine"), "{text}");
    assert!(text.contains("SSL_CERT_FILE"), "{text}");
}

#[test]
fn a_certificate_of_another_host_is_reported_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let server = TlsServer::start(folder.path(), "other.example");
    let text = status(folder.path(), &format!("https://localhost:{}", server.port), Some("ca.pem"));
    assert!(text.contains("certificate is for another host name"), "{text}");
}

#[test]
fn a_server_without_tls_is_reported_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            use std::io::{Read, Write};
            let mut connection = connection;
            let _ = connection.read(&mut [0; 512]);
            let _ = connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let text = status(folder.path(), &format!("https://localhost:{port}"), None);
    assert!(text.contains("does not speak TLS"), "{text}");
}

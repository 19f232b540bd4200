//! `sandbox database`: a PostgreSQL of this machine behind an app's Postgres add-on, so that Database Monitoring can be
//! tried. It runs on loopback, in a temporary folder, with TLS as Heroku Postgres has it.

use std::ffi::OsStr;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};

use super::options::Options;
use super::platform::addons;
use super::store::{self, Store};
use super::world::World;
use crate::env::Environment;
use crate::program;

/// How long a program of PostgreSQL may take.
const WITHIN: Duration = Duration::from_secs(60);
const TICK: Duration = Duration::from_millis(50);

/// The superuser, which is the app's own user, and its database.
const USER: &str = "app";
const DATABASE: &str = "app";
/// What a database of an app looks like: a table, and the user that the credential `datadog` is for.
const CONTENT: &str =
    "CREATE TABLE orders (id serial PRIMARY KEY, total numeric); CREATE ROLE datadog LOGIN;";
const ACCESS: &str = "local all all trust\nhostssl all all 127.0.0.1/32 trust\n";

/// Starts a database for `app`, calls `up` with its URL, and stops it when interrupted. Then the app has the URL again that
/// it had before.
pub fn database(
    env: &Environment,
    app: &str,
    up: impl FnOnce(&str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let state = Options::from_env(env)?.state;
    let stop = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&stop);
    ctrlc::set_handler(move || heard.store(true, Ordering::SeqCst))?;
    let is_stopped = || stop.load(Ordering::SeqCst);
    let use_url_in = |world: &mut World, url: &str| {
        addons::use_url(world, app, url).map_err(|_| {
            anyhow!("the sandbox has no app `{app}` with a Postgres add-on (dd-heroku sandbox show)")
        })
    };
    let use_url = |url: &str| -> anyhow::Result<String> {
        let mut store = Store::open(&state, 0)?;
        let before = use_url_in(&mut store.world, url)?;
        store.save()?;
        Ok(before)
    };
    // In a copy of the world, which is not kept: whether the app has a database at all.
    use_url_in(&mut store::read(&state, 0)?, "")?;
    let server = Server::start(env, &is_stopped);
    if is_stopped() {
        // Ctrl-C ends the programs of PostgreSQL too: what they say of that is not reported.
        return Ok(());
    }
    let Some(mut server) = server? else { return Ok(()) };
    let before = use_url(&server.url())?;
    let shown = up(&server.url());
    while shown.is_ok() && !is_stopped() {
        if let Some(status) = server.process.try_wait()? {
            use_url(&before)?;
            bail!("PostgreSQL ended by itself ({status})");
        }
        std::thread::sleep(TICK);
    }
    use_url(&before)?;
    shown
}

/// A running server; it is stopped when this is dropped.
struct Server {
    folder: tempfile::TempDir,
    process: Child,
    port: u16,
}

impl Server {
    /// `None` when it was asked to stop.
    fn start(env: &Environment, is_stopped: &dyn Fn() -> bool) -> anyhow::Result<Option<Self>> {
        let programs = programs(env)?;
        let folder = tempfile::Builder::new().prefix("dd-heroku-postgres-").tempdir()?;
        let data = folder.path().join("data");
        let run = |program: &OsStr, arguments: &[&OsStr]| run(env, folder.path(), program, arguments);
        if is_root() {
            // PostgreSQL does not run as root.
            let owner = ["nobody".as_ref(), folder.path().as_os_str()];
            let owned = program::run(&mut program::command(env, "chown", owner), WITHIN)?;
            if !owned.status.success() {
                bail!("`{}` cannot be given to another user: {}", folder.path().display(), owned.stderr);
            }
        }
        if is_stopped() {
            return Ok(None);
        }
        let initdb = programs.join("initdb");
        let options =
            ["-A", "trust", "-U", USER, "--no-sync", "-E", "UTF8", "--locale=C", "-D"].map(OsStr::new);
        run(initdb.as_os_str(), &[&options[..], &[data.as_os_str()]].concat())?;
        if is_stopped() {
            return Ok(None);
        }
        let (key, certificate) = (data.join("server.key"), data.join("server.crt"));
        let request = [
            "req",
            "-new",
            "-x509",
            "-nodes",
            "-days",
            "30",
            "-subj",
            "/CN=localhost",
            "-newkey",
            "rsa:2048",
        ];
        let files = ["-keyout".as_ref(), key.as_os_str(), "-out".as_ref(), certificate.as_os_str()];
        run("openssl".as_ref(), &[&request.map(OsStr::new)[..], &files].concat())?;
        run("chmod".as_ref(), &["600".as_ref(), key.as_os_str()])?;
        fs::write(data.join("pg_hba.conf"), ACCESS)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let process = command(env, folder.path(), programs.join("postgres").as_os_str())
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
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("PostgreSQL cannot be started")?;
        let server = Self { folder, process, port };
        server.wait()?;
        server.sql(env, "postgres", &format!("CREATE DATABASE {DATABASE}"))?;
        server.sql(env, DATABASE, CONTENT)?;
        Ok(Some(server))
    }

    fn wait(&self) -> anyhow::Result<()> {
        let until = Instant::now() + WITHIN;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if Instant::now() > until {
                bail!("PostgreSQL did not start within {} s", WITHIN.as_secs());
            }
            std::thread::sleep(TICK);
        }
        Ok(())
    }

    fn url(&self) -> String {
        format!("postgres://{USER}:{USER}@127.0.0.1:{}/{DATABASE}", self.port)
    }

    fn sql(&self, env: &Environment, database: &str, statements: &str) -> anyhow::Result<()> {
        let port = self.port.to_string();
        let options =
            ["-qAtX", "-U", USER, "-p", &port, "-d", database, "-c", statements, "-h"].map(OsStr::new);
        run(
            env,
            self.folder.path(),
            "psql".as_ref(),
            &[&options[..], &[self.folder.path().as_os_str()]].concat(),
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGINT: its fast shutdown, which waits for nobody and leaves no process behind.
        if let Some(pid) = rustix::process::Pid::from_raw(self.process.id().cast_signed()) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::INT);
        }
        let _ = self.process.wait();
    }
}

/// Where the server's programs are: on Debian and Ubuntu not on the `PATH`.
fn programs(env: &Environment) -> anyhow::Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    let path = env.get("PATH").unwrap_or_default().to_owned();
    folders.extend(std::env::split_paths(&path));
    folders
        .into_iter()
        .rev()
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
        .context("PostgreSQL is not installed (Debian and Ubuntu: apt-get install postgresql)")
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A program as a user that PostgreSQL accepts: `nobody` for root.
fn command(env: &Environment, folder: &Path, name: &OsStr) -> Command {
    let as_nobody = ["--reuid=nobody", "--clear-groups", "--"].map(OsStr::new);
    let mut command = if is_root() {
        program::command(env, "setpriv", [&as_nobody[..], &[name]].concat())
    } else {
        program::command(env, &name.to_string_lossy(), Vec::<&OsStr>::new())
    };
    command.current_dir(folder);
    command
}

fn run(env: &Environment, folder: &Path, name: &OsStr, arguments: &[&OsStr]) -> anyhow::Result<()> {
    let ran = program::run(command(env, folder, name).args(arguments), WITHIN);
    let shown = Path::new(name).file_name().unwrap_or(name).to_string_lossy().into_owned();
    let output = ran.with_context(|| format!("`{shown}` cannot be run"))?;
    if !output.status.success() {
        bail!("`{shown}` failed: {}", output.stderr);
    }
    Ok(())
}

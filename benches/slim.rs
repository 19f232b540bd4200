//! How small a slim build is: of the Agent's Python packages, as far as PyPI has wheels of them, what stays for APM, DogStatsD, redis and
//! postgres, beside what stays without `DD_HEROKU_SLIM`, which is what Datadog's buildpack leaves.
//!
//! `cargo bench --bench slim` prints a table and fails when more than a quarter stays. It needs pip with PyPI, dpkg, gpg, zstd and
//! gzip, and takes some minutes the first time: wheels and package are made once and kept in `target/`.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and stops when it cannot go on"
)]
#![allow(clippy::cast_precision_loss, reason = "the figures have three digits")]
#![allow(clippy::disallowed_methods, reason = "it is a program of its own")]
#![allow(dead_code, reason = "the other benchmark needs more of these")]

#[path = "build/agent.rs"]
mod agent;
#[path = "build/server.rs"]
mod server;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use server::Server;

/// What may stay of the bytes.
const MOST: f64 = 0.25;

/// The requirements of the Agent's checks (`agent_requirements.in` of DataDog/integrations-core), and what they need in turn.
const REQUIREMENTS: &str = "aerospike annotated-types async-timeout aws-requests-auth azure-core azure-identity beautifulsoup4 binary \
 boto3 botocore bytecode cachetools certifi cffi charset-normalizer clickhouse-connect clickhouse-driver confluent-kafka \
 cryptography datadog-checks-base ddtrace dnspython envier foundationdb hazelcast-python-client ibm-db idna importlib-metadata \
 in-toto jellyfish jmespath keystoneauth1 krb5 kubernetes lazy-loader ldap3 lxml lz4 mmh3 msal msal-extensions oauthlib openstacksdk \
 opentelemetry-api oracledb orjson packaging paramiko ply prometheus-client protobuf psutil psycopg psycopg-binary psycopg-pool \
 pyasn1 pyasn1-modules pycparser pycryptodomex pydantic pydantic-core pyjwt pymongo pymssql pymysql pynacl pyodbc pyopenssl pysmi \
 pysnmp pysocks pyspnego python-binary-memcached python-dateutil pyvmomi pyyaml redis requests requests-kerberos requests-ntlm \
 requests-oauthlib requests-toolbelt requests-unixsocket2 rethinkdb s3transfer securesystemslib semver service-identity setuptools \
 simplejson six snowflake-connector-python soupsieve supervisor tuf typing-extensions typing-inspection urllib3 vertica-python wrapt \
 xmltodict zstandard";

/// The checks themselves are not on PyPI: stand-ins with the needs and the imports of the real ones.
const CHECKS: [(&str, &[&str], &str); 3] = [
    ("redisdb", &["redis"], "import redis\n"),
    (
        "postgres",
        &["psycopg", "psycopg-binary", "psycopg-pool", "boto3", "azure-identity"],
        "import psycopg\n",
    ),
    ("vsphere", &["pyvmomi"], "from pyVmomi import vim\n"),
];

const PYTHON: &str = "#!/bin/sh
here=$(cd \"$(dirname \"$0\")\" && pwd)
for lib in \"$here\"/../lib/python3.*; do :; done
PYTHONPATH=$PYTHONPATH:$lib/site-packages exec python3 -S \"$@\"
";

/// `$1` is a folder.
const SIZES: &str = "set -eu; cd \"$1\"; find . -type f -printf '%s\\n' | awk '{ s += $1 } END { print s }'
tar -c . | zstd -q -12 -T0 | wc -c; tar -c . | gzip -6 | wc -c";

fn main() {
    // `cargo test --benches` and the like only want to know that it builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let wheels = wheels(&folder.join("agent-wheels"));
    let kept = folder.join("agent-of-wheels");
    agent::make(&kept, |lib| python(lib, &wheels));
    let server = Server::start(&kept);
    let work = kept.join("builds");
    let _ = fs::remove_dir_all(&work);
    let whole = build(&work.join("whole"), &server, &kept, &[]);
    let on = [
        ("DD_HEROKU_SLIM", "true"),
        ("DD_ENABLE_HEROKU_REDIS", "true"),
        ("DD_ENABLE_HEROKU_POSTGRES", "true"),
    ];
    let slim = build(&work.join("slim"), &server, &kept, &on);
    let site = format!("opt/datadog-agent/embedded/lib/python{}/site-packages", version());
    println!("{:<18} {:>9} {:>9} {:>9}", "MB", "files", "zstd -12", "gzip -6");
    row("wheels", sizes(&wheels));
    let of_it = compared("Python packages", &whole.join(&site), &slim.join(&site));
    compared("whole tree", &whole, &slim);
    let _ = fs::remove_dir_all(&work);
    assert!(of_it.iter().all(|share| *share <= MOST), "more than {MOST} stays");
}

/// The wheels as pip installs them, each by itself: some have none for this machine's Python.
fn wheels(site: &Path) -> PathBuf {
    let complete = site.with_extension("complete");
    if !complete.exists() {
        let pip =
            ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile"];
        let mut missing = Vec::new();
        for name in REQUIREMENTS.split_whitespace() {
            let mut command = Command::new("python3");
            command.args(pip).args(["--only-binary", ":all:", "--target"]).arg(site).arg(name);
            if !command.stderr(Stdio::null()).status().unwrap().success() {
                missing.push(name);
            }
        }
        println!("without a wheel: {}", missing.join(", "));
        fs::write(complete, "").unwrap();
    }
    site.to_owned()
}

/// `3.11`, of this machine's Python.
fn version() -> String {
    let program = "import sys; print('%d.%d' % sys.version_info[:2])";
    let output = Command::new("python3").args(["-c", program]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The wheels, the checks, and this machine's Python.
fn python(lib: &Path, wheels: &Path) {
    let site = lib.join(format!("python{}/site-packages", version()));
    fs::create_dir_all(site.parent().unwrap()).unwrap();
    assert!(Command::new("cp").arg("-a").arg(wheels).arg(&site).status().unwrap().success());
    let program = lib.join("../bin/python3");
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    fs::write(&program, PYTHON).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    for (check, needs, source) in CHECKS {
        let (info, module) =
            (format!("datadog_{check}-1.0.dist-info"), format!("datadog_checks/{check}/__init__.py"));
        let needs: String = needs
            .iter()
            .fold(String::new(), |all, need| all + "Requires-Dist: " + need + "; extra == 'deps'\n");
        let metadata = format!(
            "Metadata-Version: 2.1\nName: datadog-{check}\nVersion: 1.0\nRequires-Dist: datadog-checks-base>=37\n{needs}"
        );
        let record = format!("{module},,\n{info}/METADATA,,\n{info}/RECORD,,\n");
        for (path, text) in
            [(module, source), (format!("{info}/METADATA"), &metadata), (format!("{info}/RECORD"), &record)]
        {
            fs::create_dir_all(site.join(&path).parent().unwrap()).unwrap();
            fs::write(site.join(path), text).unwrap();
        }
    }
}

/// Builds with these config vars, and gives back where the package is.
fn build(work: &Path, server: &Server, kept: &Path, config: &[(&str, &str)]) -> PathBuf {
    let [home, cache, env] = ["build", "cache", "env"].map(|name| work.join(name));
    for folder in [&home, &cache, &env] {
        fs::create_dir_all(folder).unwrap();
    }
    for (name, value) in config {
        fs::write(env.join(name), value).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_dd-heroku"));
    command.args(["buildpack", "compile"]).arg(&home).arg(&cache).arg(&env);
    command.env("DD_HEROKU_APT_URL", server.url("apt")).env("DD_HEROKU_APT_KEYS_URL", server.url("keys"));
    command.env("DD_HEROKU_APT_KEY_FINGERPRINTS", fs::read_to_string(kept.join(agent::FINGERPRINT)).unwrap());
    let output = command.output().unwrap();
    let log = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    if std::env::var_os("BENCH_LOG").is_some() {
        println!("{log}");
    }
    assert!(!log.contains("could not be tried"), "{log}");
    home.join(".apt")
}

/// Bytes of the files, and of a tar of them as zstd and as gzip.
fn sizes(folder: &Path) -> [f64; 3] {
    let output = Command::new("sh").args(["-c", SIZES, "sizes"]).arg(folder).output().unwrap();
    let numbers: Vec<f64> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| line.trim().parse().unwrap()).collect();
    numbers.try_into().unwrap()
}

/// Prints both and what the second is of the first.
fn compared(what: &str, whole: &Path, slim: &Path) -> [f64; 3] {
    let (whole, slim) = (sizes(whole), sizes(slim));
    row(what, whole);
    row("  slim", slim);
    let shares = [0, 1, 2].map(|at| slim[at] / whole[at]);
    println!("{:<18} {:>9.3} {:>9.3} {:>9.3}", "  of it", shares[0], shares[1], shares[2]);
    shares
}

fn row(what: &str, sizes: [f64; 3]) {
    let [files, zstd, gzip] = sizes.map(|bytes| bytes / 1e6);
    println!("{what:<18} {files:>9.1} {zstd:>9.1} {gzip:>9.1}");
}

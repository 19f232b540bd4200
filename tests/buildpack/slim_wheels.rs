//! A slim build of real packages: what PyPI has of the Agent's requirements, imported by this machine's CPython.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Build, HEROKU};
use crate::support::package::package_of;
use crate::support::package_repository::PackageRepository;
use crate::support::python_packages::PYTHON;
use crate::support::run;

/// The base of the checks with the extras that the Agent installs, what `redisdb` and `postgres` need, and some of what
/// other checks need.
const WHEELS: &[&str] = &[
    "datadog-checks-base",
    "aerospike",
    "confluent-kafka",
    "oracledb",
    "pymongo",
    "snowflake-connector-python",
    "annotated-types",
    "async-timeout",
    "aws-requests-auth",
    "binary",
    "boto3",
    "botocore",
    "bytecode",
    "cachetools",
    "certifi",
    "cffi",
    "charset-normalizer",
    "cryptography",
    "ddtrace",
    "envier",
    "idna",
    "importlib-metadata",
    "jellyfish",
    "jmespath",
    "kubernetes",
    "lazy-loader",
    "mmh3",
    "oauthlib",
    "opentelemetry-api",
    "orjson",
    "packaging",
    "prometheus-client",
    "protobuf",
    "psycopg",
    "psycopg-binary",
    "psycopg-pool",
    "pycparser",
    "pydantic",
    "pydantic-core",
    "pyjwt",
    "pyopenssl",
    "pysocks",
    "pyspnego",
    "python-dateutil",
    "pyvmomi",
    "pyyaml",
    "redis",
    "requests",
    "requests-kerberos",
    "requests-ntlm",
    "requests-oauthlib",
    "requests-toolbelt",
    "requests-unixsocket2",
    "s3transfer",
    "simplejson",
    "six",
    "typing-extensions",
    "typing-inspection",
    "urllib3",
    "wrapt",
];

/// The checks themselves are not on PyPI: stand-ins that import what the real ones do.
const CHECKS: [(&str, &str, &str); 3] = [
    ("redisdb", "redis; extra == 'deps'", "import redis\n"),
    (
        "postgres",
        "psycopg; extra == 'deps'\nRequires-Dist: psycopg-binary; extra == 'deps'\nRequires-Dist: boto3; extra == 'deps'",
        "import psycopg\n",
    ),
    ("vsphere", "pyvmomi; extra == 'deps'", "from pyVmomi import vim\n"),
];

/// What the checks of an app do with the base.
const CHECK: &str = "from datadog_checks.base import AgentCheck, OpenMetricsBaseCheckV2
from datadog_checks.base.utils.http import RequestsWrapper
from datadog_checks.base.utils.tls import TlsContextWrapper
import redis, psycopg, yaml
check = AgentCheck('mine', {}, [{}])
check.gauge('mine.value', 1)
RequestsWrapper({}, {})
TlsContextWrapper({})
OpenMetricsBaseCheckV2('mine', {}, [{'openmetrics_endpoint': 'http://localhost/metrics', 'namespace': 'x', 'metrics': ['.*']}])
assert psycopg.pq.__impl__ == 'binary', psycopg.pq.__impl__
print('it works')
";

/// The wheels in a folder that is kept from run to run. None where PyPI cannot be reached.
fn wheels() -> Option<PathBuf> {
    let site = Path::new(env!("CARGO_TARGET_TMPDIR")).join("slim-wheels");
    let complete = site.with_extension("complete");
    if !complete.exists() {
        let _ = fs::remove_dir_all(&site);
        let output = Command::new("python3")
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--no-compile",
                "--only-binary",
                ":all:",
                "--target",
            ])
            .arg(&site)
            .args(WHEELS)
            .output();
        let failed = match output {
            Ok(output) if output.status.success() => None,
            Ok(output) => Some(String::from_utf8_lossy(&output.stderr).into_owned()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(why) = failed {
            let _ = writeln!(io::stderr(), "SKIPPED: the wheels cannot be installed by pip: {why}");
            return None;
        }
        fs::write(complete, "").unwrap();
    }
    Some(site)
}

/// `3.11`, of this machine's Python.
fn version() -> String {
    let program = "import sys; print('%d.%d' % sys.version_info[:2])";
    run(Command::new("python3").args(["-c", program])).trim().to_owned()
}

fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// An Agent with these wheels, and the version of its Python.
fn agent(wheels: &Path, root: &Path) -> String {
    let version = version();
    let site = format!("opt/datadog-agent/embedded/lib/python{version}/site-packages");
    put(root, "opt/datadog-agent/bin/agent/agent", "#!/bin/sh\necho Agent 7.81.2\n");
    put(root, "opt/datadog-agent/embedded/bin/python3", PYTHON);
    for program in ["bin/agent/agent", "embedded/bin/python3"] {
        run(Command::new("chmod").arg("755").arg(root.join("opt/datadog-agent").join(program)));
    }
    fs::create_dir_all(root.join(&site).parent().unwrap()).unwrap();
    run(Command::new("cp").arg("-a").arg(wheels).arg(root.join(&site)));
    for (check, needs, imports) in CHECKS {
        let info = format!("{site}/datadog_{check}-1.0.dist-info");
        let metadata = format!(
            "Metadata-Version: 2.1\nName: datadog-{check}\nVersion: 1.0\nRequires-Dist: datadog-checks-base>=37\nRequires-Dist: {needs}\n"
        );
        put(root, &format!("{info}/METADATA"), &metadata);
        put(
            root,
            &format!("{info}/RECORD"),
            &format!("datadog_checks/{check}/__init__.py,,\ndatadog_{check}-1.0.dist-info/METADATA,,\n"),
        );
        put(root, &format!("{site}/datadog_checks/{check}/__init__.py"), imports);
    }
    site
}

fn kilobytes(folder: &Path) -> u64 {
    run(Command::new("du").args(["-sk", "--apparent-size"]).arg(folder))
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

#[test]
fn real_packages_are_cut_to_a_quarter_and_a_real_python_imports_what_stays() {
    let Some(wheels) = wheels() else { return };
    let folder = tempfile::tempdir().unwrap();
    let site = agent(&wheels, folder.path());
    let mut repository = PackageRepository::new();
    repository.add(HEROKU, "1:7.81.2-1", package_of(HEROKU, "1:7.81.2-1", "none", folder.path()));
    repository.publish();

    let whole = Build::of(&repository);
    whole.succeeds();
    let slim = Build::of(&repository)
        .config("DD_HEROKU_SLIM", "true")
        .config("DD_ENABLE_HEROKU_REDIS", "true")
        .config("DD_ENABLE_HEROKU_POSTGRES", "true");
    let log = slim.succeeds();
    // Datadog's buildpack leaves out some of them itself.
    let (before, after) = (kilobytes(&whole.apt(&site)), kilobytes(&slim.apt(&site)));
    assert!(after * 4 <= before, "{after} of {before} kB stay: {log}");

    let tops = |build: &Build| -> BTreeSet<String> {
        fs::read_dir(build.apt(&site))
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    let gone: BTreeSet<String> = tops(&whole).difference(&tops(&slim)).cloned().collect();
    for name in
        ["botocore", "cryptography", "ddtrace", "requests_kerberos", "spnego", "oauthlib", "vsanapiutils.py"]
    {
        assert!(gone.contains(name), "{name} stays: {log}");
    }
    for name in ["psycopg_binary.libs", "redis", "requests", "yaml", "pydantic"] {
        assert!(!gone.contains(name), "{name} is gone: {log}");
    }

    slim.write("build/datadog/checks.d/mine.py", CHECK);
    let verified = slim.command(&["buildpack", "verify"]).arg(slim.path("build")).output().unwrap();
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert_eq!(verified.status.code(), Some(0), "{said}");
    assert!(said.contains("3 of 3 checks imported"), "{said}");
    let python = slim.agent("embedded/bin/python3");
    assert_eq!(run(Command::new(python).args(["-B", "-c", CHECK])), "it works\n");

    // A package that is cut by mistake is found.
    fs::remove_dir_all(slim.apt(&site).join("redis")).unwrap();
    let verified = slim.command(&["buildpack", "verify"]).arg(slim.path("build")).output().unwrap();
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert_eq!(verified.status.code(), Some(3), "{said}");
    assert!(said.contains("redisdb cannot be imported: No module named 'redis'"), "{said}");
}

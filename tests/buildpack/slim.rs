//! Slim builds: of the Agent's Python packages only those stay that the app's checks need.

use std::fs;

use serde_json::Value;

use super::{Build, HEROKU, listing};
use crate::support::package::{File, debian_package};
use crate::support::package_repository::PackageRepository;
use crate::support::python_packages::{PYTHON, PythonPackage, SITE};
use crate::support::sandbox::Sandbox;

/// An Agent with a base, some checks, and what they need. `needed-quietly` is what nobody says that it is needed.
pub(super) const PACKAGES: &[PythonPackage<'static>] = &[
    PythonPackage {
        name: "datadog-checks-base",
        needs: &[
            "requests==2.0; extra == 'deps'",
            "botocore; extra == 'http'",
            "cryptography; extra == 'deps'",
            "requests-kerberos; extra == 'http'",
            "pywin32; sys_platform == 'win32' and extra == 'deps'",
        ],
        files: &[
            ("datadog_checks/__init__.py", ""),
            ("datadog_checks/base/__init__.py", "import requests\nclass AgentCheck: pass\n"),
        ],
    },
    PythonPackage {
        name: "requests",
        needs: &["urllib3[fast]"],
        files: &[
            ("requests/__init__.py", "import urllib3\n"),
            ("requests/tests/__init__.py", ""),
            ("requests/tests/data/big.json", "[]"),
        ],
    },
    PythonPackage {
        name: "urllib3",
        needs: &["speedup; extra == 'fast'", "socks; extra == 'socks'"],
        files: &[
            ("urllib3/__init__.py", "import needed_quietly\nfrom .tests import server\n"),
            ("urllib3/tests/__init__.py", ""),
            ("urllib3/tests/server.py", ""),
            ("urllib3/__pycache__/x.pyc", "byte code"),
        ],
    },
    PythonPackage {
        name: "speedup",
        needs: &[],
        files: &[("speedup.py", ""), ("speedup.libs/libfast.so", "library")],
    },
    PythonPackage {
        name: "socks",
        needs: &[],
        files: &[("socks.py", ""), ("socks.libs/libsocks.so", "library")],
    },
    PythonPackage {
        name: "needed-quietly",
        needs: &["deeper"],
        files: &[("needed_quietly.py", "import deeper\n")],
    },
    PythonPackage { name: "deeper", needs: &[], files: &[("deeper/__init__.py", "")] },
    PythonPackage {
        name: "botocore",
        needs: &[],
        files: &[("botocore/__init__.py", ""), ("botocore/data/s3/x.json", "{}")],
    },
    PythonPackage { name: "cryptography", needs: &["cffi"], files: &[("cryptography/__init__.py", "")] },
    PythonPackage {
        name: "cffi",
        needs: &[],
        files: &[("cffi/__init__.py", ""), ("../../../bin/cffi-tool", "tool")],
    },
    PythonPackage {
        name: "requests-kerberos",
        needs: &["gssapi"],
        files: &[("requests_kerberos/__init__.py", "")],
    },
    PythonPackage { name: "gssapi", needs: &[], files: &[("gssapi/__init__.py", "")] },
    PythonPackage { name: "pywin32", needs: &[], files: &[("win32/__init__.py", "")] },
    PythonPackage { name: "Redis", needs: &[], files: &[("redis/__init__.py", "")] },
    PythonPackage { name: "psycopg", needs: &[], files: &[("psycopg/__init__.py", "")] },
    PythonPackage { name: "memcache", needs: &[], files: &[("memcache.py", "")] },
    PythonPackage { name: "pip", needs: &[], files: &[("pip/__init__.py", "")] },
    PythonPackage {
        name: "datadog-redisdb",
        needs: &["datadog-checks-base>=37", "redis==5.0; extra == 'deps'"],
        files: &[(
            "datadog_checks/redisdb/__init__.py",
            "import redis\nfrom datadog_checks.base import AgentCheck\n",
        )],
    },
    PythonPackage {
        name: "datadog-postgres",
        needs: &["datadog-checks-base>=37", "psycopg; extra == 'deps'", "boto3; extra == 'deps'"],
        files: &[("datadog_checks/postgres/__init__.py", "import psycopg\n")],
    },
    PythonPackage { name: "boto3", needs: &["botocore"], files: &[("boto3/__init__.py", "")] },
    PythonPackage {
        name: "datadog-mcache",
        needs: &["memcache; extra == 'deps'"],
        files: &[("datadog_checks/mcache/__init__.py", "import memcache\n")],
    },
    PythonPackage { name: "datadog-disk", needs: &[], files: &[("datadog_checks/disk/__init__.py", "")] },
    PythonPackage { name: "datadog-tomcat", needs: &[], files: &[("datadog_checks/tomcat/__init__.py", "")] },
];

const JMX: &str = "opt/datadog-agent/bin/agent/dist/jmx/jmxfetch.jar";

/// A repository whose Agent has these packages.
pub(super) fn repository() -> PackageRepository {
    let mut files: Vec<(String, File<'_>)> = vec![
        ("opt/datadog-agent/bin/agent/agent".into(), File::Program("#!/bin/sh\necho Agent 7.81.2\n")),
        ("opt/datadog-agent/embedded/bin/python3".into(), File::Program(PYTHON)),
        ("etc/datadog-agent/conf.d/disk.d/conf.yaml.default".into(), File::Text("instances: [{}]\n")),
        ("etc/datadog-agent/conf.d/redisdb.d/conf.yaml.example".into(), File::Text("instances: [{}]\n")),
        (JMX.into(), File::Text("java")),
        ("opt/datadog-agent/embedded/lib/python3.13/test/big.py".into(), File::Text("tests of Python")),
        ("opt/datadog-agent/embedded/lib/python3.13/os.py".into(), File::Text("os")),
        (format!("{SITE}/datadog_checks/unrecorded/__init__.py"), File::Text("import nothing_at_all\n")),
        (format!("{SITE}/loose.py"), File::Text("nobody recorded it\n")),
    ];
    let packages: Vec<(String, String)> = PACKAGES.iter().flat_map(PythonPackage::files).collect();
    files.extend(
        packages
            .iter()
            .map(|(path, text)| (path.replace("/site-packages/../../../", "/../../"), File::Text(text))),
    );
    let files: Vec<(String, File<'_>)> =
        files.into_iter().map(|(path, file)| (path.replace("/lib/python3.13/../../", "/"), file)).collect();
    let files: Vec<(&str, File<'_>)> =
        files.iter().map(|(path, file)| (path.as_str(), file.clone())).collect();
    let mut repository = PackageRepository::new();
    repository.add(HEROKU, "1:7.81.2-1", debian_package(HEROKU, "1:7.81.2-1", "xz", &files));
    repository.publish();
    repository
}

/// What is at the top of `site-packages`, and the checks, without pip's records.
fn packages(build: &Build) -> Vec<String> {
    let names = |folder: &str| {
        let entries = fs::read_dir(build.apt(folder)).into_iter().flatten();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    let mut all = names(SITE);
    all.retain(|name| !name.ends_with(".dist-info") && name != "datadog_checks");
    all.extend(names(&format!("{SITE}/datadog_checks")).iter().map(|check| format!("check {check}")));
    all.sort();
    all
}

const BASE: [&str; 9] = [
    "check __init__.py",
    "check base",
    "check disk",
    "deeper",
    "loose.py",
    "needed_quietly.py",
    "requests",
    "speedup.libs",
    "speedup.py",
];

/// What stays beside the base.
#[track_caller]
fn keeps(build: &Build, more: &[&str]) -> String {
    let log = build.succeeds();
    let mut expected: Vec<String> = BASE.iter().chain(more).map(|name| (*name).to_owned()).collect();
    expected.push("urllib3".into());
    expected.sort();
    assert_eq!(packages(build), expected, "{log}");
    log
}

#[test]
fn without_the_config_var_every_package_stays() {
    let repository = repository();
    let build = Build::of(&repository);
    let log = build.succeeds();
    assert!(!log.contains("slim"), "{log}");
    assert!(log.contains("DD_HEROKU_SLIM=true would leave out 0.0 MB of Python's 0.0 MB"), "{log}");
    let all = packages(&build).len();
    assert!(all > 25, "{all}");
    let build = Build::of(&repository).config("DD_HEROKU_SLIM", "false");
    build.succeeds();
    assert_eq!(packages(&build).len(), all);
}

#[test]
fn a_slim_build_keeps_the_base_and_what_the_agent_runs_by_itself() {
    let build = Build::of(&repository()).config("DD_HEROKU_SLIM", "true");
    let log = keeps(&build, &[]);
    assert!(log.contains("an import needs them, so they stay: deeper, needed-quietly"), "{log}");
    for part in [
        "slim: checks",
        "slim: Python packages",
        "slim: byte code",
        "slim: JMX",
        "slim: tests and tools of Python",
        "slim: tests of packages",
    ] {
        assert!(log.contains(part), "{part}: {log}");
    }
    // But for tests that their own package imports.
    assert!(!build.apt(&format!("{SITE}/requests/tests")).exists());
    assert!(build.apt(&format!("{SITE}/urllib3/tests/server.py")).exists());
    assert!(!build.apt(JMX).exists());
    assert!(!build.agent("embedded/lib/python3.13/test").exists());
    assert!(build.agent("embedded/lib/python3.13/os.py").exists());
    assert!(!build.agent("embedded/bin/cffi-tool").exists());
    assert_eq!(build.read("build/.dd-heroku/cut-checks"), "mcache\npostgres\nredisdb\ntomcat\nunrecorded\n");
    // No record of a package stays that is gone.
    let records = listing(&build.apt(SITE));
    assert!(
        records.contains("requests-1.0.dist-info") && !records.contains("gssapi-1.0.dist-info"),
        "{records}"
    );
    let verified = build.command(&["buildpack", "verify"]).arg(build.path("build")).output().unwrap();
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn what_the_app_uses_stays_however_it_says_so() {
    let repository = repository();
    let slim = || Build::of(&repository).config("DD_HEROKU_SLIM", "1");
    let redis = ["check redisdb", "redis"];
    keeps(&slim().config("DD_ENABLE_HEROKU_REDIS", "true"), &redis);
    keeps(&slim().config("DD_HEROKU_KEEP_CHECKS", "redisdb"), &redis);
    for path in ["datadog/conf.d/redisdb.d/conf.yaml", "datadog/conf.d/redisdb.yaml"] {
        let build = slim();
        build.write(&format!("build/{path}"), "instances: [{host: x}]\n");
        keeps(&build, &redis);
    }
    let build = slim().config("DD_HEROKU_CONF_FOLDER", "/app/monitoring");
    build.write("build/monitoring/conf.d/redisdb.yaml", "instances: []\n");
    keeps(&build, &redis);
    let build = slim();
    build.write("build/datadog/prerun.sh", "cp x \"$DD_CONF_DIR/conf.d/mcache.d/conf.yaml\"\n");
    keeps(&build, &["check mcache", "memcache.py"]);
    let build = slim();
    build.write(
        "build/datadog/checks.d/mine.py",
        "from datadog_checks.base import AgentCheck\nimport memcache\n",
    );
    keeps(&build, &["memcache.py"]);
    let build = slim();
    build.write("build/datadog/checks.d/mine.py", "from datadog_checks.redisdb import x\n");
    keeps(&build, &redis);
    let build = slim().config("DD_ENABLE_DBM", "true");
    keeps(&build, &["check postgres", "psycopg"]);
    let build = slim();
    build.write("build/datadog/prerun.sh", "agent-wrapper integration install -t -r datadog-ping==1.0.2\n");
    keeps(&build, &["pip"]);
    let build = slim().config("DD_HEROKU_KEEP_CHECKS", "memcache, tomcat");
    let log = keeps(&build, &["check tomcat", "memcache.py"]);
    assert!(build.apt(JMX).exists(), "{log}");
}

#[test]
fn what_is_imported_on_demand_stays_when_a_configuration_asks_for_it() {
    let repository = repository();
    for (text, more) in [
        ("auth_type: aws", &["botocore"][..]),
        ("auth_type: kerberos", &["cffi", "cryptography", "gssapi", "requests_kerberos"]),
        ("tls_cert: /app/x.pem", &["cffi", "cryptography"]),
    ] {
        let build = Build::of(&repository).config("DD_HEROKU_SLIM", "true");
        build.write("build/datadog/conf.d/disk.d/conf.yaml", &format!("init_config:\n  {text}\n"));
        keeps(&build, more);
    }
    let build = Build::of(&repository).config("DD_HEROKU_SLIM", "true");
    build.write("build/datadog/conf.d/postgres.d/conf.yaml", "instances: [{aws: {region: x}}]\n");
    keeps(&build, &["boto3", "botocore", "check postgres", "psycopg"]);
}

#[test]
fn a_second_slim_build_comes_from_the_cache_of_any_build() {
    let repository = repository();
    let build = Build::of(&repository);
    build.succeeds();
    fs::remove_dir_all(build.path("build")).unwrap();
    let build = build.config("DD_HEROKU_SLIM", "true");
    build.write("build/Procfile", "web: run\n");
    let log = keeps(&build, &[]);
    assert!(log.contains("from the cache"), "{log}");
}

#[test]
fn auto_leaves_a_small_slug_as_it_is_and_says_so() {
    let build = Build::of(&repository()).config("DD_HEROKU_SLIM", "Auto");
    let log = build.succeeds();
    assert!(log.contains("DD_HEROKU_SLIM is auto: the slug comes to 0.0 MB at most"), "{log}");
    assert!(packages(&build).len() > 25);
    let build = Build::of(&repository()).config("DD_HEROKU_SLIM", "auto");
    let large = fs::File::create(build.path("build/large")).unwrap();
    large.set_len(301_000_000).unwrap();
    let log = keeps(&build, &[]);
    assert!(log.contains("DD_HEROKU_SLIM is auto, and the slug may come to 301.0 MB"), "{log}");
    let build = Build::of(&repository()).config("DD_HEROKU_SLIM", "perhaps");
    build.fails("DD_HEROKU_SLIM is `perhaps`");
}

#[test]
fn an_agent_without_records_of_its_packages_stays_whole() {
    let build = Build::of(&super::repository()).config("DD_HEROKU_SLIM", "true");
    let log = build.succeeds();
    assert!(log.contains("no Python packages to choose from"), "{log}");
    assert!(build.apt(SITE).join("datadog_checks/redisdb.py").exists());
    assert!(!build.path("build/.dd-heroku/cut-checks").exists());
}

#[test]
fn a_check_that_was_cut_and_is_asked_for_later_is_named_at_boot_and_found_by_verify() {
    let build = Build::of(&repository()).config("DD_HEROKU_SLIM", "true");
    build.succeeds();
    build.write("build/datadog/conf.d/redisdb.d/conf.yaml", "init_config:\ninstances: [{host: x}]\n");
    let home = build.path("build");
    let mut boot = build.command(&["runtime", "prepare"]);
    let output = boot.current_dir(&home).env("HOME", &home).env("DYNO", "web.1").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<&str> = said.lines().filter(|line| line.contains("redisdb")).collect();
    assert_eq!(lines.len(), 1, "{said}");
    assert!(lines[0].contains("heroku config:set DD_HEROKU_KEEP_CHECKS=redisdb"), "{said}");
    assert!(!said.contains("check disk"), "{said}");
    let output = build.command(&["buildpack", "verify", "--json"]).arg(&home).output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(document["problems"][0]["subject"], "redisdb", "{document:#}");
}

const PACK: &str = "https://example.com/dd-heroku-buildpack.tgz";

/// What a dry run plans: the changes, and the codes of the notes.
fn plan(sandbox: &Sandbox, arguments: &[&str]) -> (Vec<String>, Vec<String>) {
    let output = sandbox
        .command(&[arguments, &["-a", "shop", "--dry-run", "--json"]].concat())
        .env("DD_API_KEY", "c".repeat(32))
        .output()
        .unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let texts = |list: &Value, field: &str| -> Vec<String> {
        list.as_array()
            .unwrap()
            .iter()
            .map(|item| item[field].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let keys = texts(&document["changes"], "key").into_iter().chain(texts(&document["changes"], "kind"));
    (keys.collect(), texts(&document["notes"], "code"))
}

#[test]
fn init_asks_for_a_slim_build_and_says_whose_buildpack_makes_one() {
    let sandbox = Sandbox::start();
    let (changes, notes) = plan(&sandbox, &["init", "--slim", "--buildpack-url", PACK]);
    assert!(changes.contains(&"DD_HEROKU_SLIM".to_owned()), "{changes:?}");
    assert!(!notes.contains(&"DDH044".to_owned()), "{notes:?}");
    let (_, without) = plan(&sandbox, &["init"]);
    let (changes, notes) = plan(&sandbox, &["init", "--slim"]);
    assert!(changes.contains(&"DD_HEROKU_SLIM".to_owned()), "{changes:?}");
    assert!(notes.contains(&"DDH044".to_owned()) && !without.contains(&"DDH044".to_owned()), "{notes:?}");
}

#[test]
fn in_a_slim_app_switching_a_check_on_is_a_rebuild() {
    let sandbox = Sandbox::start();
    let init = ["init", "-a", "shop", "--yes", "--buildpack-url", PACK, "--integrations", "none"];
    sandbox.command(&init).env("DD_API_KEY", "c".repeat(32)).assert().success();
    let change = ["config", "set", "DD_ENABLE_HEROKU_REDIS=true", "--rebuild"];
    let rebuilds =
        |(changes, _): (Vec<String>, Vec<String>)| changes.iter().any(|change| change.contains("rebuild"));
    assert!(!rebuilds(plan(&sandbox, &change)));
    sandbox
        .command(&["config", "set", "DD_HEROKU_SLIM=true", "-a", "shop", "--yes", "--rebuild"])
        .assert()
        .success();
    assert!(rebuilds(plan(&sandbox, &change)));
    sandbox.command(&["config", "set", "DD_HEROKU_SLIM=sometimes", "-a", "shop", "--yes"]).assert().failure();
}

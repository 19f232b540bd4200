//! One construct of bash after another in `prerun.sh`, each sourced plainly by bash, as upstream's script does it, and
//! under our profile script: the app must not see a difference. The scripts are in `constructs.txt`.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::thread;

use tempfile::TempDir;

use super::variables;

const TABLE: &str = include_str!("constructs.txt");
const BINARY: &str = env!("CARGO_BIN_EXE_dd-heroku");
/// The variables and the function of upstream's script, its plain sourcing in the very shell, what it exports after that.
const PLAIN: &str = r#"eval "$prepared"; unset prepared
version_equal_or_newer() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]; }
source "$HOME/datadog/prerun.sh"
[ -z "${DD_TAGS+x}" ] || export DD_TAGS
eval "$("$BINARY" runtime start --dyno-tags "${DYNO_TAGS-}" --disabled "${DISABLE_DATADOG_AGENT-}" 2>/dev/null)""#;
const OURS: &str = ". .profile.d/datadog.sh";
/// The app: notes what it was given. `-p`: it reads no start file and no options from the environment.
const APP: &str = r#"#!/bin/bash -p
echo "app on stdout"
mapfile -d '' entries </proc/$$/environ; printf '%s\0' "${entries[@]%$'\0'}" >"$0.env"
{
  pwd -P; umask
  mapfile -t limits </proc/$$/limits; printf '%s\n' "${limits[@]:1}"
  [ ! -e app.sh ] || . ./app.sh
  mapfile -t rest; printf '%s\n' "${rest[@]}"
} >"$0.state" 2>&1
"#;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Same,
    Differs,
    Ends,
}

/// A script of the table.
struct Construct {
    name: &'static str,
    kind: Kind,
    script: String,
}

fn table() -> Vec<Construct> {
    let sections = TABLE.split("\n== ").skip(1);
    sections
        .map(|section| {
            let (title, script) = section.split_once('\n').unwrap_or((section, ""));
            let (kind, name) = match title.split_once(' ') {
                Some(("differs", name)) => (Kind::Differs, name),
                Some(("ends", name)) => (Kind::Ends, name),
                _ => (Kind::Same, title),
            };
            let script = script.replace("@CR@", "\r").replace("@BOM@", "\u{feff}");
            Construct { name, kind, script }
        })
        .collect()
}

/// What a boot came to.
#[derive(Debug)]
struct Seen {
    status: ExitStatus,
    /// Of the app; None when it was not reached.
    env: Option<BTreeMap<String, String>>,
    /// Folder, umask, limits and stdin of the app.
    state: String,
    stdout: String,
    stderr: String,
    /// What the script left in the home: path, mode and text.
    files: BTreeMap<String, (u32, String)>,
}

/// Boots a fresh home with `script` as its `prerun.sh` by these words.
fn boot(bash: &Path, script: &str, words: &str) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    lay_out(&home, script);
    let app = folder.path().join("app");
    fs::write(&app, APP).unwrap();
    fs::set_permissions(&app, fs::Permissions::from_mode(0o755)).unwrap();
    let command = |program: &Path| {
        let mut command = Command::new(program);
        command.current_dir(&home).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", &home);
        command
            .env("DYNO", "web.1")
            .env("DD_API_KEY", "0123456789abcdef0123456789abcdef")
            .env("PORT", "5000");
        command
            .env("DD_HEROKU_SKIP_DYNOS", "web")
            .env("CONFIGURED", "a:b")
            .env("KEY", "-----BEGIN\nline two\n-----END");
        command.env("DATABASE_URL", "postgres://user:pass@db.example.com:5432/main").stdin(Stdio::null());
        command
    };
    let mut bash = command(bash);
    if words == PLAIN {
        let output = command(Path::new(BINARY)).args(["runtime", "prepare"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let prepared: Vec<_> = text.lines().take_while(|line| !line.starts_with("__dd_heroku")).collect();
        bash.env("prepared", prepared.join("\n")).env("BINARY", BINARY);
    }
    let words = format!("{words}\nunset BINARY\nexec {}", app.display());
    bash.args(["--noprofile", "--norc", "-c", &words]);
    fs::write(folder.path().join("stdin"), "line1\nline2\n").unwrap();
    let [out, err] = ["out", "err"].map(|name| folder.path().join(name));
    bash.stdin(fs::File::open(folder.path().join("stdin")).unwrap());
    bash.stdout(fs::File::create(&out).unwrap()).stderr(fs::File::create(&err).unwrap());
    let status = bash.status().unwrap();
    let text = |path: &Path| plain(&fs::read(path).unwrap_or_default(), &folder);
    let env = fs::read(app.with_extension("env")).ok();
    let env = env.map(|bytes| variables(plain(&bytes, &folder).as_bytes()));
    Seen {
        status,
        env,
        state: text(&app.with_extension("state")),
        stdout: text(&out),
        stderr: text(&err),
        files: files(&home, &folder),
    }
}

fn lay_out(home: &Path, script: &str) {
    for folder in [
        "datadog",
        ".profile.d",
        ".dd-heroku/bin",
        ".apt/opt/datadog-agent/bin/agent",
        ".apt/etc/datadog-agent",
    ] {
        fs::create_dir_all(home.join(folder)).unwrap();
    }
    symlink(BINARY, home.join(".dd-heroku/bin/dd-heroku")).unwrap();
    for (path, text) in [
        ("datadog/prerun.sh", script),
        (".profile.d/datadog.sh", include_str!("../../src/runtime/profile.sh")),
        (".dd-heroku/agent-version", "7.81.2\n"),
        (".apt/etc/datadog-agent/datadog.yaml.example", "api_key:\n"),
        ("lib.sh", "LIB=1\nlib_function() { export CALLED=$1; }\n"),
        ("returns.sh", "export R=1\nreturn 3\nexport R=2\n"),
        ("exits.sh", "export X=1\nexit 4\n"),
        ("fails.sh", "export F=1\nfalse\n"),
        ("data.txt", "host: HOST\nport: PORT\n"),
        ("env.txt", "# comment\nDOT_A=1\nDOT_B=two\n"),
    ] {
        fs::write(home.join(path), text).unwrap();
    }
}

/// Text without the name of the temporary folder.
fn plain(bytes: &[u8], folder: &TempDir) -> String {
    String::from_utf8_lossy(bytes).replace(&*folder.path().to_string_lossy(), "TEMP")
}

fn files(home: &Path, folder: &TempDir) -> BTreeMap<String, (u32, String)> {
    let mut all = BTreeMap::new();
    let mut folders = vec![home.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().flatten() {
            let path = entry.path();
            let name = path.strip_prefix(home).unwrap().display().to_string();
            if [".dd-heroku", "datadog"].contains(&name.as_str()) {
                continue;
            }
            let kind = entry.file_type().unwrap();
            let text = if kind.is_dir() {
                folders.push(path.clone());
                String::new()
            } else {
                plain(&fs::read(&path).unwrap_or_default(), folder)
            };
            all.insert(name, (entry.metadata().unwrap().permissions().mode(), text));
        }
    }
    all
}

/// How the two differ in what the app sees, a line each.
fn differences(plain: &Seen, ours: &Seen) -> Vec<String> {
    let (Some(before), Some(after)) = (&plain.env, &ours.env) else {
        return vec![format!("reached: plain {}, ours {}", plain.env.is_some(), ours.env.is_some())];
    };
    let mut all = Vec::new();
    let names: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    for name in names {
        let (old, new) = (before.get(name), after.get(name));
        // Datadog's variables reach the app exported or not: documented.
        if old != new && !(old.is_none() && name.starts_with("DD_")) {
            all.push(format!("{name}: {old:?} -> {new:?}"));
        }
    }
    for (what, old, new) in [("state", &plain.state, &ours.state), ("stdout", &plain.stdout, &ours.stdout)] {
        if old != new {
            all.push(format!("{what}: {old:?} -> {new:?}"));
        }
    }
    if plain.files != ours.files {
        let changed = |(name, file): &(&String, &(u32, String))| plain.files.get(*name) != Some(file);
        all.push(format!("files: {:?}", ours.files.iter().filter(changed).collect::<Vec<_>>()));
        let gone = plain.files.keys().filter(|name| !ours.files.contains_key(*name));
        all.push(format!("not there: {:?}", gone.collect::<Vec<_>>()));
    }
    all
}

/// What is wrong with a construct under this bash.
fn wrong(bash: &Path, construct: &Construct) -> Option<String> {
    let plain = boot(bash, &construct.script, PLAIN);
    let ours = boot(bash, &construct.script, OURS);
    let differences = differences(&plain, &ours);
    let problem = match construct.kind {
        Kind::Ends => {
            let same = plain.status.signal() == ours.status.signal() || construct.name.contains("exit");
            let ended = plain.env.is_none() && ours.env.is_none() && !ours.status.success();
            let lost = plain.files.keys().ne(ours.files.keys());
            (!same || !ended || lost).then(|| format!("{:?} {:?}", plain.status, ours.status))
        }
        Kind::Differs => differences.is_empty().then(|| "does not differ: say so in the table".into()),
        Kind::Same if plain.env.is_none() => ours.env.is_none().then(|| "the app is not reached".into()),
        Kind::Same => (!differences.is_empty()).then(|| differences.join("\n    ")),
    };
    let lines = ours.stderr.lines().filter(|line| line.starts_with("dd-heroku: ")).count();
    let problem = problem.or_else(|| (lines > 2).then(|| "more than one line of ours".into()));
    problem.map(|text| {
        format!("{} ({}):\n    {text}\n    {}", construct.name, bash.display(), ours.stderr.trim())
    })
}

/// Every bash of this machine: the one on the path, and others such as `bash-5.1`.
fn shells() -> Vec<PathBuf> {
    let folders = ["/bin", "/usr/local/bin", "/opt/bash/bin"];
    let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    let is_bash = |name: &str| name == "bash" || name.starts_with("bash-5.") || name.starts_with("bash5.");
    let mut all: Vec<_> = entries
        .filter(|entry| entry.file_name().to_str().is_some_and(is_bash))
        .map(|entry| entry.path())
        .collect();
    all.sort();
    all
}

#[test]
fn the_app_sees_what_a_plain_sourcing_of_prerun_leaves() {
    let table = table();
    let shells = shells();
    let same = table.iter().filter(|construct| construct.kind == Kind::Same).count();
    assert!(same >= 150 && !shells.is_empty(), "{same} constructs, {shells:?}");
    let work =
        Mutex::new(shells.iter().flat_map(|bash| table.iter().map(move |construct| (bash, construct))));
    let problems = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some((bash, construct)) = work.lock().unwrap().next() else { break };
                    problems.lock().unwrap().extend(wrong(bash, construct));
                }
            });
        }
    });
    let problems = problems.into_inner().unwrap();
    assert!(problems.is_empty(), "{} of {}:\n{}", problems.len(), table.len(), problems.join("\n"));
}

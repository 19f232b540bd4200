//! `runtime prepare`: writes the Agent's configuration and gives back the variables that `prerun.sh` knows. In a second
//! shell of a dyno whose Agent runs (`heroku ps:exec`, a second sourcing) it writes nothing.

use std::path::{Path, PathBuf};

use crate::datadog::AgentVersion;
use crate::env::{
    self, DD_DISABLE_HOST_METRICS, DD_DYNO_HOST, DD_HEROKU_CONF_FOLDER, DD_HEROKU_LEADER,
    DD_HEROKU_SKIP_DYNOS, DD_HOST_ALIASES, DD_HOSTNAME, DD_PROCESS_AGENT, DD_PYTHON_VERSION, DD_PYTHONPATH,
    DD_SERVICE, DYNO, DYNO_TAGS, DYNOTYPE, Environment, HEROKU_APP_NAME, PATH,
};

use crate::platform::dyno::process_type;

use super::agent_conf::{self, Settings};
use super::confs::Copy;
use super::databases::SERVICES;
use super::disk::{self, Failures, SECRET};
use super::identity::Host;
use super::layout::Layout;
use super::notice::{Level, Notices};
use super::python::{self, Python};
use super::shell::Script;
use super::{boolean, identity, lock, prerun, text, version};

/// The default of `DD_HEROKU_CONF_FOLDER`, in the home or else at the root.
const APP_FOLDER: &str = "datadog";
const APP_FOLDER_AT_ROOT: &str = "/app/datadog";

/// What `prepare` came to.
pub(super) struct Prepared {
    /// What the shell evaluates.
    pub(super) script: Script,
    /// Whether the app has a `prerun.sh` to source before the Agent starts.
    pub(super) prerun: bool,
}

/// Configures the Agent of `layout` and gives back the script to evaluate.
pub(super) fn prepare(env: &Environment, layout: &Layout, notices: Notices) -> Prepared {
    let version = version::find(layout);
    let asked = env.get(DD_PYTHON_VERSION).and_then(|text| text.trim().parse().ok());
    let python = Python::find(layout, asked, version.map_or(7, |version| version.major));
    let app = app_folder(env, layout);
    let running = lock::is_held(layout);
    if !running {
        configure(env, layout, notices, &app, version, python.as_ref());
    }
    let prerun = if running { None } else { prerun::find(&app, notices) };
    let quiet = if running { Notices::silent() } else { notices };
    let mut script = variables(env, layout, &app, version, python.as_ref(), quiet);
    if let Some(path) = &prerun {
        script.set("__dd_heroku_prerun", path);
        let changes = prerun::note_before(&script.applied_to(env), layout).unwrap_or("/dev/null".into());
        script.set("__dd_heroku_changes", changes);
    }
    script.set("__dd_heroku_ready", "1");
    Prepared { script, prerun: prerun.is_some() }
}

fn configure(
    env: &Environment,
    layout: &Layout,
    notices: Notices,
    app: &Path,
    version: Option<AgentVersion>,
    python: Option<&Python>,
) {
    let mut failures = Failures::default();
    let settings = Settings {
        processes: boolean(env, DD_PROCESS_AGENT, false),
        version: version.unwrap_or(version::NEWEST),
        python: python.map(|python| python.major),
    };
    failures.note(&layout.datadog_yaml(), agent_conf::write(layout, &settings, notices));
    failures.note(&layout.conf.join("install_info"), agent_conf::write_install_info(layout));
    let leads = identity::leads(&text(env, DD_HEROKU_LEADER), &text(env, DYNO));
    Copy { app, layout, env, leads, notices, failures: &mut failures }.run();
    if boolean(env, DD_DISABLE_HOST_METRICS, false) {
        failures.note(&layout.conf.join("conf.d"), agent_conf::disable_host_checks(layout));
    }
    for service in SERVICES.iter().filter(|_| leads) {
        if let Some(text) = service.configuration(env, notices) {
            service.report_replaced(app, notices);
            let path = layout.conf.join(format!("conf.d/{}.d/conf.yaml", service.check));
            failures.note(&path, disk::write(&path, text.as_bytes(), SECRET));
        }
    }
    super::cut_checks::report(layout, notices);
    if let Some(python) = python {
        python.link(layout, &mut failures);
    }
    python::link_certificates(layout, &mut failures);
    failures.report(notices);
}

/// The app's folder: where `DD_HEROKU_CONF_FOLDER` says, a relative path from the current folder or else the home.
fn app_folder(env: &Environment, layout: &Layout) -> PathBuf {
    let asked = text(env, DD_HEROKU_CONF_FOLDER);
    let in_home = layout.home.join(APP_FOLDER);
    match asked.as_ref() {
        "" if !in_home.is_dir() && Path::new(APP_FOLDER_AT_ROOT).is_dir() => APP_FOLDER_AT_ROOT.into(),
        "" => in_home,
        folder if env.cwd().join(folder).is_dir() => env.cwd().join(folder),
        folder => layout.home.join(folder),
    }
}

/// Every variable that upstream's script has, exported or not as there, so that scripts written for it work.
fn variables(
    env: &Environment,
    layout: &Layout,
    app: &Path,
    version: Option<AgentVersion>,
    python: Option<&Python>,
    notices: Notices,
) -> Script {
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let (conf, logs, bin) = (&layout.conf, &layout.logs, layout.bin());
    let (dyno, app_name) = (text(env, DYNO), text(env, HEROKU_APP_NAME));
    let machine = machine();
    let mut script = Script::default();

    script.export(env::DD_BIN_DIR, path(&bin));
    script.export(env::DATADOG_CONF, path(&layout.datadog_yaml()));
    script.export("INTEGRATIONS_CONF", path(&conf.join("conf.d")));
    script.export("POSTGRES_CONF", path(&conf.join("conf.d/postgres.d")));
    script.export("REDIS_CONF", path(&conf.join("conf.d/redisdb.d")));
    script.export(PATH, search_path(&text(env, PATH), &[layout.apt.join("usr/bin"), bin]));
    script.export(env::DD_LD_LIBRARY_PATH, layout.library_path());
    script.export(DD_PYTHONPATH, python::path(layout, python));
    script.export(env::DD_LOG_FILE, path(&logs.join("datadog.log")));
    script.export(DD_HOST_ALIASES, &machine);
    let (given, service) = (text(env, DD_HOSTNAME), text(env, DD_SERVICE));
    let by_dyno = boolean(env, DD_DYNO_HOST, false);
    let host =
        Host { given: &given, by_dyno, app: &app_name, service: &service, dyno: &dyno, machine: &machine };
    let host_name = host.name();
    if host.lacks_dyno() {
        notices.say(Level::Warn, &format!("{DD_DYNO_HOST} needs {DYNO}, which Heroku sets in every dyno and which is not set here: the host name is `{host_name}`"));
    } else if host.lacks_app() {
        missing_app(env, &host_name, notices);
    }
    script.export(DD_HOSTNAME, host_name);
    let kind = process_type(&dyno);
    if kind.is_empty() {
        script.set(DYNOTYPE, "");
    } else {
        script.export(DYNOTYPE, kind);
    }

    script.set("APT_DIR", path(&layout.apt));
    script.set(env::DD_DIR, path(&layout.agent));
    script.set(env::DD_RUN_DIR, path(&layout.run()));
    script.set(env::DD_LOG_DIR, path(logs));
    script.set(env::DD_CONF_DIR, path(conf));
    script.set(env::DD_INSTALL_INFO, path(&conf.join("install_info")));
    script.set(env::DD_APM_LOG, path(&logs.join("datadog-apm.log")));
    script.set(env::DD_PROC_LOG, path(&logs.join("datadog-proc.log")));
    script.set("APP_DATADOG_DEFAULT", APP_FOLDER_AT_ROOT);
    script.set("APP_DATADOG", path(app));
    script.set("APP_DATADOG_CONF_DIR", path(&app.join("conf.d")));
    script.set("APP_DATADOG_CHECKS_DIR", path(&app.join("checks.d")));
    script.set("PRERUN_SCRIPT", path(&app.join("prerun.sh")));
    if env.get(DD_HEROKU_CONF_FOLDER).is_none() {
        script.set(DD_HEROKU_CONF_FOLDER, path(app));
    }
    script.set("DYNOHOST", &machine);
    script.set("BUILDPACKVERSION", super::BUILDPACK_VERSION);
    script.set(DYNO_TAGS, identity::dyno_tags(&dyno, &app_name, super::BUILDPACK_VERSION));
    if let Some(python) = python {
        script.set("PYTHON_DIR", python.folder());
        script.set(DD_PYTHON_VERSION, python.major.to_string());
    }
    if let Some(version) = version {
        script.set(env::DD_AGENT_VERSION, version.to_string());
        script.set(env::DD_AGENT_MAJOR_VERSION, version.major.to_string());
    }

    script
}

/// Says that the host name lacks the app's, on a dyno that reports.
fn missing_app(env: &Environment, host_name: &str, notices: Notices) {
    if !identity::is_skipped(&text(env, DD_HEROKU_SKIP_DYNOS), &text(env, DYNO)) {
        let text = format!(
            "{DD_DYNO_HOST} needs {HEROKU_APP_NAME}, which is not set: the host name is `{host_name}`. Run: heroku labs:enable runtime-dyno-metadata, then deploy; or heroku config:set {HEROKU_APP_NAME}=<app>"
        );
        notices.say(Level::Warn, &text);
    }
}

/// The folders in front of a search path, unless they are in it.
fn search_path(old: &str, folders: &[PathBuf]) -> String {
    let folders = folders.iter().map(|folder| folder.to_string_lossy().into_owned());
    let mut all: Vec<_> = folders.filter(|folder| !old.split(':').any(|part| part == folder)).collect();
    all.extend((!old.is_empty()).then(|| old.to_owned()));
    all.join(":")
}

/// The name of the machine.
fn machine() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

//! The Agent's own configuration: `datadog.yaml`, made of the Agent's example file, and `install_info`.

use std::fs;
use std::io;
use std::path::Path;

use super::disk::{self, PUBLIC};
use super::layout::Layout;
use super::notice::{Level, Notices};
use super::template::Template;
use super::yaml::quote;
use crate::datadog::AgentVersion;

/// From this minor version of Agent 6 and 7 on `process_config.process_collection` is known for certain.
const PROCESS_COLLECTION: u32 = 37;

/// What `datadog.yaml` depends on.
pub(super) struct Settings {
    /// Whether processes are to be reported.
    pub(super) processes: bool,
    /// The Agent's version.
    pub(super) version: AgentVersion,
    /// The major version of the Agent's Python, when it is known.
    pub(super) python: Option<u32>,
}

/// Writes `datadog.yaml`. Without the example file only what we set is in it, which is said.
pub(super) fn write(layout: &Layout, settings: &Settings, notices: Notices) -> io::Result<()> {
    let path = layout.datadog_yaml();
    let example = path.with_extension("yaml.example");
    let template = fs::read(&example).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let template = template.unwrap_or_else(|error| {
        let text = format!(
            "`{}` cannot be read ({error}); datadog.yaml has the dyno's settings only",
            example.display()
        );
        notices.say(Level::Warn, &text);
        String::new()
    });
    disk::write(&path, datadog_yaml(&template, layout, settings).as_bytes(), PUBLIC)
}

/// The text of `datadog.yaml`: the template with the dyno's paths in it, and no questions to cloud providers.
fn datadog_yaml(template: &str, layout: &Layout, settings: &Settings) -> String {
    let path = |path: &Path| quote(&path.to_string_lossy());
    let mut yaml = Template::new(template.trim_start_matches('\u{feff}'));
    yaml.set("confd_path", &path(&layout.conf.join("conf.d")));
    yaml.set("additional_checksd", &path(&layout.conf.join("checks.d")));
    yaml.set("run_path", &path(&layout.run()));
    yaml.set("cloud_provider_metadata", "[]");
    if let Some(major) = settings.python.filter(|major| *major == 3) {
        yaml.set("python_version", &major.to_string());
    }
    yaml.set_in("apm_config", "log_file", &path(&layout.logs.join("datadog-apm.log")));
    yaml.set_in("logs_config", "run_path", &path(&layout.run()));
    if settings.processes {
        // The older name still works in newer Agents, which then log that it is deprecated at every start.
        match settings.version {
            version if version.minor >= PROCESS_COLLECTION => {
                yaml.set_in("process_config", "process_collection", "{enabled: true}");
            }
            _ => yaml.set_in("process_config", "enabled", "true"),
        }
        yaml.set_in("process_config", "log_file", &path(&layout.logs.join("datadog-proc.log")));
    }
    yaml.text()
}

/// Writes `install_info`, by which Datadog knows how the Agent was installed.
pub(super) fn write_install_info(layout: &Layout) -> io::Result<()> {
    let text = format!(
        "install_method:\n  tool: heroku\n  tool_version: heroku\n  installer_version: heroku-{}\n",
        super::BUILDPACK_VERSION
    );
    disk::write(&layout.conf.join("install_info"), text.as_bytes(), PUBLIC)
}

/// Turns the checks off that read the machine, which the dyno shares with others: `conf.yaml.default` gets another name.
pub(super) fn disable_host_checks(layout: &Layout) -> io::Result<()> {
    for check in fs::read_dir(layout.conf.join("conf.d"))?.flatten() {
        let default = check.path().join("conf.yaml.default");
        if default.exists() {
            fs::rename(&default, default.with_extension("default_disabled"))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_other_key_of_the_example_is_kept() {
        let template = "api_key:\n# site: x\nconfd_path: /etc\nkept: 1\n# apm_config:\n  # enabled: true\n";
        let version = AgentVersion::new(7, 81, 2);
        let settings = Settings { processes: true, version, python: Some(3) };
        let text = datadog_yaml(template, &Layout::of_home("/app".as_ref()), &settings);
        assert_eq!(
            text,
            r#"api_key:
# site: x
confd_path: "/app/.apt/etc/datadog-agent/conf.d"
kept: 1
apm_config:
  log_file: "/app/.apt/var/log/datadog/datadog-apm.log"
  # enabled: true
additional_checksd: "/app/.apt/etc/datadog-agent/checks.d"
run_path: "/app/.apt/opt/datadog-agent/run"
cloud_provider_metadata: []
python_version: 3
logs_config:
  run_path: "/app/.apt/opt/datadog-agent/run"
process_config:
  log_file: "/app/.apt/var/log/datadog/datadog-proc.log"
  process_collection: {enabled: true}
"#
        );
    }
}

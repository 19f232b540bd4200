//! Community checks: the managed block of the app's `datadog/prerun.sh` names those that `integrations add` put there.
//! Installed at build time they are in the slug, and no dyno has to fetch them when it boots. A check that cannot be
//! installed does not fail the build: the block tries it again on each dyno.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::buildpack::log::Log;
use crate::env::{Environment, HOME};
use crate::program;

const SCRIPT: &str = "datadog/prerun.sh";
const WRAPPER: &str = ".apt/opt/datadog-agent/bin/agent/agent-wrapper";
/// A package index that hangs must not hold up the build for long.
const WITHIN: Duration = Duration::from_secs(180);

/// Installs the checks that the app in `home` names into the Agent there.
pub(crate) fn install(env: &Environment, home: &Path, log: &mut Log<'_>) {
    let script = fs::read_to_string(home.join(SCRIPT)).unwrap_or_default();
    // The Agent looks for its own parts below the home.
    let env = env.clone().with(HOME, home);
    for (check, version) in named(&script) {
        log.step(&format!("Installing the check {check} {version}"));
        let package = format!("datadog-{check}=={version}");
        let arguments = ["integration", "install", "-t", "-r", &package];
        let wrapper = home.join(WRAPPER);
        let mut command = program::command(&env, &wrapper.to_string_lossy(), arguments);
        let why = match program::run(&mut command, WITHIN) {
            Ok(output) if output.status.success() => continue,
            Ok(output) => output.stderr.lines().last().unwrap_or("it does not say why").to_owned(),
            Err(error) => error.to_string(),
        };
        log.warning(&format!("The check {check} {version} could not be installed: {why}."));
        log.warning("Each dyno will try again when it boots.");
    }
}

/// The checks that the managed block names, with their versions.
fn named(script: &str) -> Vec<(&str, &str)> {
    script
        .lines()
        .skip_while(|line| !line.starts_with("# >>> dd-heroku "))
        .take_while(|line| !line.starts_with("# <<< dd-heroku "))
        .filter_map(|line| line.trim_end().strip_prefix("# install: ")?.split_once(' '))
        .filter(|(check, version)| {
            let is_plain = |text: &str, more: &[u8]| {
                text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || more.contains(&byte))
            };
            !check.is_empty() && is_plain(check, b"") && version.contains('.') && is_plain(version, b".")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_managed_block_names_checks() {
        let script = "# install: mine 1.0.0\n# >>> dd-heroku 0123 >>>\n# install: ping 1.0.2\n# install: a;b 1.0\n# install: x\n\
            # install: y --pre\n# <<< dd-heroku <<<\n# install: after 1.0.0\n";
        assert_eq!(named(script), [("ping", "1.0.2")]);
        assert_eq!(named(""), []);
    }
}

//! What `docker init` writes for apps that deploy container images: a Dockerfile whose stage installs the Agent from
//! the signed repository and whose entrypoint starts it, and the folder of its configuration. Pure text.

mod existing;

use std::fmt::Write as _;

use crate::app::desired::File;

pub use existing::Existing;

/// The Dockerfile that is written.
pub const DOCKERFILE: &str = "Dockerfile.datadog";
/// The folder of the Agent's configuration, as the README in it explains.
pub const CONFIG_README: &str = "datadog-config/README.md";
/// The pack that the image takes the program from, as `buildpack pack` calls it.
pub const PACK: &str = "dd-heroku-buildpack.tgz";

/// What starts the Agent, and then the command that follows.
const ENTRYPOINT: [&str; 4] = ["/opt/dd-heroku/bin/dd-heroku", "runtime", "entrypoint", "--"];
/// The image to start from, when there is no Dockerfile.
const BASE: &str = "debian:bookworm-slim";

/// The text of the Dockerfile, with that version of the Agent: complete and Debian-based, or on top of the image of an
/// existing Dockerfile, whose entrypoint and command it keeps.
pub fn dockerfile(agent_version: &str, existing: Option<&Existing>) -> String {
    let (head, base) = match existing {
        None => (include_str!("own.Dockerfile"), BASE),
        Some(_) => (include_str!("above.Dockerfile"), "${APP_IMAGE}"),
    };
    let stage = include_str!("stage.Dockerfile").replace("{version}", agent_version);
    let part = include_str!("part.Dockerfile");
    let existing_entrypoint = existing.map(|existing| existing.entrypoint.as_slice()).unwrap_or_default();
    let entrypoint: Vec<&str> =
        ENTRYPOINT.into_iter().chain(existing_entrypoint.iter().map(String::as_str)).collect();
    let mut text = format!("{head}{stage}\nFROM {base}\n\n{part}ENTRYPOINT {}\n", exec_form(&entrypoint));
    match existing.map(|existing| existing.command.as_slice()) {
        None => text.push_str("CMD [\"bash\"]\n"),
        Some([]) => {}
        Some(command) => {
            let _ = writeln!(text, "CMD {}", exec_form(command));
        }
    }
    text
}

/// The files to write, of which those that are already present are left out: `before` is what a path holds.
pub fn files(
    agent_version: &str,
    existing: Option<&Existing>,
    before: impl Fn(&str) -> Option<String>,
) -> Vec<File> {
    [(DOCKERFILE, dockerfile(agent_version, existing)), (CONFIG_README, include_str!("config.md").to_owned())]
        .into_iter()
        .filter(|(path, _)| before(path).is_none())
        .map(|(path, text)| File::Whole { path: path.into(), after: Some(text), executable: false })
        .collect()
}

/// `["a", "b"]`, as a Dockerfile has a command that no shell reads.
fn exec_form<S: AsRef<str>>(words: &[S]) -> String {
    let words: Vec<_> = words.iter().map(|word| serde_json::Value::from(word.as_ref()).to_string()).collect();
    format!("[{}]", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkout_without_a_dockerfile_gets_a_whole_one() {
        snapbox::assert_data_eq!(
            dockerfile("7.81.2-1", None),
            snapbox::file!["../../../tests/fixtures/docker/Dockerfile.own"].raw()
        );
    }

    #[test]
    fn an_existing_dockerfile_keeps_its_entrypoint_and_command() {
        let theirs = "FROM ruby:3.4\nENTRYPOINT [\"bin/entry\"]\nCMD bundle exec puma\n";
        snapbox::assert_data_eq!(
            dockerfile("7.81.2-1", Some(&Existing::read(theirs).unwrap())),
            snapbox::file!["../../../tests/fixtures/docker/Dockerfile.above"].raw()
        );
    }

    #[test]
    fn nothing_that_is_there_is_written_again() {
        assert_eq!(files("7.81.2-1", None, |_| None).len(), 2);
        assert_eq!(files("7.81.2-1", None, |path| (path == DOCKERFILE).then(String::new)).len(), 1);
        assert_eq!(files("7.81.2-1", None, |_| Some(String::new())).len(), 0);
    }
}

//! A run of `dd-heroku` under watch: nothing that a test runs may print the canary.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::Output;

use assert_cmd::assert::{Assert, OutputAssertExt};
use serde_json::Value;

/// The Datadog key that must never be seen again once it was given.
pub(crate) const CANARY: &str = "ca4a4b1d5ec4e7c0ffee0ddba11ac4a4";

/// A command whose output is looked through for the canary.
pub(crate) struct Program(assert_cmd::Command);

impl Program {
    pub(crate) fn new(command: assert_cmd::Command) -> Self {
        Self(command)
    }

    pub(crate) fn args<S: AsRef<OsStr>>(&mut self, arguments: impl IntoIterator<Item = S>) -> &mut Self {
        self.0.args(arguments);
        self
    }

    pub(crate) fn env(&mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> &mut Self {
        self.0.env(name, value);
        self
    }

    pub(crate) fn envs<N: AsRef<OsStr>, V: AsRef<OsStr>>(
        &mut self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> &mut Self {
        self.0.envs(variables);
        self
    }

    pub(crate) fn env_remove(&mut self, name: impl AsRef<OsStr>) -> &mut Self {
        self.0.env_remove(name);
        self
    }

    pub(crate) fn current_dir(&mut self, folder: impl AsRef<Path>) -> &mut Self {
        self.0.current_dir(folder);
        self
    }

    pub(crate) fn write_stdin(&mut self, text: impl Into<Vec<u8>>) -> &mut Self {
        self.0.write_stdin(text);
        self
    }

    /// Runs it.
    pub(crate) fn output(&mut self) -> io::Result<Output> {
        let output = self.0.output()?;
        assert_no_canary("stdout", &output.stdout);
        assert_no_canary("stderr", &output.stderr);
        Ok(output)
    }

    /// Runs it: the JSON document that it prints as it ends with this code.
    pub(crate) fn json(&mut self, code: i32) -> Value {
        let run = self.assert().code(code);
        serde_json::from_slice(&run.get_output().stdout).unwrap()
    }

    /// Runs it, to say how it must have ended.
    pub(crate) fn assert(&mut self) -> Assert {
        self.output().unwrap().assert()
    }
}

/// Fails where the canary is seen.
pub(crate) fn assert_no_canary(place: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    assert!(
        !text.contains(CANARY),
        "the canary key is in {place}:\n{}",
        text.replace(CANARY, ">>> THE KEY <<<")
    );
}

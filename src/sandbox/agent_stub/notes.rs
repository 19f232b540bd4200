//! What the stand-ins note: one line of JSON for everything they are sent.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::env::Environment;

/// Where the stand-ins note what they are sent, below the dyno's home.
const NOTES: &str = ".apt/var/log/datadog/stand-in.jsonl";

/// The file that the stand-ins write to.
pub(super) struct Notes {
    file: PathBuf,
    program: String,
}

impl Notes {
    pub(super) fn of(env: &Environment, program: &str) -> Self {
        Self { file: env.home().unwrap_or_default().join(NOTES), program: program.to_owned() }
    }

    pub(super) fn add(&self, note: &Value) -> anyhow::Result<()> {
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut note = note.clone();
        note["program"] = json!(self.program);
        let mut file = OpenOptions::new().create(true).append(true).open(&self.file)?;
        // One write a line, so that the programs do not mix.
        file.write_all(format!("{note}\n").as_bytes())?;
        Ok(())
    }

    /// What was noted by all of them.
    pub(super) fn all(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.file).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

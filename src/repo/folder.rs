//! The files under `datadog/`, read for the lint and for what is configured there.

use std::fs;
use std::path::Path;

use super::{Checkout, lint};

/// Files that are longer are no configuration.
const LONGEST: u64 = 1 << 20;
/// How deep the folder is read.
const DEEPEST: usize = 6;

impl Checkout {
    /// The files under `datadog/`, and `.slugignore`, in the order of their paths. Links are not followed, and what
    /// cannot be read is left out.
    pub fn datadog_files(&self) -> Vec<lint::File> {
        let mut files = Vec::new();
        collect(self.root(), ".slugignore", 0, &mut files);
        collect(self.root(), "datadog", 0, &mut files);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }
}

fn collect(root: &Path, path: &str, depth: usize, files: &mut Vec<lint::File>) {
    let place = root.join(path);
    let Ok(entry) = place.symlink_metadata() else { return };
    if entry.is_file() && entry.len() <= LONGEST {
        let Ok(bytes) = fs::read(&place) else { return };
        files.push(lint::File { path: path.into(), text: String::from_utf8_lossy(&bytes).into_owned() });
    } else if entry.is_dir() && depth < DEEPEST {
        let Ok(entries) = fs::read_dir(&place) else { return };
        for entry in entries.flatten() {
            if let Some(name) = entry.file_name().to_str() {
                collect(root, &format!("{path}/{name}"), depth + 1, files);
            }
        }
    }
}

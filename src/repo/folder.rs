//! The files for Datadog, read for the lint and for what is configured in them.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::{Checkout, Error, lint};
use crate::app::conf_folder::{ConfFolder, USUAL};

/// Longer files are not configuration.
const LONGEST: u64 = 1 << 20;
/// How deep the folder is read.
const DEEPEST: usize = 6;

impl Checkout {
    /// The files of the folder for Datadog by their usual paths, `datadog/…`, and `.slugignore`, in the order of their
    /// paths. Links are not followed.
    pub fn datadog_files(&self, folder: &ConfFolder) -> Result<Vec<lint::File>, Error> {
        let mut files = Vec::new();
        if !folder.path().is_empty() {
            collect(self.root(), folder.path(), 0, &mut files)?;
        }
        for file in &mut files {
            let rest = file.path.get(folder.path().len()..).unwrap_or_default();
            file.path = format!("{USUAL}{rest}");
        }
        collect(self.root(), ".slugignore", 0, &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }
}

fn collect(root: &Path, path: &str, depth: usize, files: &mut Vec<lint::File>) -> Result<(), Error> {
    let place = root.join(path);
    let unreadable = |cause: io::Error| Error::file("read", Path::new(path), cause);
    let entry = match place.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entry => entry.map_err(unreadable)?,
    };
    if entry.is_file() && entry.len() <= LONGEST {
        let bytes = fs::read(&place).map_err(unreadable)?;
        files.push(lint::File { path: path.into(), text: String::from_utf8_lossy(&bytes).into_owned() });
    } else if entry.is_dir() && depth < DEEPEST {
        for entry in fs::read_dir(&place).map_err(unreadable)? {
            // A name that is not UTF-8 is not one that the Agent or the build step reads.
            if let Some(name) = entry.map_err(unreadable)?.file_name().to_str() {
                collect(root, &format!("{path}/{name}"), depth + 1, files)?;
            }
        }
    }
    Ok(())
}

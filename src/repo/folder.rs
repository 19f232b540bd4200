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

/// What is in the folder.
#[derive(Default)]
pub struct Contents {
    /// The files by their usual paths, `datadog/…`, and `.slugignore`, in the order of their paths. Links are followed where
    /// they stay in the checkout, as a slug keeps them.
    pub files: Vec<lint::File>,
    /// Links that lead out of the checkout or nowhere, so that a slug has nothing in their place.
    pub dead_links: Vec<String>,
}

impl Checkout {
    /// The files of the folder for Datadog.
    pub fn datadog_files(&self, folder: &ConfFolder) -> Result<Vec<lint::File>, Error> {
        Ok(self.datadog_contents(folder)?.files)
    }

    /// What is in the folder for Datadog.
    pub fn datadog_contents(&self, folder: &ConfFolder) -> Result<Contents, Error> {
        let mut contents = Contents::default();
        if !folder.path().is_empty() {
            collect(self.root(), folder.path(), 0, &mut contents)?;
        }
        let paths = contents.files.iter_mut().map(|file| &mut file.path);
        for path in paths.chain(&mut contents.dead_links) {
            let rest = path.get(folder.path().len()..).unwrap_or_default();
            *path = format!("{USUAL}{rest}");
        }
        collect(self.root(), ".slugignore", 0, &mut contents)?;
        contents.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(contents)
    }
}

fn collect(root: &Path, path: &str, depth: usize, contents: &mut Contents) -> Result<(), Error> {
    let place = root.join(path);
    let unreadable = |cause: io::Error| Error::file("read", Path::new(path), cause);
    let mut entry = match place.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entry => entry.map_err(unreadable)?,
    };
    if entry.is_symlink() {
        let Some(inside) = place.canonicalize().ok().filter(|target| target.starts_with(root)) else {
            contents.dead_links.push(path.to_owned());
            return Ok(());
        };
        entry = inside.metadata().map_err(unreadable)?;
    }
    if entry.is_file() && entry.len() <= LONGEST {
        let bytes = fs::read(&place).map_err(unreadable)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        contents.files.push(lint::File { path: path.into(), text });
    } else if entry.is_dir() && depth < DEEPEST {
        for entry in fs::read_dir(&place).map_err(unreadable)? {
            // A name that is not UTF-8 is not one that the Agent or the build step reads.
            if let Some(name) = entry.map_err(unreadable)?.file_name().to_str() {
                collect(root, &format!("{path}/{name}"), depth + 1, contents)?;
            }
        }
    }
    Ok(())
}

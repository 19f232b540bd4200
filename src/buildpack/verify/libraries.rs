//! Shared libraries: what the Agent's programs and libraries need must be in the package or on the stack, looked up as a
//! dyno's loader does.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Verified, shown, walk};
use crate::env::Environment;
use crate::program;

const FOLDERS: [&str; 3] = ["bin", "embedded/bin", "embedded/lib"];
/// Files that one call looks at.
const BATCH: usize = 200;
const WITHIN: Duration = Duration::from_secs(120);

pub(super) fn verify(env: &Environment, slug: &Path, verified: &mut Verified) -> io::Result<()> {
    let agent = slug.join(super::AGENT);
    let mut files = Vec::new();
    for folder in FOLDERS.iter().map(|folder| agent.join(folder)).filter(|folder| folder.is_dir()) {
        walk(&folder, &mut |path, metadata| {
            if metadata.is_file() && is_elf(path) {
                files.push(path.to_owned());
            }
        })?;
    }
    let mut looked_up = true;
    for batch in files.chunks(BATCH) {
        let Some(output) = ldd(env, &agent, batch) else {
            looked_up = false;
            break;
        };
        for (file, library) in missing(&output) {
            let file = Path::new(&file);
            verified.problem("library", shown(slug, file), format!("needs `{library}`, which is missing"));
        }
    }
    verified.libraries = looked_up.then_some(files.len());
    Ok(())
}

/// Whether it is a program or a library in the system's own form.
fn is_elf(path: &Path) -> bool {
    let mut head = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && &head == b"\x7fELF"
}

/// What `ldd` prints about these files. None where it cannot be run.
fn ldd(env: &Environment, agent: &Path, files: &[PathBuf]) -> Option<String> {
    let mut command = program::command(env, "ldd", files);
    // With two files each answer has its file's name above it.
    if let [only] = files {
        command.arg(only);
    }
    command.env("LD_LIBRARY_PATH", agent.join("embedded/lib")).env("LC_ALL", "C");
    let output = program::run(&mut command, WITHIN).ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The files that need a library that is not found, with its name.
fn missing(output: &str) -> Vec<(String, String)> {
    let mut file = "";
    let mut missing = Vec::new();
    for line in output.lines() {
        if let Some(name) = line.strip_suffix(':').filter(|name| name.starts_with('/')) {
            file = name;
        } else if let Some(library) = line.trim().strip_suffix(" => not found") {
            missing.push((file.to_owned(), library.to_owned()));
        }
    }
    missing.dedup();
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_found_is_read_with_the_file_that_needs_it() {
        let output = "/a/x.so:\n\tlibz.so.1 => /lib/libz.so.1 (0x1)\n\tlibq.so.2 => not found\n/a/y:\n\tstatically linked\n\
            /a/z.so:\n\tlibq.so.2 => not found\n\tlibr.so => not found\n";
        let expected = [("/a/x.so", "libq.so.2"), ("/a/z.so", "libq.so.2"), ("/a/z.so", "libr.so")];
        let expected = expected.map(|(file, library)| (file.to_owned(), library.to_owned()));
        assert_eq!(missing(output), expected);
    }
}

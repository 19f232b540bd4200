//! Which shared libraries a program or library of the system names (ELF, 64 bits, little-endian: what a dyno runs).
//! Format: <https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html>.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::Path;

const HEADER: usize = 64;
const SEGMENT: usize = 56;
const LOADED: u32 = 1;
const DYNAMIC: u32 = 2;
/// Entries of the dynamic section: a library's name, where the names are.
const NEEDED: u64 = 1;
const NAMES: u64 = 5;
/// No list of libraries and no name is longer than this.
const LIST: u64 = 1 << 16;
const NAME: usize = 256;

/// The libraries that a file names: `libz.so.1`. Empty when it is no such file, or names none.
pub(super) fn needed(path: &Path) -> io::Result<Vec<String>> {
    let file = File::open(path)?;
    match read(&file) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(Vec::new()),
        read => read,
    }
}

fn read(file: &File) -> io::Result<Vec<String>> {
    let mut header = [0; HEADER];
    file.read_exact_at(&mut header, 0)?;
    if !header.starts_with(b"\x7fELF\x02\x01") {
        return Ok(Vec::new());
    }
    let count = usize::from(u16::from_le_bytes([header[56], header[57]]));
    let mut segments = vec![0; count * SEGMENT];
    file.read_exact_at(&mut segments, number(&header, 32))?;
    let of_kind =
        |kind: u32| segments.chunks_exact(SEGMENT).filter(move |segment| segment[..4] == kind.to_le_bytes());
    let Some(dynamic) = of_kind(DYNAMIC).next() else { return Ok(Vec::new()) };
    let mut entries = vec![0; usize::try_from(number(dynamic, 32).min(LIST)).unwrap_or_default()];
    file.read_exact_at(&mut entries, number(dynamic, 8))?;
    let entries: Vec<(u64, u64)> = entries
        .chunks_exact(16)
        .map(|entry| (number(entry, 0), number(entry, 8)))
        .take_while(|e| e.0 != 0)
        .collect();
    // Where the names are is said as an address in memory.
    let names = entries.iter().find(|entry| entry.0 == NAMES).and_then(|(_, address)| {
        of_kind(LOADED).find_map(|segment| {
            let below =
                address.checked_sub(number(segment, 16)).filter(|below| *below < number(segment, 32))?;
            number(segment, 8).checked_add(below)
        })
    });
    let Some(names) = names else { return Ok(Vec::new()) };
    let at = entries.iter().filter(|entry| entry.0 == NEEDED).filter_map(|entry| names.checked_add(entry.1));
    at.map(|at| name(file, at)).collect()
}

fn name(file: &File, at: u64) -> io::Result<String> {
    let mut bytes = [0; NAME];
    let read = file.read_at(&mut bytes, at)?;
    let end = bytes[..read].iter().position(|byte| *byte == 0).ok_or(ErrorKind::UnexpectedEof)?;
    Ok(String::from_utf8_lossy(&bytes[..end]).into_owned())
}

/// Eight bytes as a number.
fn number(bytes: &[u8], at: usize) -> u64 {
    bytes[at..at + 8].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_libraries_of_a_program_are_those_that_the_loader_finds() {
        let names = needed(&std::env::current_exe().unwrap()).unwrap();
        assert!(names.iter().any(|name| name.starts_with("libc.so")), "{names:?}");
    }

    #[test]
    fn other_files_need_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let head = b"\x7fELF\x02\x01".to_vec();
        let mut wild = vec![0xff; 4096];
        wild[..6].copy_from_slice(&head);
        for content in [b"text".to_vec(), Vec::new(), head, wild] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(needed(&path).unwrap_or_default(), [""; 0]);
        }
    }
}

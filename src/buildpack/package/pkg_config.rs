//! Files that pkg-config reads: they name where the package lies, which is elsewhere in a slug.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Whether a member is such a file.
pub(super) fn is_file(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("/pkgconfig/") && Path::new(&name).extension().is_some_and(|end| end == "pc")
}

/// Puts `prefix` before the paths in lines that begin with `prefix=`.
pub(super) fn with_prefix(content: &[u8], prefix: &Path) -> Vec<u8> {
    let mut changed = Vec::with_capacity(content.len() + 64);
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_prefix(b"prefix=") {
            Some(path) => {
                changed.extend_from_slice(b"prefix=");
                changed.extend_from_slice(prefix.as_os_str().as_bytes());
                changed.extend_from_slice(path);
            }
            None => changed.extend_from_slice(line),
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_line_that_begins_with_prefix_changes() {
        assert_eq!(
            with_prefix(b"prefix=/opt/x\nexec_prefix=/opt/x\nprefix=/y", "/app/.apt".as_ref()),
            b"prefix=/app/.apt/opt/x\nexec_prefix=/opt/x\nprefix=/app/.apt/y"
        );
        assert!(is_file("opt/lib/PkgConfig/z.PC"));
        assert!(!is_file("opt/lib/z.pc"));
    }
}

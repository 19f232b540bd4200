//! Commits and sizes as people read them.

/// The first seven digits of a commit; any other version as it is.
pub fn short_commit(commit: &str) -> &str {
    if commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        &commit[..7]
    } else {
        commit
    }
}

/// `121 MB`: 1 MB is 1,000,000 bytes.
pub fn megabytes(bytes: u64) -> String {
    format!("{} MB", (bytes + 500_000) / 1_000_000)
}

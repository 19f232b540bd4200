//! `.slugignore` lines that take the folder out of the slug (<https://devcenter.heroku.com/articles/slug-compiler>).

use super::{File, Finding};
use crate::app::conf_folder::ConfFolder;

/// The file.
pub(super) const PATH: &str = ".slugignore";

/// Lines of `.slugignore` that hide files of `datadog/`, wherever that really is.
pub(super) fn lint(files: &[File], folder: &ConfFolder) -> Vec<Finding> {
    let Some(ignore) = files.iter().find(|file| file.path == PATH) else { return Vec::new() };
    let paths = files.iter().filter(|file| file.path.starts_with("datadog/"));
    let paths: Vec<_> = paths.map(|file| folder.real(&file.path)).collect();
    let hidden = |pattern: &str| paths.iter().find(|path| matches(pattern, path));
    ignore
        .text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty() && !line.trim().starts_with('#'))
        .filter_map(|(n, line)| {
            let pattern = line.trim();
            hidden(pattern).map(|path| {
                Finding::error(
                    ignore,
                    n + 1,
                    format!("`{pattern}` keeps {path} out of the slug, so that no dyno sees it"),
                )
                .fix(format!("take `{pattern}` out of .slugignore"))
            })
        })
        .collect()
}

/// Whether a pattern names the path or a folder above it.
fn matches(pattern: &str, path: &str) -> bool {
    let rooted = pattern.trim_end_matches('/').contains('/');
    let pattern: Vec<_> = pattern.trim_matches('/').split('/').collect();
    let parts: Vec<_> = path.split('/').collect();
    let at = |start: usize| {
        parts.get(start..start + pattern.len()).is_some_and(|these| {
            these.iter().zip(&pattern).all(|(part, glob)| is_like(glob.as_bytes(), part.as_bytes()))
        })
    };
    if rooted { at(0) } else { (0..parts.len()).any(at) }
}

/// Whether a name is like a pattern with `*` and `?`. Only the last `*` is tried again: a pattern of many takes no longer.
fn is_like(mut glob: &[u8], mut name: &[u8]) -> bool {
    let mut last_star = None;
    loop {
        match (glob.split_first(), name.split_first()) {
            (None, None) => return true,
            (Some((b'*', rest)), _) => {
                last_star = Some((rest, name));
                glob = rest;
            }
            (Some((expected, rest)), Some((byte, others))) if *expected == b'?' || expected == byte => {
                (glob, name) = (rest, others);
            }
            _ => {
                let Some((rest, [_, others @ ..])) = last_star else { return false };
                last_star = Some((rest, others));
                (glob, name) = (rest, others);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::messages;
    use super::is_like;

    #[test]
    fn a_pattern_of_many_stars_is_matched_at_once() {
        let name = "a".repeat(200);
        let pattern = "a*".repeat(100);
        assert!(is_like(pattern.as_bytes(), name.as_bytes()));
        assert!(!is_like(format!("{pattern}b").as_bytes(), name.as_bytes()));
        assert!(is_like(b"*a?*b", b"xaab.b") && !is_like(b"*a?*b", b"xab"));
    }

    #[test]
    fn a_pattern_that_hides_the_folder_is_named_by_its_line() {
        for (pattern, hides) in [
            ("datadog", true),
            ("/datadog/", true),
            ("datadog/*", true),
            ("*.sh", true),
            ("data*", true),
            ("/datadog/prerun.sh", true),
            ("*", true),
            ("conf.d", false),
            ("docs/datadog", false),
            ("*.md", false),
            ("# datadog", false),
            ("datadog2", false),
        ] {
            let findings =
                messages(&[(".slugignore", &format!("tmp\n{pattern}\n")), ("datadog/prerun.sh", "true\n")]);
            assert_eq!(!findings.is_empty(), hides, "{pattern}: {findings:?}");
            assert!(
                findings.iter().all(|finding| finding.starts_with(".slugignore:2 error ")),
                "{findings:?}"
            );
        }
    }
}

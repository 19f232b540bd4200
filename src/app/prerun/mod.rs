//! The managed block of `datadog/prerun.sh`: a part of the user's file that is ours, between two markers.
//!
//! Everything outside the markers is left byte for byte as it is. The opening marker carries a digest of the block,
//! so that a block somebody edited is noticed and never overwritten.

pub mod dyno_types;
mod script;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ring::digest;

/// Where the script is in a checkout.
pub const PATH: &str = "datadog/prerun.sh";

const OPEN: &str = "# >>> dd-heroku ";
const CLOSE: &str = "# <<< dd-heroku <<<\n";

/// What the block is to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Dyno types on which the Agent stays off, shell patterns.
    pub skip: Vec<String>,
    /// What `DD_VERSION` is taken from.
    pub version: Option<Version>,
    /// The dynos that a check runs on, by the check's name: types (`web`) or single dynos (`web.1`).
    pub limits: BTreeMap<String, Vec<String>>,
    /// Community checks to install, by name, and their versions.
    pub installs: BTreeMap<String, String>,
    /// Whether config vars are put into the files of `conf.d` that ask for it.
    pub fill: bool,
}

impl Block {
    /// Adds what another block has, which grew from the same one.
    pub fn add(&mut self, other: &Self) {
        for kind in &other.skip {
            if !self.skip.contains(kind) {
                self.skip.push(kind.clone());
            }
        }
        self.version = other.version.or(self.version);
        self.limits.extend(other.limits.clone());
        self.installs.extend(other.installs.clone());
        self.fill |= other.fill;
    }
}

/// What `DD_VERSION` is taken from when a dyno boots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The commit that was built.
    Slug,
    /// The number of the release: `v41`.
    Release,
}

/// Why a block cannot be put into a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmanageable {
    /// Somebody edited it.
    Edited,
    /// One of its markers is missing, or there are two.
    Broken,
}

impl Block {
    /// The block's text, markers included; empty when there is nothing to do.
    pub fn render(&self) -> String {
        let body = script::body(self);
        if body.is_empty() {
            return String::new();
        }
        format!(
            "{OPEN}{} >>> written by `dd-heroku prerun`; change what is outside of this block\n{body}{CLOSE}",
            digest_of(&body)
        )
    }

    /// The block that a file holds, when it holds one that nobody edited.
    pub fn read(text: &str) -> Result<Option<Self>, Unmanageable> {
        let Some(located) = Located::unedited(text)? else { return Ok(None) };
        Ok(Some(script::read(located.body(text))))
    }

    /// The file with this block in the place of one that somebody edited, whose lines are lost.
    pub fn put_over(&self, text: &str) -> Result<String, Unmanageable> {
        match Located::locate(text)? {
            Some(located) => Ok(located.replaced(text, &self.render())),
            None => self.put_into(Some(text)),
        }
    }

    /// The file with this block in it: in the place of the old one, else after the `#!` line, before anything of the
    /// user's that might `exit`. `None` is a file that does not exist yet.
    pub fn put_into(&self, text: Option<&str>) -> Result<String, Unmanageable> {
        let block = self.render();
        let Some(text) = text else { return Ok(format!("#!/usr/bin/env bash\n{block}")) };
        if let Some(located) = Located::unedited(text)? {
            return Ok(located.replaced(text, &block));
        }
        let at = if text.starts_with("#!") { text.find('\n').map_or(text.len(), |end| end + 1) } else { 0 };
        let line_end = if at > 0 && !text[..at].ends_with('\n') { "\n" } else { "" };
        Ok(format!("{}{line_end}{block}{}", &text[..at], &text[at..]))
    }
}

/// Where a file's block is.
struct Located {
    start: usize,
    body: usize,
    close: usize,
    end: usize,
}

impl Located {
    fn locate(text: &str) -> Result<Option<Self>, Unmanageable> {
        let Some(start) = find_line(text, OPEN) else {
            return if find_line(text, CLOSE.trim_end()).is_some() {
                Err(Unmanageable::Broken)
            } else {
                Ok(None)
            };
        };
        let body = text[start..].find('\n').map(|at| start + at + 1).ok_or(Unmanageable::Broken)?;
        let close =
            find_line(&text[body..], CLOSE.trim_end()).map(|at| body + at).ok_or(Unmanageable::Broken)?;
        let end = text[close..].find('\n').map_or(text.len(), |at| close + at + 1);
        if find_line(&text[body..], OPEN).is_some() {
            return Err(Unmanageable::Broken);
        }
        Ok(Some(Self { start, body, close, end }))
    }

    /// The block, when nobody edited it.
    fn unedited(text: &str) -> Result<Option<Self>, Unmanageable> {
        let Some(located) = Self::locate(text)? else { return Ok(None) };
        let written = text[located.start + OPEN.len()..located.body].split_whitespace().next();
        if written == Some(digest_of(&located.body(text).replace("\r\n", "\n")).as_str()) {
            Ok(Some(located))
        } else {
            Err(Unmanageable::Edited)
        }
    }

    fn body<'t>(&self, text: &'t str) -> &'t str {
        &text[self.body..self.close]
    }

    fn replaced(&self, text: &str, block: &str) -> String {
        format!("{}{block}{}", &text[..self.start], &text[self.end..])
    }
}

/// Where the first line that begins with `prefix` starts.
fn find_line(text: &str, prefix: &str) -> Option<usize> {
    if text.starts_with(prefix) {
        return Some(0);
    }
    text.find(&format!("\n{prefix}")).map(|at| at + 1)
}

/// The first six bytes of the SHA-256, in hex.
fn digest_of(body: &str) -> String {
    digest::digest(&digest::SHA256, body.as_bytes()).as_ref()[..6].iter().fold(
        String::new(),
        |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block() -> Block {
        Block { skip: vec!["run".into(), "release".into()], ..Block::default() }
    }

    #[test]
    fn a_new_file_is_a_script_with_the_block() {
        let text = block().put_into(None).expect("a file");
        assert!(text.starts_with("#!/usr/bin/env bash\n# >>> dd-heroku "), "{text}");
        assert!(text.contains("\n  run.* | release.*) "), "{text}");
        assert_eq!(Block::read(&text), Ok(Some(block())));
    }

    #[test]
    fn the_rest_of_a_file_stays_byte_for_byte() {
        for (file, head) in [
            ("#!/bin/bash\r\necho hi\r\n", "#!/bin/bash\r\n"),
            ("echo no shebang, no newline", ""),
            ("", ""),
            ("#!/bin/sh", "#!/bin/sh\n"),
        ] {
            let with = block().put_into(Some(file)).expect("a file");
            assert!(with.starts_with(head), "{with}");
            assert_eq!(
                with.replace(&block().render(), "").trim_end_matches('\n'),
                file.trim_end_matches('\n')
            );
            assert_eq!(block().put_into(Some(&with)), Ok(with.clone()));
            let other = Block { skip: vec!["clock".into()], ..Block::default() }
                .put_into(Some(&with))
                .expect("a file");
            assert_eq!(block().put_into(Some(&other)), Ok(with));
        }
    }

    #[test]
    fn an_edited_block_is_noticed() {
        let text = block().put_into(None).expect("a file");
        assert_eq!(Block::read(&text.replace("release", "clock")), Err(Unmanageable::Edited));
        assert_eq!(Block::read(&text.replace(CLOSE, "")), Err(Unmanageable::Broken));
        assert_eq!(Block::read(&format!("{text}{text}")), Err(Unmanageable::Broken));
        assert_eq!(block().put_into(Some(CLOSE)), Err(Unmanageable::Broken));
        assert_eq!(Block::read("echo mine\n"), Ok(None));
        let edited = format!("{}echo mine\n", text.replace("release", "clock"));
        assert_eq!(block().put_over(&edited), Ok(format!("{text}echo mine\n")));
    }
}

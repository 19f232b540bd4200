//! Where unpacked members also go: the next build's cache. It must never fail a build: what cannot be kept is not kept.
//!
//! A thread of its own compresses and writes; unpacking waits for it only when it is far behind.

use std::fs::File;
use std::io::{self, Read, Write};

use super::background::Background;
use crate::buildpack::hash::Hashed;

/// Fast enough to be written during a cold build; the Agent shrinks to about a third.
const LEVEL: i32 = 1;
/// Bytes of a block of a tar: every member is filled up to a whole one.
const BLOCK: u64 = 512;

/// A compressed tar that is being written, until something goes wrong.
pub(crate) struct CacheWriter {
    tar: tar::Builder<Background<String>>,
    is_kept: bool,
    error: Option<io::Error>,
}

impl CacheWriter {
    pub(crate) fn new(file: io::Result<File>) -> Self {
        Self::at_level(file, LEVEL)
    }

    /// For what is not written during a build: the level trades time for size.
    pub(crate) fn at_level(file: io::Result<File>, level: i32) -> Self {
        let started = file
            .and_then(|file| zstd::Encoder::new(Hashed::new(file), level))
            .and_then(|encoder| Background::start(encoder, |encoder| encoder.finish().map(Hashed::finish)));
        match started {
            Ok(background) => Self { tar: tar::Builder::new(background), is_kept: true, error: None },
            Err(error) => Self { error: Some(error), ..Self::none() },
        }
    }

    /// Nothing is kept.
    pub(crate) fn none() -> Self {
        Self { tar: tar::Builder::new(Background::none()), is_kept: false, error: None }
    }

    /// Keeps a member without content, or a link to `target`.
    pub(crate) fn bare(&mut self, header: &tar::Header, path: &str, target: Option<&std::path::Path>) {
        if !self.is_kept {
            return;
        }
        let mut header = header.clone();
        header.set_size(0);
        let kept = match target {
            Some(target) => self.tar.append_link(&mut header, path, target),
            None => self.tar.append_data(&mut header, path, io::empty()),
        };
        self.note(kept);
    }

    /// Copies a member's content to `file` and keeps it. Gives back an error of `content` or `file` only.
    pub(crate) fn file(
        &mut self,
        header: &tar::Header,
        path: &str,
        size: u64,
        content: &mut dyn Read,
        file: &mut dyn Write,
    ) -> io::Result<()> {
        if self.is_kept {
            let mut header = header.clone();
            header.set_entry_type(tar::EntryType::Regular);
            header.set_size(size);
            // The content comes after it, straight into what is handed over.
            let kept = self.tar.append_data(&mut header, path, io::empty());
            self.note(kept);
        }
        let mut copied = 0;
        loop {
            let room = self.tar.get_mut().room();
            let read = match content.read(room) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            file.write_all(&room[..read])?;
            copied += read as u64;
            if self.is_kept {
                let kept = self.tar.get_mut().fill(read);
                self.note(kept);
            }
        }
        if self.is_kept {
            let kept = if copied == size {
                let missing = copied.next_multiple_of(BLOCK) - copied;
                io::copy(&mut io::repeat(0).take(missing), self.tar.get_mut()).map(drop)
            } else {
                Err(io::ErrorKind::UnexpectedEof.into())
            };
            self.note(kept);
        }
        Ok(())
    }

    /// Ends the tar and gives its hash. `None` when nothing was to be kept.
    pub(crate) fn finish(self) -> Option<io::Result<String>> {
        if let Some(error) = self.error {
            return Some(Err(error));
        }
        self.is_kept.then(|| self.tar.into_inner().and_then(Background::finish))
    }

    fn note(&mut self, kept: io::Result<()>) {
        if let Err(error) = kept {
            self.is_kept = false;
            self.error.get_or_insert(error);
        }
    }
}

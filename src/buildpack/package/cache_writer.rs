//! Where unpacked members also go: the next build's cache. It must never fail a build: what cannot be kept is not kept.

use std::fs::File;
use std::io::{self, Read, Write};

use crate::buildpack::hash::Hashed;

/// Fast enough to be written during a cold build; the Agent shrinks to about a third.
const LEVEL: i32 = 1;

/// A compressed tar that is being written, until something goes wrong.
pub(crate) struct CacheWriter {
    tar: Option<tar::Builder<zstd::Encoder<'static, Hashed<File>>>>,
    error: Option<io::Error>,
}

impl CacheWriter {
    pub(crate) fn new(file: io::Result<File>) -> Self {
        match file.and_then(|file| zstd::Encoder::new(Hashed::new(file), LEVEL)) {
            Ok(encoder) => Self { tar: Some(tar::Builder::new(encoder)), error: None },
            Err(error) => Self { tar: None, error: Some(error) },
        }
    }

    /// Nothing is kept.
    pub(crate) fn none() -> Self {
        Self { tar: None, error: None }
    }

    /// Keeps a member without content, or a link to `target`.
    pub(crate) fn bare(&mut self, header: &tar::Header, path: &str, target: Option<&std::path::Path>) {
        let Some(tar) = &mut self.tar else { return };
        let mut header = header.clone();
        header.set_size(0);
        let kept = match target {
            Some(target) => tar.append_link(&mut header, path, target),
            None => tar.append_data(&mut header, path, io::empty()),
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
        let mut tee = Tee { content, file, failed: None };
        if let Some(tar) = &mut self.tar {
            let mut header = header.clone();
            header.set_entry_type(tar::EntryType::Regular);
            header.set_size(size);
            let kept = tar.append_data(&mut header, path, &mut tee);
            if let Some(failed) = tee.failed.take() {
                return Err(failed);
            }
            self.note(kept);
        }
        // What is left when the keeping failed half-way, or never began.
        io::copy(&mut tee, &mut io::sink()).map_err(|error| tee.failed.take().unwrap_or(error))?;
        Ok(())
    }

    /// Ends the tar and gives its hash. `None` when nothing was to be kept.
    pub(crate) fn finish(self) -> Option<io::Result<String>> {
        if let Some(error) = self.error {
            return Some(Err(error));
        }
        Some(self.tar?.into_inner().and_then(zstd::Encoder::finish).map(Hashed::finish))
    }

    fn note(&mut self, kept: io::Result<()>) {
        if let Err(error) = kept {
            self.tar = None;
            self.error = Some(error);
        }
    }
}

/// Reads `content` and writes what it read to `file`.
struct Tee<'a> {
    content: &'a mut dyn Read,
    file: &'a mut dyn Write,
    failed: Option<io::Error>,
}

impl Read for Tee<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let copied =
            self.content.read(buffer).and_then(|read| self.file.write_all(&buffer[..read]).map(|()| read));
        copied.map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                self.failed = Some(error);
            }
            kind.into()
        })
    }
}

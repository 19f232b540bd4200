//! SHA-256 of what passes by.

use std::fmt::Write as _;
use std::io::{self, Read, Write};

use ring::digest;

/// Reads from or writes to `inner` and hashes what passes.
pub(super) struct Hashed<T> {
    inner: T,
    context: digest::Context,
}

impl<T> Hashed<T> {
    pub(super) fn new(inner: T) -> Self {
        Self { inner, context: digest::Context::new(&digest::SHA256) }
    }

    /// The hash of everything that passed, in lower-case hex digits.
    pub(super) fn finish(self) -> String {
        hex(self.context.finish().as_ref())
    }

    /// What it passes to or from.
    pub(super) fn inner(&self) -> &T {
        &self.inner
    }

    /// Whether everything that passed has this hash.
    pub(super) fn is(&self, sha256: &str) -> bool {
        hex(self.context.clone().finish().as_ref()) == sha256
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.context.update(bytes);
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.pass(&buffer[..read]);
        Ok(read)
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.pass(&buffer[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// The SHA-256 of `bytes` in lower-case hex digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// Lower-case hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

//! Streams that can pass over what nobody reads.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

/// A stream that seeks forward from where it is, and nowhere else: what reading a tar needs.
pub(crate) trait ForwardSeek: Read + Seek {}

impl<T: Read + Seek> ForwardSeek for T {}

/// Any stream: what is passed over is read and forgotten.
pub(crate) struct SkipReader<R> {
    inner: R,
    /// Bytes read or passed over since the beginning.
    position: u64,
}

impl<R: Read> SkipReader<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, position: 0 }
    }
}

impl<R: Read> Read for SkipReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.inner.read(into)?;
        self.position += bytes as u64;
        Ok(bytes)
    }
}

impl<R: Read> Seek for SkipReader<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let bytes = forward_bytes(to)?;
        let passed = io::copy(&mut self.by_ref().take(bytes), &mut io::sink())?;
        if passed < bytes {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(self.position)
    }
}

/// How many bytes to skip.
pub(crate) fn forward_bytes(to: SeekFrom) -> io::Result<u64> {
    match to {
        SeekFrom::Current(bytes) => u64::try_from(bytes).map_err(|_| ErrorKind::Unsupported.into()),
        _ => Err(ErrorKind::Unsupported.into()),
    }
}

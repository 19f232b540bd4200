//! The end that reads: what the workers give, in the order of the stream.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::mem;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;

use super::header::damaged;
use super::{Block, Shared};
use crate::buildpack::package::skip_reader::forward_bytes;

/// All blocks, one after the other.
pub(crate) struct Blocks<'a> {
    shared: &'a Shared,
    queue: Receiver<io::Result<Block<'a>>>,
    block: Option<Block<'a>>,
    /// What the block's worker gave last, and how much of it was read.
    chunk: Vec<u8>,
    at: usize,
    /// Bytes read or passed over since the beginning.
    position: u64,
}

impl<'a> Blocks<'a> {
    pub(crate) fn new(shared: &'a Shared, queue: Receiver<io::Result<Block<'a>>>) -> Self {
        Self { shared, queue, block: None, chunk: Vec::new(), at: 0, position: 0 }
    }

    /// Makes sure that there is a block with something left in it. False at the end.
    fn find_block(&mut self) -> io::Result<bool> {
        while self.block.as_ref().is_none_or(|block| block.left == 0) {
            self.block = None;
            match self.queue.recv() {
                Ok(block) => self.block = Some(block?),
                Err(_) => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Takes the block's next chunk.
    fn next_chunk(&mut self) -> io::Result<()> {
        let Some(block) = &mut self.block else { return Err(damaged()) };
        let chunks = block.chunks.as_ref().ok_or_else(damaged)?;
        let chunk = chunks.recv().map_err(|_| damaged())??;
        block.left = block.left.checked_sub(chunk.len() as u64).ok_or_else(damaged)?;
        self.shared.give_back(mem::replace(&mut self.chunk, chunk));
        self.at = 0;
        Ok(())
    }

    fn pass(&mut self, bytes: usize) {
        self.at += bytes;
        self.position += bytes as u64;
    }
}

impl Read for Blocks<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.chunk.len() {
            if !self.find_block()? {
                return Ok(0);
            }
            self.next_chunk()?;
        }
        let bytes = (&self.chunk[self.at..]).read(into)?;
        self.pass(bytes);
        Ok(bytes)
    }
}

/// Forward only. Blocks that are passed over as a whole are not decoded.
impl Seek for Blocks<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let mut bytes = forward_bytes(to)?;
        self.shared.needed.store(self.position.saturating_add(bytes), Ordering::Relaxed);
        while bytes > 0 {
            let here = (self.chunk.len() - self.at).min(usize::try_from(bytes).unwrap_or(usize::MAX));
            self.pass(here);
            bytes -= here as u64;
            if bytes == 0 {
                break;
            }
            if !self.find_block()? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            match &self.block {
                Some(block) if block.left <= bytes => {
                    self.position += block.left;
                    bytes -= block.left;
                    self.block = None;
                }
                _ => self.next_chunk()?,
            }
        }
        Ok(self.position)
    }
}

//! The xz stream of a package. dpkg-deb writes it in blocks that stand alone: they are decoded in parallel, and
//! those with only pruned members are not decoded at all.
//!
//! One thread reads the package and hands each block to a worker of its own; the unpacking thread takes what the workers
//! give, in order. Every queue between them is bounded, and so is what all workers hold together.

mod blocks;
mod header;

use std::io::{self, BufReader, Cursor, ErrorKind, Read};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Scope};

use anyhow::Context;
use liblzma::bufread::XzDecoder;
use liblzma::stream::{Action, IGNORE_CHECK, Stream};

use super::read_ahead::read_ahead;
use super::skip_reader::ForwardSeek;
use blocks::Blocks;
use header::{BlockHeader, Sizes, StreamHeader, damaged};

/// Bytes that are handed from thread to thread at once.
const CHUNK: usize = 256 << 10;
/// Blocks that may wait for the unpacking; those that are decoded are bounded by [`Limits`].
const QUEUE: usize = 16;

/// What decoding may use. A package of `xz -9` needs 65 MB for one dictionary; what dpkg-deb writes by itself needs
/// 9 MB for a dictionary, 6 MB for a block's input and 25 MB for what becomes of it.
#[derive(Clone, Copy)]
struct Limits {
    /// Bytes that a dictionary may have.
    dictionary: u64,
    /// Bytes of blocks that are decoded in parallel. One block is always decoded, even above the limit.
    together: u64,
    /// Blocks that are decoded in parallel: one more than cores, for one may wait to be taken.
    blocks: u64,
    /// Chunks that may wait before and behind a worker.
    input: usize,
    output: usize,
}

impl Limits {
    fn of(cores: usize) -> Self {
        let dictionary = 70 << 20;
        match cores.min(4) as u64 {
            ..2 => Self { dictionary, together: 0, blocks: 1, input: 1, output: 2 },
            cores => {
                Self { dictionary, together: cores * (48 << 20), blocks: cores + 1, input: 32, output: 96 }
            }
        }
    }

    /// What a block takes of `together`.
    fn cost(&self, block: &BlockHeader, sizes: Sizes) -> u64 {
        let input = sizes.rest.min((self.input * CHUNK) as u64);
        let output = sizes.unpacked.min((self.output * CHUNK) as u64);
        (block.dictionary + input + output).max(self.together / self.blocks)
    }
}

/// What the threads of one package have in common.
struct Shared {
    limits: Limits,
    header: StreamHeader,
    /// Nothing before this byte of the unpacked stream will be read any more.
    needed: AtomicU64,
    /// Bytes of [`Limits::together`] that are taken.
    used: Mutex<u64>,
    freed: Condvar,
    /// Chunks that were read and can be filled again.
    chunks: Mutex<Vec<Vec<u8>>>,
}

/// A part of [`Limits::together`], until it is dropped.
struct Permit<'a> {
    shared: &'a Shared,
    bytes: u64,
}

/// A block that is being decoded.
struct Block<'a> {
    /// Bytes that are still to come from the worker.
    left: u64,
    /// `None` when it is skipped.
    chunks: Option<Receiver<io::Result<Vec<u8>>>>,
    _permit: Option<Arc<Permit<'a>>>,
}

/// Calls `read` with what `package` unpacks to. When `read` has taken everything, all of `package` was read.
pub(crate) fn unpacked<T>(
    package: impl Read + Send,
    read: impl FnOnce(&mut dyn ForwardSeek) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    unpacked_within(Limits::of(thread::available_parallelism().map_or(1, usize::from)), package, read)
}

fn unpacked_within<T>(
    limits: Limits,
    mut package: impl Read + Send,
    read: impl FnOnce(&mut dyn ForwardSeek) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let header = StreamHeader::read(&mut package).context("the package is damaged")?;
    let first = BlockHeader::read(&mut package, &header).context("the package is damaged")?;
    if let Some(BlockHeader { bytes, sizes: None, .. }) = first {
        // One block of unknown size: what xz writes with a single thread.
        let begin = Cursor::new([&header.bytes[..], &bytes].concat());
        let stream = Stream::new_stream_decoder(limits.dictionary, IGNORE_CHECK)?;
        return read_ahead(XzDecoder::new_stream(BufReader::new(begin.chain(package)), stream), read);
    }
    let shared = Shared {
        limits,
        header,
        needed: AtomicU64::new(0),
        used: Mutex::default(),
        freed: Condvar::new(),
        chunks: Mutex::default(),
    };
    thread::scope(|scope| {
        let (blocks, queue) = sync_channel(QUEUE);
        let shared = &shared;
        scope.spawn(move || {
            if let Err(error) = feed(package, first, scope, shared, &blocks) {
                let _ = blocks.send(Err(error));
            }
        });
        // Once it is dropped every thread finds its queue closed, and ends.
        read(&mut Blocks::new(shared, queue))
    })
}

/// Reads the package and starts a worker for each block.
fn feed<'scope>(
    mut package: impl Read,
    mut next: Option<BlockHeader>,
    scope: &'scope Scope<'scope, '_>,
    shared: &'scope Shared,
    blocks: &SyncSender<io::Result<Block<'scope>>>,
) -> io::Result<()> {
    let mut end: u64 = 0;
    while let Some(block) = next {
        let sizes = block.sizes.ok_or_else(damaged)?;
        end = end.saturating_add(sizes.unpacked);
        let mut rest = package.by_ref().take(sizes.rest);
        let is_needed = end > shared.needed.load(Ordering::Relaxed);
        let permit = is_needed.then(|| Arc::new(shared.permit(shared.limits.cost(&block, sizes))));
        let (output, chunks) = sync_channel(shared.limits.output);
        let queued =
            Block { left: sizes.unpacked, chunks: is_needed.then_some(chunks), _permit: permit.clone() };
        if blocks.send(Ok(queued)).is_err() {
            return Ok(());
        }
        if is_needed {
            let (pieces, input) = sync_channel(shared.limits.input);
            scope.spawn(move || {
                if let Err(error) = decode(shared, &input, sizes.unpacked, &output) {
                    let _ = output.send(Err(error));
                }
                drop(permit);
            });
            let mut piece = block.bytes;
            while !piece.is_empty() && pieces.send(piece).is_ok() {
                piece = shared.chunk();
                rest.by_ref().take(CHUNK as u64).read_to_end(&mut piece)?;
            }
        }
        // What a worker that is not needed any more has left.
        io::copy(&mut rest, &mut io::sink())?;
        if rest.limit() > 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        next = BlockHeader::read(&mut package, &shared.header)?;
    }
    // The index repeats what the blocks' headers said.
    io::copy(&mut package, &mut io::sink()).map(drop)
}

/// Decodes one block, until nobody takes what becomes of it. The blocks' own checks are passed over: the whole package
/// has a hash.
fn decode(
    shared: &Shared,
    input: &Receiver<Vec<u8>>,
    size: u64,
    output: &SyncSender<io::Result<Vec<u8>>>,
) -> io::Result<()> {
    let mut stream = Stream::new_stream_decoder(shared.limits.dictionary, IGNORE_CHECK)?;
    stream.process(&shared.header.bytes, &mut [], Action::Run)?;
    let mut chunk = shared.chunk();
    for piece in input {
        let mut left = &piece[..];
        while !left.is_empty() {
            let before = (stream.total_in(), chunk.len());
            stream.process_vec(left, &mut chunk, Action::Run)?;
            let read = usize::try_from(stream.total_in() - before.0).map_err(io::Error::other)?;
            left = &left[read..];
            if chunk.len() == chunk.capacity() {
                if output.send(Ok(mem::replace(&mut chunk, shared.chunk()))).is_err() {
                    return Ok(());
                }
            } else if (read, chunk.len()) == (0, before.1) {
                return Err(damaged());
            }
        }
        shared.give_back(piece);
    }
    if stream.total_out() != size {
        return Err(damaged());
    }
    let _ = output.send(Ok(chunk));
    Ok(())
}

impl Shared {
    /// Waits until there is room for a block of so many bytes, or until it is the only one.
    fn permit(&self, bytes: u64) -> Permit<'_> {
        let room = |used: &mut u64| *used > 0 && *used + bytes > self.limits.together;
        let mut used = self.freed.wait_while(lock(&self.used), room).unwrap_or_else(PoisonError::into_inner);
        *used += bytes;
        Permit { shared: self, bytes }
    }

    /// An empty chunk.
    fn chunk(&self) -> Vec<u8> {
        lock(&self.chunks).pop().unwrap_or_else(|| Vec::with_capacity(CHUNK))
    }

    /// Takes back a chunk that was read.
    fn give_back(&self, mut chunk: Vec<u8>) {
        if chunk.capacity() >= CHUNK {
            chunk.clear();
            lock(&self.chunks).push(chunk);
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *lock(&self.shared.used) -= self.bytes;
        self.shared.freed.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;

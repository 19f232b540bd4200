//! A stream that is read on a thread of its own, a bounded way ahead: what is compressed in one piece is then decoded
//! while the previous data is unpacked.

use std::io::{self, Read};
use std::mem;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::skip_reader::{ForwardSeek, SkipReader};

/// Bytes that are handed over at once, and how many such may wait.
const CHUNK: usize = 128 << 10;
const WAITING: usize = 4;

/// Calls `read` with `stream`.
pub(crate) fn read_ahead<T>(
    stream: impl Read + Send,
    read: impl FnOnce(&mut dyn ForwardSeek) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    thread::scope(|scope| {
        let (sender, chunks) = sync_channel(WAITING);
        let (back, spent) = sync_channel(WAITING + 2);
        scope.spawn(move || hand_over(stream, &sender, &spent));
        // Once it is dropped the thread finds its queue closed, and ends.
        read(&mut SkipReader::new(Chunks { queue: chunks, spent: back, chunk: Vec::new(), at: 0 }))
    })
}

/// Sends what `stream` gives, then an empty chunk or an error. Fills chunks again that were read.
fn hand_over(mut stream: impl Read, chunks: &SyncSender<io::Result<Vec<u8>>>, spent: &Receiver<Vec<u8>>) {
    loop {
        let mut chunk = spent.try_recv().unwrap_or_default();
        chunk.clear();
        chunk.reserve(CHUNK);
        let read = stream.by_ref().take(CHUNK as u64).read_to_end(&mut chunk).map(|_| chunk);
        let last = read.as_ref().map_or(true, Vec::is_empty);
        if chunks.send(read).is_err() || last {
            return;
        }
    }
}

struct Chunks {
    queue: Receiver<io::Result<Vec<u8>>>,
    spent: SyncSender<Vec<u8>>,
    chunk: Vec<u8>,
    at: usize,
}

impl Read for Chunks {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.chunk.len() {
            // Nothing comes after the end, which is reported once.
            let next = self.queue.recv().unwrap_or_else(|_| Ok(Vec::new()))?;
            let _ = self.spent.try_send(mem::replace(&mut self.chunk, next));
            self.at = 0;
        }
        let bytes = (&self.chunk[self.at..]).read(into)?;
        self.at += bytes;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    struct Fails;

    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(ErrorKind::InvalidData.into())
        }
    }

    fn all(stream: impl Read + Send) -> anyhow::Result<Vec<u8>> {
        read_ahead(stream, |stream| {
            let mut read = Vec::new();
            stream.read_to_end(&mut read)?;
            assert_eq!(stream.read(&mut [0; 9])?, 0, "the end stays the end");
            Ok(read)
        })
    }

    #[test]
    fn everything_comes_and_a_failure_after_it() {
        for bytes in [0, 1, CHUNK, 10 * CHUNK + 1] {
            let content: Vec<u8> = (0..bytes as u64).map(|n| n.to_le_bytes()[0]).collect();
            assert!(all(&content[..]).unwrap() == content, "{bytes}");
        }
        let failed = all(io::repeat(1).take(3 * CHUNK as u64).chain(Fails)).unwrap_err();
        assert_eq!(failed.downcast::<io::Error>().unwrap().kind(), ErrorKind::InvalidData);
    }

    #[test]
    fn who_stops_reading_is_not_waited_for() {
        let first = read_ahead(io::repeat(7), |stream| {
            let mut first = [0];
            stream.read_exact(&mut first)?;
            Ok(first)
        });
        assert_eq!(first.unwrap(), [7]);
    }
}

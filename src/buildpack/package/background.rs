//! A writer on a thread of its own: what is written to it is handed over in large pieces, a bounded number of which may wait.

use std::io::{self, Write};
use std::mem;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// Bytes that are handed over at once, and how many such may wait.
const PIECE: usize = 128 << 10;
const WAITING: usize = 32;

/// Hands what is written to it to another writer, which ends with a `T`.
pub(super) struct Background<T> {
    /// What is handed over next, and how much of it is filled.
    piece: Vec<u8>,
    filled: usize,
    /// `None` when nobody writes anything.
    thread: Option<Thread<T>>,
}

struct Thread<T> {
    pieces: SyncSender<Vec<u8>>,
    /// Pieces that were written and can be filled again.
    written: Receiver<Vec<u8>>,
    end: JoinHandle<io::Result<T>>,
}

impl<T> Thread<T> {
    fn join(self) -> io::Result<T> {
        drop(self.pieces);
        self.end.join().map_err(|_| io::Error::other("the writer panicked"))?
    }
}

/// The file is closed when this is gone, whether or not all of it was written.
impl<T> Drop for Background<T> {
    fn drop(&mut self) {
        let _ = self.thread.take().map(Thread::join);
    }
}

impl<T: Send + 'static> Background<T> {
    /// Writes to `writer`, and calls `end` with it when there is nothing more.
    pub(super) fn start<W: Write + Send + 'static>(
        mut writer: W,
        end: impl FnOnce(W) -> io::Result<T> + Send + 'static,
    ) -> io::Result<Self> {
        let (pieces, queue) = sync_channel::<Vec<u8>>(WAITING);
        let (back, written) = sync_channel(WAITING + 2);
        let end = thread::Builder::new().spawn(move || {
            for piece in queue {
                writer.write_all(&piece)?;
                // Nobody takes it when unpacking has failed.
                let _ = back.try_send(piece);
            }
            end(writer)
        })?;
        let mut background = Self::none();
        background.thread = Some(Thread { pieces, written, end });
        Ok(background)
    }

    /// Forgets what is written to it.
    pub(super) fn none() -> Self {
        Self { piece: vec![0; PIECE], filled: 0, thread: None }
    }

    /// Where the next bytes can be put; never empty.
    pub(super) fn room(&mut self) -> &mut [u8] {
        &mut self.piece[self.filled..]
    }

    /// Takes in so many bytes that were put into the room.
    pub(super) fn fill(&mut self, bytes: usize) -> io::Result<()> {
        self.filled += bytes;
        if self.filled == self.piece.len() { self.hand_over() } else { Ok(()) }
    }

    fn hand_over(&mut self) -> io::Result<()> {
        let filled = mem::take(&mut self.filled);
        let Some(thread) = &self.thread else { return Ok(()) };
        let next = thread.written.try_recv().unwrap_or_default();
        let mut piece = mem::replace(&mut self.piece, next);
        piece.truncate(filled);
        self.piece.resize(PIECE, 0);
        // It ends early only when it failed, and says so in the end.
        thread.pieces.send(piece).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    /// Waits until everything is written.
    pub(super) fn finish(mut self) -> io::Result<T> {
        // A thread that failed has the better reason.
        let handed = self.hand_over();
        let ended = self.thread.take().ok_or(io::ErrorKind::NotFound)?.join()?;
        handed.map(|()| ended)
    }
}

impl<T: Send + 'static> Write for Background<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.room();
        let taken = bytes.len().min(room.len());
        room[..taken].copy_from_slice(&bytes[..taken]);
        self.fill(taken)?;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_written_in_its_order() {
        for bytes in [0, 1, PIECE, 3 * PIECE, 100 * PIECE + 7] {
            let content: Vec<u8> = (0..bytes as u64).map(|n| (n / 3).to_le_bytes()[0]).collect();
            let mut background = Background::start(Vec::new(), Ok).unwrap();
            for part in content.chunks(50_001) {
                background.write_all(part).unwrap();
            }
            assert!(background.finish().unwrap() == content, "{bytes}");
        }
    }

    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_cannot_be_written_is_said_in_the_end_and_nobody_waits() {
        let mut background = Background::start(Full, Ok).unwrap();
        let written = background.write_all(&vec![1; 200 * PIECE]);
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        assert_eq!(background.finish().err().unwrap().kind(), io::ErrorKind::StorageFull);
    }
}

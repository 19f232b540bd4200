//! Waiting for signals, with a time limit: each signal wakes one end of a socket pair.

use std::io::{self, Read};
use std::os::fd::BorrowedFd;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// A child ended.
pub(super) const CHILD: i32 = signal_hook::consts::SIGCHLD;
/// The dyno is about to stop.
pub(super) const TERM: i32 = signal_hook::consts::SIGTERM;
/// The keyboard's interrupt.
pub(super) const INT: i32 = signal_hook::consts::SIGINT;

/// The signals that are listened to.
pub(super) struct Signals(Vec<(i32, UnixStream)>);

impl Signals {
    /// Listens to these signals from now on.
    pub(super) fn listen(signals: &[i32]) -> io::Result<Self> {
        let streams = signals.iter().map(|&signal| {
            let (reader, writer) = UnixStream::pair()?;
            reader.set_nonblocking(true)?;
            signal_hook::low_level::pipe::register(signal, writer)?;
            Ok((signal, reader))
        });
        streams.collect::<io::Result<_>>().map(Self)
    }

    /// Waits until a signal came, `other` can be read or `until` is over, and gives back the signals that came.
    pub(super) fn wait(&mut self, until: Option<Instant>, other: Option<BorrowedFd<'_>>) -> Vec<i32> {
        let mut fds: Vec<_> = self.0.iter().map(|(_, stream)| PollFd::new(stream, PollFlags::IN)).collect();
        fds.extend(other.map(|other| PollFd::from_borrowed_fd(other, PollFlags::IN)));
        let left =
            until.map(|until| until.saturating_duration_since(Instant::now()) + Duration::from_millis(1));
        let timeout = left.and_then(|left| Timespec::try_from(left).ok());
        let _ = poll(&mut fds, timeout.as_ref());
        drop(fds);
        let mut came = Vec::new();
        for (signal, stream) in &mut self.0 {
            let mut bytes = [0; 64];
            while stream.read(&mut bytes).is_ok_and(|n| n > 0) {
                if !came.contains(signal) {
                    came.push(*signal);
                }
            }
        }
        came
    }
}

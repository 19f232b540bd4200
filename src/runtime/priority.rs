//! The agents' priority: lower while the app starts, so that they take no time of the boot from it.

use std::time::{Duration, Instant};

use rustix::process::{Pid, getpriority_process, setpriority_pgrp, setpriority_process};

use super::port;

/// How much nicer the agents are while the app starts.
const NICER: i32 = 10;
/// How much nicer they stay where the system does not let a process take its priority back.
const NICER_FOR_GOOD: i32 = 5;
/// The lowest priority that exists.
const NICEST: i32 = 19;

/// The priority that the agents get back once the app is up.
pub(super) struct Priority {
    usual: i32,
    /// None once it is the usual one, or stays lower.
    lowered: Option<Lowered>,
}

/// For how long the priority is lower.
struct Lowered {
    until: Instant,
    /// Where the app listens once it is up, and when and how often to look.
    port: Option<u16>,
    look: Instant,
    pause: Duration,
}

impl Priority {
    /// Lowers the priority of this process, which what it starts inherits, `until` the app should be up or before that listens
    /// on its `port`, for which to look after each `pause`.
    pub(super) fn lower(until: Instant, port: Option<u16>, pause: Duration) -> Self {
        let usual = getpriority_process(None).unwrap_or(0);
        let set = |nice: i32| setpriority_process(None, nice.min(NICEST));
        let may_return = usual < NICEST && set(usual + 1).is_ok() && set(usual).is_ok();
        let _ = set(usual + if may_return { NICER } else { NICER_FOR_GOOD });
        let lowered = Lowered { until, port, look: Instant::now() + pause, pause };
        Self { usual, lowered: may_return.then_some(lowered) }
    }

    /// When to call [`Self::look`].
    pub(super) fn due(&self) -> Option<Instant> {
        let lowered = self.lowered.as_ref()?;
        Some(if lowered.port.is_some() { lowered.look.min(lowered.until) } else { lowered.until })
    }

    /// Gives this process and these groups, with all their threads, the usual priority if the app is up by now.
    pub(super) fn look(&mut self, groups: impl Iterator<Item = Pid>) {
        let now = Instant::now();
        let Some(lowered) = &mut self.lowered else { return };
        if now < lowered.until && !lowered.port.is_some_and(port::has_listener) {
            lowered.look = now + lowered.pause;
            return;
        }
        self.lowered = None;
        let _ = setpriority_process(None, self.usual);
        for group in groups {
            let _ = setpriority_pgrp(Some(group), self.usual);
        }
    }
}

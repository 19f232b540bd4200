//! The agents' priority: lower while the app starts, so that they take no time of the boot from it.

use std::time::Instant;

use rustix::process::{Pid, getpriority_process, setpriority_pgrp, setpriority_process};

/// How much nicer the agents are while the app starts.
const NICER: i32 = 10;
/// How much nicer they stay where the system does not let a process take its priority back.
const NICER_FOR_GOOD: i32 = 5;
/// The lowest priority that exists.
const NICEST: i32 = 19;

/// The priority that the agents get back once the app is up.
pub(super) struct Priority {
    usual: i32,
    until: Option<Instant>,
}

impl Priority {
    /// Lowers the priority of this process, which what it starts inherits, until the app should be up.
    pub(super) fn lower(until: Instant) -> Self {
        let usual = getpriority_process(None).unwrap_or(0);
        let set = |nice: i32| setpriority_process(None, nice.min(NICEST));
        let may_return = usual < NICEST && set(usual + 1).is_ok() && set(usual).is_ok();
        let _ = set(usual + if may_return { NICER } else { NICER_FOR_GOOD });
        Self { usual, until: may_return.then_some(until) }
    }

    /// When to call [`Self::restore`].
    pub(super) fn due(&self) -> Option<Instant> {
        self.until
    }

    /// Gives this process and these groups, with all their threads, the usual priority.
    pub(super) fn restore(&mut self, groups: impl Iterator<Item = Pid>) {
        self.until = None;
        let _ = setpriority_process(None, self.usual);
        for group in groups {
            let _ = setpriority_pgrp(Some(group), self.usual);
        }
    }
}

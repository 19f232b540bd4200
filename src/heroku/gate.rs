//! The rate limit, which all requests of a run share: an account has a budget of 4,500 requests that refills by 75 a
//! minute (<https://devcenter.heroku.com/articles/platform-api-reference#rate-limits>). When it is spent, every request
//! waits, not only the one that was refused; when it runs low, reads keep to the pace of the refill.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many requests are left for writes and for others, unless `--rate-reserve` says otherwise.
pub const RESERVE: u32 = 500;

/// Where every request waits for its turn.
pub(super) struct Gate {
    reserve: u32,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    closed_until: Option<Instant>,
    /// Waiting is of no more use: the wait that Heroku asked for last.
    given_up: Option<Duration>,
    /// The budget as far as it is known, less what was sent since.
    left: Option<u32>,
    under_way: u32,
    last_sent: Option<Instant>,
    /// Between two reads, where the budget turned out to refill faster than it should.
    interval: Option<Duration>,
    last_answer: Option<(Instant, u32)>,
    answers: u32,
    is_slow: bool,
}

/// A request that is under way.
pub(super) struct Turn {
    sent: Instant,
    /// The first read that is slowed down: how many requests are left.
    pub(super) slowed: Option<u32>,
}

impl Gate {
    pub(super) fn new(reserve: u32) -> Self {
        Self { reserve, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Waits until a request may be sent. An error when the run has given up: how long Heroku asked to wait.
    pub(super) fn enter(&self, is_read: bool, refill: Duration) -> Result<Turn, Duration> {
        let mut state = self.state();
        let mut slowed = None;
        loop {
            if let Some(wait) = state.given_up {
                return Err(wait);
            }
            let now = Instant::now();
            // The last request of the budget is not taken by several at once.
            let is_low = is_read && state.left.is_some_and(|left| left <= self.reserve);
            let turn = is_low.then(|| Some(state.last_sent? + state.interval.unwrap_or(refill))).flatten();
            if is_low && !state.is_slow {
                state.is_slow = true;
                slowed = state.left;
            }
            let Some(at) = state.closed_until.max(turn).filter(|at| *at > now) else {
                state.last_sent = Some(now);
                state.left = state.left.map(|left| left.saturating_sub(1));
                state.under_way += 1;
                return Ok(Turn { sent: now, slowed });
            };
            let waited = self.changed.wait_timeout(state, at - now);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Takes note of the end of a request, and of the budget that its answer names.
    pub(super) fn leave(&self, turn: &Turn, remaining: Option<u32>, is_answered: bool) {
        let mut state = self.state();
        let now = Instant::now();
        state.under_way = state.under_way.saturating_sub(1);
        let Some(remaining) = remaining else {
            // A server that names no budget has none.
            if is_answered {
                (state.left, state.is_slow) = (None, false);
            }
            return;
        };
        state.left = Some(remaining.saturating_sub(state.under_way));
        if remaining > self.reserve {
            (state.is_slow, state.interval) = (false, None);
        }
        state.answers += 1;
        match state.last_answer {
            // Only an answer to a request that was sent after the last one can be compared with that.
            Some((at, before)) if turn.sent >= at => {
                state.interval = interval(now - at, state.answers, before, remaining, state.interval);
                (state.last_answer, state.answers) = (Some((now, remaining)), 0);
            }
            Some(_) => {}
            None => (state.last_answer, state.answers) = (Some((now, remaining)), 0),
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Heroku refuses every request for so long. Returns whether that is news: of the requests that were under way
    /// together, one is.
    pub(super) fn close(&self, wait: Duration) -> bool {
        let mut state = self.state();
        let now = Instant::now();
        let is_news = state.closed_until.is_none_or(|until| until <= now);
        state.closed_until = state.closed_until.max(Some(now + wait));
        state.left = Some(0);
        state.interval = None;
        // The next answer shows how much comes back from nothing.
        (state.last_answer, state.answers) = (Some((now, 0)), 0);
        is_news
    }

    /// No further request is sent: Heroku asks for a wait that is longer than this program waits.
    pub(super) fn give_up(&self, wait: Duration) {
        self.state().given_up = Some(wait);
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The pace of a budget that grew by two or more while it was used. A budget that shrinks refills as it is documented.
fn interval(
    elapsed: Duration,
    answers: u32,
    before: u32,
    after: u32,
    current: Option<Duration>,
) -> Option<Duration> {
    match after.checked_sub(before) {
        Some(grown @ 2..) => Some(elapsed * 10 / (9 * (grown + answers))),
        Some(_) => current,
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_budget_that_grows_while_it_is_used_sets_a_faster_pace() {
        let pace = |before, after| interval(SECOND, 1, before, after, None);
        assert_eq!(pace(6, 9), Some(SECOND * 10 / 36));
        assert_eq!([pace(6, 7), pace(6, 6), pace(6, 5)], [None; 3]);
        assert_eq!(interval(SECOND, 1, 6, 6, Some(SECOND)), Some(SECOND));
        assert_eq!(interval(SECOND, 1, 6, 5, Some(SECOND)), None);
    }

    #[test]
    fn reads_under_the_reserve_keep_to_the_refill_and_writes_do_not() {
        let gate = Gate::new(10);
        let first = gate.enter(true, SECOND * 60).unwrap();
        gate.leave(&first, Some(10), true);
        let began = Instant::now();
        assert!(gate.enter(false, SECOND * 60).is_ok());
        assert!(began.elapsed() < SECOND);
        let turn = gate.enter(true, Duration::from_millis(30)).unwrap();
        assert_eq!(turn.slowed, Some(9));
        assert!(began.elapsed() >= Duration::from_millis(30));
    }

    #[test]
    fn what_is_given_up_is_given_up_for_all() {
        let gate = Gate::new(0);
        assert!(gate.close(SECOND * 3600));
        assert!(!gate.close(SECOND * 3600));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| gate.enter(true, SECOND).err());
            gate.give_up(SECOND);
            assert_eq!(waiting.join().unwrap(), Some(SECOND));
        });
    }
}

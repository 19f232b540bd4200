//! Repetition: reads are repeated when what failed passes by itself, writes only after the state was read again
//! and shows that they did not take effect.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;

use super::call::{Answer, Call};
use super::client::{Client, Notice};
use super::error::{Error, Kind};
use super::read::Reader;
use crate::transport::Fault;

impl Reader<'_> {
    /// Reads something that is watched: what continues at Heroku for minutes is not given up for an outage of the
    /// network or of Heroku that is shorter, unless `is_stopped`.
    pub fn through_outages<T>(
        &self,
        is_stopped: &dyn Fn() -> bool,
        read: impl Fn(&Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let pace = self.client.pace;
        let began = Instant::now();
        loop {
            match read(self) {
                Err(error) if error.is_passing() && began.elapsed() < pace.outage && !is_stopped() => {
                    std::thread::sleep(pace.poll);
                }
                answer => return answer,
            }
        }
    }
}

impl Client {
    /// Sends a read until it is answered, or until patience ends.
    pub(super) fn read(&self, call: &Call) -> Result<Answer, Error> {
        let mut patience = Patience::new(self);
        loop {
            match self.send(call) {
                Ok(answer) => return Ok(answer),
                Err(error) => patience.wait_after(error)?,
            }
        }
    }

    /// Reads one thing.
    pub(super) fn get<T: DeserializeOwned>(&self, path: impl Into<String>) -> Result<T, Error> {
        self.read(&Call::get(path))?.json()
    }

    /// Reads a whole list, page after page.
    pub(super) fn list<T: DeserializeOwned>(&self, call: Call) -> Result<Vec<T>, Error> {
        let answer = self.read(&call)?;
        let mut items: Vec<T> = answer.json()?;
        let mut next = answer.next_range;
        while let Some(range) = next {
            let page = self.read(&call.clone().range(range.clone()))?;
            items.append(&mut page.json()?);
            next = page.next_range.filter(|next| *next != range);
        }
        Ok(items)
    }

    /// Sends a write. After an answer that leaves it open whether it took effect, and after one that says the
    /// request cannot be accepted (as a repetition of one that took effect is), `settled` reads the state again:
    /// `Some` is what the write was to bring about. Only `None` lets it be sent again.
    pub(super) fn write<T: DeserializeOwned>(
        &self,
        call: &Call,
        settled: impl Fn() -> Result<Option<T>, Error>,
    ) -> Result<T, Error> {
        let mut patience = Patience::new(self);
        loop {
            let error = match self.send(call).and_then(|answer| answer.json()) {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            let may_have_worked =
                error.leaves_doubt() || matches!(error.kind, Kind::Invalid { .. } | Kind::Conflict { .. });
            let borne = patience.wait_after(error);
            if may_have_worked {
                match (settled(), &borne) {
                    (Ok(Some(done)), _) => return Ok(done),
                    (Err(error), Ok(())) => return Err(error),
                    (Ok(None) | Err(_), _) => {}
                }
            }
            borne?;
        }
    }

    /// Sends a write whose effect cannot be seen afterwards: once, however it ends. Only a rate limit, which means
    /// that nothing was done, lets it be sent again.
    pub(super) fn write_once<T: DeserializeOwned>(&self, call: &Call) -> Result<T, Error> {
        let mut patience = Patience::new(self);
        loop {
            match self.send(call) {
                Err(error) if matches!(error.kind, Kind::RateLimited { .. }) => patience.wait_after(error)?,
                answer => return answer?.json(),
            }
        }
    }
}

/// How much more one request bears.
pub(super) struct Patience<'a> {
    client: &'a Client,
    failures: u32,
    timeouts: u32,
    limits: u32,
    waited: Duration,
}

impl<'a> Patience<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client, failures: 0, timeouts: 0, limits: 0, waited: Duration::ZERO }
    }

    /// Waits as long as `error` calls for, or gives it back when waiting is of no use or has been enough.
    pub(super) fn wait_after(&mut self, error: Error) -> Result<(), Error> {
        let pace = self.client.pace;
        if let Kind::RateLimited { wait } = error.kind {
            let wait = wait.unwrap_or(pace.unsaid);
            self.limits += 1;
            if self.waited + wait > pace.rate_limit || self.limits > RATE_LIMITS {
                self.client.gate.give_up(wait);
                return Err(error);
            }
            // The next request waits at the gate, with all others.
            self.waited += wait;
            return Ok(());
        }
        self.failures += 1;
        self.timeouts += u32::from(matches!(error.kind, Kind::Network { fault: Fault::Timeout, .. }));
        if !error.is_passing() || self.failures >= pace.tries || self.timeouts >= TIMEOUTS {
            return Err(error);
        }
        self.client.tell(&Notice::Retrying(error.to_string()));
        let factor = 3_u32.saturating_pow(self.failures - 1);
        std::thread::sleep(jittered(pace.backoff * factor));
        Ok(())
    }
}

/// A server that keeps asking to wait does not mean it.
const RATE_LIMITS: u32 = 30;
/// A second silence is not a hiccup, and each costs the whole time an answer may take.
const TIMEOUTS: u32 = 2;

/// Between half the wait and all of it, so that clients that failed together do not return together.
fn jittered(wait: Duration) -> Duration {
    let random = u32::try_from(RandomState::new().build_hasher().finish() % 500).unwrap_or_default();
    wait * (500 + random) / 1000
}

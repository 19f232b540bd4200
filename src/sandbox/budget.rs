//! The rate limit: an account has a budget of requests that refills by the minute
//! (<https://devcenter.heroku.com/articles/platform-api-reference#rate-limits>).

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::exchange::{Answer, Refusal, Request};

/// The paths of other services than the Platform API.
const OTHER_SERVICES: [&str; 11] = [
    "/datadog/",
    "/apt/",
    "/keys/",
    "/uploads/",
    "/streams/",
    "/log-sessions/",
    "/buildpack-registry/",
    "/postgres/",
    "/client/",
    "/redis/",
    "/inside/",
];

/// Whether a path is one of the Platform API.
pub(crate) fn is_platform(path: &str) -> bool {
    !OTHER_SERVICES.iter().any(|service| path.starts_with(service))
}

/// How many requests an account may make.
#[derive(Clone, Copy, Debug)]
pub struct RateLimit {
    /// The whole budget.
    pub requests: u32,
    /// How much of it comes back in a minute.
    pub refill: u32,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self { requests: 4500, refill: 75 }
    }
}

pub(crate) struct Budget {
    limit: RateLimit,
    left: Mutex<(f64, Instant)>,
}

impl Budget {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self { limit, left: Mutex::new((f64::from(limit.requests), Instant::now())) }
    }

    /// Takes a request off the budget: how many are left, or the answer when none was.
    pub(crate) fn take(&self, request: &Request) -> Result<u32, Answer> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let (tokens, at) = *left;
        let now = Instant::now();
        let refilled = (now - at).as_secs_f64() * f64::from(self.limit.refill) / 60.0;
        let mut tokens = (tokens + refilled).min(f64::from(self.limit.requests));
        // Asking what is left is free.
        let is_free = !is_platform(&request.path) || request.path.starts_with("/account/rate-limits");
        let is_spent = !is_free && tokens < 1.0;
        if !is_free && !is_spent {
            tokens -= 1.0;
        }
        *left = (tokens, now);
        if is_spent {
            let mut answer = Answer::from(Refusal::of_status(429));
            let seconds = ((1.0 - tokens) * 60.0 / f64::from(self.limit.refill.max(1))).ceil();
            answer.headers.push(("retry-after", format!("{seconds:.0}")));
            return Err(answer);
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and a u32")]
        Ok(tokens as u32)
    }
}

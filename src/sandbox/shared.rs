//! What the connections, the builds and the release commands of a running sandbox share.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::budget::Budget;
use super::faults::{Hit, Plan};
use super::journal::Journal;
use super::options::Options;
use super::store::Store;

/// The state of a running sandbox.
pub(crate) struct Shared {
    store: Mutex<Store>,
    faults: Mutex<Plan>,
    /// Builds and releases that a thread works on, or worked on.
    begun: Mutex<BTreeSet<String>>,
    pub(crate) journal: Journal,
    /// The server's own URL.
    pub(crate) url: String,
    /// The search path of the programs that dynos run.
    pub(crate) path: String,
    /// How long each request waits before it is answered.
    pub(crate) latency: Duration,
    pub(crate) any_token: bool,
    pub(crate) budget: Budget,
    /// Counts up whenever a build or a release command has printed something, or ended.
    progress: watch::Sender<u64>,
}

impl Shared {
    pub(crate) fn new(options: &Options, store: Store, journal: Journal, url: String) -> Self {
        Self {
            store: Mutex::new(store),
            faults: Mutex::new(Plan::new(options.faults.clone())),
            begun: Mutex::default(),
            journal,
            url,
            path: options.path.clone(),
            latency: options.latency,
            any_token: options.any_token,
            budget: Budget::new(options.rate_limit),
            progress: watch::Sender::new(0),
        }
    }

    /// Works on the store while nothing else does.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Store) -> T) -> T {
        work(&mut unpoisoned(&self.store))
    }

    /// Counts a request for the faults, and returns the first one that hits it.
    pub(crate) fn fault(&self, method: &str, path: &str) -> Option<Hit> {
        unpoisoned(&self.faults).meet(method, path)
    }

    /// Marks a build or release as begun. Returns whether it was not before.
    pub(crate) fn begin(&self, id: &str) -> bool {
        unpoisoned(&self.begun).insert(id.to_owned())
    }

    /// Wakes the streams that follow an output.
    pub(crate) fn notify(&self) {
        self.progress.send_modify(|count| *count += 1);
    }

    /// Is notified by every [`Shared::notify`] from now on.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.progress.subscribe()
    }
}

/// A request that failed half-way has not left the state half-changed: handlers check before they write.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

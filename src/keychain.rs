//! The operating system's keyring: where `auth login` keeps secrets. Never a file of ours, and never a wait
//! without end: a keyring that does not answer in time counts as not there, and where the environment names no
//! session bus (Linux) none is looked for.

use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use keyring::{Entry, Error as Refusal};

use crate::env::{self, Environment};
use crate::secret::Secret;

const SERVICE: &str = "dd-heroku";
/// Long enough to type the password of a locked keyring, short enough for a machine where nobody does.
const WITHIN: Duration = Duration::from_secs(20);

/// What can be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// The Heroku token for the API on this host: `api.heroku.com`.
    HerokuToken(String),
    /// The Datadog API key.
    DatadogApiKey,
    /// The Datadog application key.
    DatadogAppKey,
}

impl Item {
    /// The environment variable that serves instead.
    pub fn variable(&self) -> &'static str {
        match self {
            Self::HerokuToken(_) => env::HEROKU_API_KEY,
            Self::DatadogApiKey => env::DD_API_KEY,
            Self::DatadogAppKey => env::DD_APP_KEY,
        }
    }

    fn account(&self) -> String {
        match self {
            Self::HerokuToken(host) if host == "api.heroku.com" => "heroku-token".into(),
            // A token must not be offered to another installation than the one it was given for.
            Self::HerokuToken(host) => format!("heroku-token@{host}"),
            Self::DatadogApiKey => "datadog-api-key".into(),
            Self::DatadogAppKey => "datadog-app-key".into(),
        }
    }
}

/// The keyring cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is none, or it is locked for good: no session bus, no desktop.
    #[error("this machine has no keyring that can be used ({0})")]
    Unavailable(String),
    /// It did not answer in time.
    #[error("the keyring did not answer within {} seconds; is it locked?", WITHIN.as_secs())]
    Silent,
    /// It refused.
    #[error("the keyring refused: {0}")]
    Refused(String),
}

/// The keyring of the user whose environment it is made of.
#[derive(Clone, Copy, Debug)]
pub struct Keyring<'e>(&'e Environment);

impl<'e> Keyring<'e> {
    /// The keyring that `env` leads to.
    pub fn new(env: &'e Environment) -> Self {
        Self(env)
    }

    /// What is kept as `item`; `None` when nothing is.
    pub fn get(self, item: &Item) -> Result<Option<Secret>, Error> {
        let stored = bounded(self.0, item, |entry| match entry.get_password() {
            Err(Refusal::NoEntry) => Ok(None),
            other => other.map(Some),
        })?;
        Ok(stored.map(Secret::new).filter(|secret| !secret.expose().is_empty()))
    }

    /// Keeps a secret as `item`, in place of what was kept before.
    pub fn set(self, item: &Item, secret: &Secret) -> Result<(), Error> {
        let secret = secret.clone();
        bounded(self.0, item, move |entry| entry.set_password(secret.expose()))
    }

    /// Deletes what is kept as `item`. `false` when nothing was.
    pub fn delete(self, item: &Item) -> Result<bool, Error> {
        bounded(self.0, item, |entry| match entry.delete_credential() {
            Err(Refusal::NoEntry) => Ok(false),
            other => other.map(|()| true),
        })
    }
}

/// Does `work` in a thread of its own, which is left behind when it takes too long.
fn bounded<T: Send + 'static>(
    env: &Environment,
    item: &Item,
    work: impl FnOnce(&Entry) -> keyring::Result<T> + Send + 'static,
) -> Result<T, Error> {
    if !may_exist(env) {
        return Err(Error::Unavailable("there is no session bus".into()));
    }
    let account = item.account();
    let (done, end) = mpsc::channel();
    thread::spawn(move || {
        if let Err(why) = Entry::store_status() {
            let _ = done.send(Err(Error::Unavailable(first_line(why))));
            return;
        }
        let result =
            Entry::new(SERVICE, &account).and_then(|entry| work(&entry)).map_err(|error| match error {
                Refusal::NoDefaultStore | Refusal::NoStorageAccess(_) => {
                    Error::Unavailable(first_line(&error))
                }
                other => Error::Refused(first_line(&other)),
            });
        // Nobody listens any more when the time is over.
        let _ = done.send(result);
    });
    end.recv_timeout(WITHIN).unwrap_or(Err(Error::Silent))
}

/// Whether it is worth asking: on macOS and Windows always, elsewhere where a session bus is.
fn may_exist(env: &Environment) -> bool {
    let bus = || env.get(env::XDG_RUNTIME_DIR).is_some_and(|folder| Path::new(folder).join("bus").exists());
    cfg!(any(windows, target_os = "macos")) || env.get(env::DBUS_SESSION_BUS_ADDRESS).is_some() || bus()
}

/// The first line of an error, without what it may quote of the store's content.
fn first_line(error: &Refusal) -> String {
    match error {
        Refusal::BadEncoding(_) | Refusal::BadDataFormat(..) => "what it keeps is not text".into(),
        Refusal::Ambiguous(_) => "it keeps more than one such entry".into(),
        other => other.to_string().lines().next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_a_session_bus_says_so_at_once() {
        let bare = Environment::default();
        for item in [Item::DatadogApiKey, Item::DatadogAppKey, Item::HerokuToken("api.heroku.com".into())] {
            assert!(matches!(Keyring::new(&bare).get(&item), Err(Error::Unavailable(_))));
            assert!(matches!(Keyring::new(&bare).set(&item, &Secret::new("x")), Err(Error::Unavailable(_))));
            assert!(matches!(Keyring::new(&bare).delete(&item), Err(Error::Unavailable(_))));
        }
    }

    #[test]
    fn a_token_is_kept_for_its_own_installation() {
        let of = |host: &str| Item::HerokuToken(host.into()).account();
        assert_eq!(of("api.heroku.com"), "heroku-token");
        assert_eq!(of("localhost:5001"), "heroku-token@localhost:5001");
    }
}

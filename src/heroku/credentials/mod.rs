//! Finding the token exactly where the official CLI does, and one place more: our own entry in the keyring.
//! No request is made here.

mod cli;
pub(super) mod netrc;

use std::fmt;
use std::path::PathBuf;

use super::endpoints::Endpoints;
use crate::env::{self, Environment};
use crate::keychain::{Item, Keyring};
use crate::secret::Secret;

/// A token and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The token itself.
    pub secret: Secret,
    /// Where it was found.
    pub source: Source,
}

impl From<Token> for Secret {
    fn from(token: Token) -> Self {
        token.secret
    }
}

/// Where a token was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `HEROKU_API_KEY`.
    Variable,
    /// The keyring, where `dd-heroku auth login` put it.
    Keyring,
    /// The system's store, where `heroku login` put it for this account.
    HerokuCli {
        /// The account's e-mail address.
        account: String,
    },
    /// A netrc file.
    Netrc(PathBuf),
    /// `heroku auth:token`.
    AuthToken,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable => f.write_str(env::HEROKU_API_KEY),
            Self::Keyring => f.write_str("the keyring (`dd-heroku auth login`)"),
            Self::HerokuCli { account } => write!(f, "`heroku login` as {account}"),
            Self::Netrc(path) => write!(f, "{}", path.display()),
            Self::AuthToken => f.write_str("`heroku auth:token`"),
        }
    }
}

/// No token was found, and a place that may hold one could not be read: why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

/// Looks for a token: `HEROKU_API_KEY`; our entry in the keyring; `login.json` with the system's store, where
/// `heroku login` keeps it; netrc; last of all `heroku auth:token`. `None` when there is none.
///
/// Fails when there is none because a place that may hold it could not be read.
pub fn find(env: &Environment, endpoints: &Endpoints) -> Result<Option<Token>, Unreadable> {
    let mut unreadable = Vec::new();
    let token = |secret: String, source| Token { secret: Secret::new(secret), source };

    if let Some(key) = env.get(env::HEROKU_API_KEY).map(str::trim).filter(|key| !key.is_empty()) {
        return Ok(Some(token(key.to_owned(), Source::Variable)));
    }
    // A machine without a keyring has nothing in it: no reason to complain.
    if let Ok(Some(secret)) = Keyring::new(env).get(&Item::HerokuToken(endpoints.netrc_machine())) {
        return Ok(Some(Token { secret, source: Source::Keyring }));
    }
    if let Some((account, secret)) = cli::from_store(env, &mut unreadable) {
        return Ok(Some(token(secret, Source::HerokuCli { account })));
    }
    if let Some((path, secret)) = netrc::password(env, &endpoints.netrc_machine(), &mut unreadable) {
        return Ok(Some(token(secret, Source::Netrc(path))));
    }
    if let Some(secret) = cli::from_command(env) {
        return Ok(Some(token(secret, Source::AuthToken)));
    }
    match unreadable.into_iter().next() {
        None => Ok(None),
        Some(why) => Err(Unreadable(why)),
    }
}

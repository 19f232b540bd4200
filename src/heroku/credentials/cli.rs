//! What the official CLI keeps: `login.json` names the account, the system's store holds its token.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use crate::env::{self, Environment};
use crate::program;

/// The service under which the official CLI stores its token.
const SERVICE: &str = "heroku-cli";
/// A locked store asks a person to unlock it.
const STORE_WITHIN: Duration = Duration::from_secs(20);
const COMMAND_WITHIN: Duration = Duration::from_secs(30);

/// The account that `login.json` names, and its token from the system's store.
pub(super) fn from_store(env: &Environment, unreadable: &mut Vec<String>) -> Option<(String, String)> {
    let path = data_dir(env)?.join("login.json");
    let text = std::fs::read_to_string(&path).ok()?;
    let Some(account) = account(&text) else {
        unreadable.push(format!("`{}` names no account", path.display()));
        return None;
    };
    let (name, arguments) = store_program(&account);
    // The Windows script takes the account from here, so that it needs no quoting.
    let mut command = program::command(env, name, arguments);
    command.env(env::DD_HEROKU_ACCOUNT, &account);
    match program::run(&mut command, STORE_WITHIN) {
        Ok(output) => output.text().map(|token| (account, token)),
        Err(error) => {
            let why = match error.kind() {
                ErrorKind::NotFound => {
                    "is not installed (Debian: apt-get install libsecret-tools)".to_owned()
                }
                ErrorKind::TimedOut => "does not answer; is the keyring locked?".to_owned(),
                _ => format!("failed: {error}"),
            };
            unreadable.push(format!("`{name}`, which reads the token of {account}, {why}"));
            None
        }
    }
}

/// What `heroku auth:token` says: for every way of signing in that is not known here.
pub(super) fn from_command(env: &Environment) -> Option<String> {
    let mut command = program::official_cli(env, ["auth:token"]);
    let output = program::run(&mut command, COMMAND_WITHIN).ok()?;
    // Warnings and news of updates may be around it; a token has no white space in it.
    output.text()?.lines().map(str::trim).rfind(|line| is_token(line)).map(str::to_owned)
}

fn is_token(line: &str) -> bool {
    line.len() >= 16 && line.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn data_dir(env: &Environment) -> Option<PathBuf> {
    if let Some(folder) = env.get(env::HEROKU_DATA_DIR) {
        return Some(folder.into());
    }
    if let Some(base) = env.get(env::XDG_DATA_HOME) {
        return Some(PathBuf::from(base).join("heroku"));
    }
    if let Some(base) = env.get(env::LOCALAPPDATA).filter(|_| cfg!(windows)) {
        return Some(PathBuf::from(base).join("heroku"));
    }
    Some(env.home()?.join(".local/share/heroku"))
}

fn account(login: &str) -> Option<String> {
    let login: serde_json::Value = serde_json::from_str(login).ok()?;
    login.get("account")?.as_str().filter(|account| !account.is_empty()).map(str::to_owned)
}

/// The program that reads the system's store. The keyring crate cannot: it searches by other attributes.
fn store_program(account: &str) -> (&'static str, Vec<String>) {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    if cfg!(target_os = "macos") {
        ("security", words(&["find-generic-password", "-a", account, "-s", SERVICE, "-w"]))
    } else if cfg!(windows) {
        ("powershell", words(&["-NoProfile", "-NonInteractive", "-Command", PASSWORD_VAULT]))
    } else {
        ("secret-tool", words(&["lookup", "service", SERVICE, "account", account]))
    }
}

const PASSWORD_VAULT: &str = "[void][Windows.Security.Credentials.PasswordVault,Windows.Security.Credentials,ContentType=WindowsRuntime]; \
     $entry = (New-Object Windows.Security.Credentials.PasswordVault).Retrieve('heroku-cli', $env:DD_HEROKU_ACCOUNT); \
     $entry.RetrievePassword(); $entry.Password";

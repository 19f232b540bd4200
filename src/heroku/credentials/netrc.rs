//! netrc: `machine NAME login USER password SECRET`, as `heroku login` wrote it before it used the system's store.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::env::Environment;
use crate::program;

/// A person may have to enter a passphrase.
const DECRYPT_WITHIN: Duration = Duration::from_secs(60);

/// The password of `machine`, and the file that it is in. An encrypted file goes first, through `gpg`.
pub(super) fn password(
    env: &Environment,
    machine: &str,
    unreadable: &mut Vec<String>,
) -> Option<(PathBuf, String)> {
    let (plain, encrypted) = if cfg!(windows) { ("_netrc", "_netrc.gpg") } else { (".netrc", ".netrc.gpg") };
    let (path, encrypted) = (env.home()?.join(plain), env.home()?.join(encrypted));
    let (path, text) = if encrypted.is_file() {
        let arguments = ["--batch", "--quiet", "--decrypt"].map(Into::into);
        let arguments = arguments.into_iter().chain([encrypted.clone().into_os_string()]);
        let output = program::run(&mut program::command(env, "gpg", arguments), DECRYPT_WITHIN);
        let Some(text) = output.ok().and_then(|output| output.text()) else {
            unreadable.push(format!("`gpg` could not decrypt `{}`", encrypted.display()));
            return None;
        };
        (encrypted, text)
    } else {
        match read(&path) {
            Ok(bytes) => (path, String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            Err(error) => {
                unreadable.push(format!("`{}` could not be read: {error}", path.display()));
                return None;
            }
        }
    };
    find(&text, machine).map(|password| (path, password))
}

/// The bytes of a regular file: to read a pipe would wait for its writer.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("it is not a regular file"));
    }
    std::fs::read(path)
}

/// The password of `machine` in the text of a netrc file. `default` entries do not count, as in the official CLI.
pub(in crate::heroku) fn find(text: &str, machine: &str) -> Option<String> {
    // Editors of Windows put a byte order mark before it.
    let mut words = words(text.trim_start_matches('\u{feff}')).into_iter();
    let mut here = false;
    while let Some(word) = words.next() {
        match word {
            "machine" => here = words.next() == Some(machine),
            "default" => here = false,
            "password" => {
                let password = words.next()?;
                if here {
                    return Some(password.to_owned());
                }
            }
            "login" | "account" => {
                words.next();
            }
            _ => {}
        }
    }
    None
}

/// The words of the file without comments and macros: a macro goes from its `macdef` to the next empty line.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut in_macro = false;
    for line in text.lines() {
        if in_macro {
            in_macro = !line.trim().is_empty();
            continue;
        }
        for word in line.split_whitespace() {
            // A value may begin with `#`; a comment is where a keyword would be.
            let is_value = matches!(words.last(), Some(&("machine" | "login" | "password" | "account")));
            if word.starts_with('#') && !is_value {
                break;
            }
            if word == "macdef" && !is_value {
                in_macro = true;
                break;
            }
            words.push(word);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_the_machine_is_found_in_every_layout() {
        for (text, expected) in [
            ("machine api.heroku.com\n  login me@example.org\n  password HRKU-1\n", Some("HRKU-1")),
            ("machine api.heroku.com login a password b", Some("b")),
            (
                "machine git.heroku.com login a password x\nmachine api.heroku.com password b login a",
                Some("b"),
            ),
            (
                "# machine api.heroku.com password no\nmachine api.heroku.com # mine\n password b # secret",
                Some("b"),
            ),
            ("machine api.heroku.com\r\n\tlogin a\r\n\tpassword b\r\n", Some("b")),
            ("machine api.heroku.com login a password #b", Some("#b")),
            (
                "macdef init\nmachine api.heroku.com password no\n\nmachine api.heroku.com password b",
                Some("b"),
            ),
            ("default login a password no", None),
            ("machine api.heroku.com login password password b", Some("b")),
            ("machine api.heroku.com login a", None),
            ("machine example.org password x\nmachine api.heroku.com.evil.example password y", None),
            ("", None),
        ] {
            assert_eq!(find(text, "api.heroku.com").as_deref(), expected, "{text:?}");
        }
    }
}

//! Errors of the checkout.

use std::io::ErrorKind;

use crate::failure::{Code, Failure};
use crate::repo::Error;
use crate::ui::format::short_commit;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let fail = |message: std::fmt::Arguments<'_>| Self::new(Code::Failed, message);
        match error {
            Error::NoGit => fail(format_args!("git is not installed"))
                .hint("install git (Debian and Ubuntu: apt-get install git)"),
            Error::GitNotRun(why) => fail(format_args!("git cannot be run: {why}")).hint("git status"),
            Error::Distrusted { folder, fix } => {
                fail(format_args!("git refuses to read `{folder}`: the folder belongs to another user"))
                    .hint(fix)
            }
            Error::Git { command, complaint } => {
                let hint = match complaint.contains("Permission denied") {
                    true => r#"sudo chown -R "$(id -un)" .git"#,
                    false => "git status",
                };
                fail(format_args!("`git {command}` failed: {complaint}")).hint(hint)
            }
            Error::Silent { command } => {
                fail(format_args!("`git {command}` failed without a message")).hint("git status")
            }
            Error::NoCommit { reference, shallow } => {
                let hint = if shallow { "git fetch --unshallow --all" } else { "git fetch --all --tags" };
                fail(format_args!("this checkout does not have the commit `{reference}`")).hint(hint)
            }
            Error::Partial { commit } => {
                let commit = short_commit(&commit);
                fail(format_args!("this partial clone does not have all files of the commit `{commit}`"))
                    // Git fetches what it reads where it is allowed to.
                    .hint(format_args!("git archive {commit} >/dev/null"))
            }
            Error::Outside(path) => {
                let path = path.display();
                fail(format_args!("`{path}` leads out of the checkout"))
                    .hint(format_args!("replace the link `{path}` by a file of the checkout"))
            }
            Error::NotText(path) => {
                let path = path.display();
                fail(format_args!("`{path}` is not UTF-8 text")).hint(format_args!("file {path}"))
            }
            Error::File { what, path, cause } => {
                let path = path.display();
                let hint = match cause.kind() {
                    ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "df -h .".to_owned(),
                    ErrorKind::ReadOnlyFilesystem => {
                        "run this in a checkout that can be written to".to_owned()
                    }
                    _ => format!("ls -ld {path}"),
                };
                Self::from(anyhow::Error::from(cause))
                    .context(format!("`{path}` could not be {what}"))
                    .hint(hint)
            }
            Error::Archive(cause) => Self::from(anyhow::Error::from(cause))
                .context("the source archive could not be written to the folder for temporary files")
                .hint("free some space, or name another folder in TMPDIR"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use snapbox::{assert_data_eq, str};

    use super::super::shown;
    use super::*;

    #[test]
    fn every_error_says_what_happened_and_what_to_do() {
        let file = |what, kind: ErrorKind| Error::File {
            what,
            path: "datadog/prerun.sh".into(),
            cause: kind.into(),
        };
        let errors = [
            Error::NoGit,
            Error::GitNotRun("it does not answer".into()),
            Error::Distrusted {
                folder: "/srv/shop".into(),
                fix: "git config --global --add safe.directory /srv/shop".into(),
            },
            Error::Git {
                command: "remote".into(),
                complaint: "unable to access '.git/config': Permission denied".into(),
            },
            Error::Git { command: "archive".into(), complaint: "object file is empty".into() },
            Error::Silent { command: "archive".into() },
            Error::NoCommit { reference: "60883d9".into(), shallow: true },
            Error::NoCommit { reference: "60883d9".into(), shallow: false },
            Error::Partial { commit: "60883d9fd5d50f1d3ea3b4a3b8b2c8a1f0e1d2c3".into() },
            Error::Outside("datadog/prerun.sh".into()),
            Error::NotText("datadog/prerun.sh".into()),
            file("read", ErrorKind::PermissionDenied),
            file("written", ErrorKind::StorageFull),
            file("written", ErrorKind::ReadOnlyFilesystem),
            Error::Archive(io::ErrorKind::StorageFull.into()),
        ];
        assert_data_eq!(
            errors.map(shown).concat(),
            str![[r#"
failed: git is not installed
  hint: install git (Debian and Ubuntu: apt-get install git)
failed: git cannot be run: it does not answer
  hint: git status
failed: git refuses to read `/srv/shop`: the folder belongs to another user
  hint: git config --global --add safe.directory /srv/shop
failed: `git remote` failed: unable to access '.git/config': Permission denied
  hint: sudo chown -R "$(id -un)" .git
failed: `git archive` failed: object file is empty
  hint: git status
failed: `git archive` failed without a message
  hint: git status
failed: this checkout does not have the commit `60883d9`
  hint: git fetch --unshallow --all
failed: this checkout does not have the commit `60883d9`
  hint: git fetch --all --tags
failed: this partial clone does not have all files of the commit `60883d9`
  hint: git archive 60883d9 >/dev/null
failed: `datadog/prerun.sh` leads out of the checkout
  hint: replace the link `datadog/prerun.sh` by a file of the checkout
failed: `datadog/prerun.sh` is not UTF-8 text
  hint: file datadog/prerun.sh
failed: `datadog/prerun.sh` could not be read: permission denied
  hint: ls -ld datadog/prerun.sh
failed: `datadog/prerun.sh` could not be written: no storage space
  hint: df -h .
failed: `datadog/prerun.sh` could not be written: read-only filesystem or storage medium
  hint: run this in a checkout that can be written to
failed: the source archive could not be written to the folder for temporary files: no storage space
  hint: free some space, or name another folder in TMPDIR

"#]]
        );
    }
}

//! Database Monitoring: the credential, its attachment, the statements.

use std::thread;
use std::time::{Duration, Instant};

use super::{Undone, unknown};
use crate::app::dbm::{CREDENTIAL, Change};
use crate::app::facts::App;
use crate::database::{self, Session};
use crate::engine::Services;
use crate::failure::{Code, Failure, Result};
use crate::heroku::{Reader, Writer};
use crate::secret::Secret;
use crate::ui::Progress;

/// How long a new credential may take until the database has its user.
const USER_WITHIN: Duration = Duration::from_secs(120);
/// How often the database is asked for the user.
const POLL: Duration = Duration::from_secs(1);

pub(super) fn execute(
    services: &dyn Services,
    progress: &Progress,
    app: &App,
    change: &Change,
) -> Result<(), Undone> {
    let writer = Writer::new(services.heroku()?);
    match change {
        Change::Credential { addon } => {
            writer.create_credential(addon, CREDENTIAL)?;
            // It is made; whether it becomes active is not known where that cannot be read.
            await_credential(services, progress, &app.name, addon).map_err(unknown)
        }
        Change::Attach { addon, name } => {
            // A run that was cut off may have made the credential without waiting for it.
            await_credential(services, progress, &app.name, addon)?;
            services.stop().check()?;
            writer.attach(&app.name, addon, name, Some(CREDENTIAL))?;
            Ok(())
        }
        Change::Run { addon: _, url, role, statements } => Ok(run(services, url, role, statements)?),
    }
}

/// Waits until the credential can be attached, which takes seconds or minutes.
fn await_credential(services: &dyn Services, progress: &Progress, app: &str, addon: &str) -> Result {
    let mut last = String::new();
    let is_active =
        Reader::new(services.heroku()?.as_ref()).await_credential(addon, CREDENTIAL, &mut |state| {
            progress.now(&format!("credential `{CREDENTIAL}` of {addon}: {state}"));
            state.clone_into(&mut last);
            !services.stop().is_requested()
        })?;
    services.stop().check()?;
    if is_active {
        return Ok(());
    }
    let message = format!("the credential `{CREDENTIAL}` of {addon} is not active yet ({last})");
    Err(Failure::new(Code::Unverified, message).hint(format_args!(
        "wait until it is, then run the command again: heroku pg:credentials {addon} -a {app}"
    )))
}

fn run(services: &dyn Services, url: &Secret, role: &str, statements: &[String]) -> Result {
    let session = Session::open(url)?;
    let started = Instant::now();
    while !database::inspect(&session, role)?.role {
        services.stop().check()?;
        if started.elapsed() > USER_WITHIN {
            let message = format!("the database does not have the user `{role}` yet");
            return Err(Failure::new(Code::Failed, message)
                .hint("Heroku creates it with the credential: run the same command again in a minute"));
        }
        thread::sleep(POLL);
    }
    for statement in statements {
        services.stop().check()?;
        let first_line = statement.lines().next().unwrap_or_default();
        session.run(statement).map_err(|error| Failure::from(error).context(format!("`{first_line}`")))?;
    }
    Ok(())
}

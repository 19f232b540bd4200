//! Database Monitoring: the credential, its attachment, the statements.

use std::thread;
use std::time::{Duration, Instant};

use crate::app::dbm::{CREDENTIAL, Change};
use crate::app::facts::App;
use crate::database::{self, Session};
use crate::engine::Services;
use crate::failure::{Code, Failure, Result};
use crate::heroku::Writer;
use crate::secret::Secret;

/// How long a new credential may take until the database has its user.
const USER_WITHIN: Duration = Duration::from_secs(120);
/// How often the database is asked for the user.
const POLL: Duration = Duration::from_secs(1);

pub(super) fn execute(services: &dyn Services, app: &App, change: &Change) -> Result {
    let writer = Writer::new(services.heroku()?);
    match change {
        Change::Credential { addon } => writer.create_credential(addon, CREDENTIAL)?,
        Change::Attach { addon, name } => drop(writer.attach(&app.name, addon, name, Some(CREDENTIAL))?),
        Change::Run { addon: _, url, role, statements } => run(services, url, role, statements)?,
    }
    Ok(())
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

//! What the engine works with.

use std::sync::Arc;

use super::stop::Stop;
use crate::datadog_api;
use crate::failure::Result;
use crate::heroku;
use crate::repo::Checkout;
use crate::ui::Ui;

/// How far a run goes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mode {
    /// Apply without asking.
    pub yes: bool,
    /// Show the plan and change nothing.
    pub dry_run: bool,
    /// End with [`Exit::Pending`](crate::failure::Exit) when changes are pending.
    pub exit_code: bool,
    /// Many apps may be meant, so that JSON is an array.
    pub many: bool,
}

/// The services and the terminal that a run needs, each made when it is first asked for.
pub trait Services: Sync {
    /// The terminal.
    fn ui(&self) -> Ui;
    /// Ctrl-C.
    fn stop(&self) -> &Stop;
    /// How far the run goes.
    fn mode(&self) -> Mode;
    /// The Heroku client; shared with a thread that may outlive the run.
    fn heroku(&self) -> Result<&Arc<heroku::Client>>;
    /// The Datadog client.
    fn datadog_api(&self) -> Result<datadog_api::Client>;
    /// The checkout that the command runs in.
    fn checkout(&self) -> Result<Option<&Checkout>>;
    /// The apps that the checkout's remotes name.
    fn checkout_apps(&self) -> Result<Vec<String>>;
    /// The Agent versions that can be installed, the newest first.
    fn agent_versions(&self) -> Result<Vec<String>>;
}

//! What the engine works with.

use std::sync::Arc;

use super::stop::Stop;
use crate::app::releases::Releases;
use crate::datadog_api;
use crate::failure::Result;
use crate::heroku;
use crate::repo::Checkout;
use crate::ui::Ui;

/// The services and the terminal that a run needs, each made when it is first asked for.
pub trait Services: Sync {
    /// The terminal.
    fn ui(&self) -> Ui;
    /// Ctrl-C.
    fn stop(&self) -> &Stop;
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
    /// The releases of Datadog's buildpack, as far as they are known.
    fn buildpack_releases(&self) -> Releases;
}

//! What the context offers to the engine.

use std::sync::Arc;

use super::{Context, available_versions};
use crate::app::releases::Releases;
use crate::datadog_api;
use crate::engine::Services;
use crate::engine::stop::Stop;
use crate::failure::Result;
use crate::heroku;
use crate::repo::Checkout;
use crate::ui::Ui;

impl Services for Context {
    fn ui(&self) -> Ui {
        self.ui
    }

    fn stop(&self) -> &Stop {
        &self.stop
    }

    fn heroku(&self) -> Result<&Arc<heroku::Client>> {
        self.shared_heroku()
    }

    fn datadog_api(&self) -> Result<datadog_api::Client> {
        Context::datadog_api(self)
    }

    fn checkout(&self) -> Result<Option<&Checkout>> {
        Ok(Context::checkout(self))
    }

    fn checkout_apps(&self) -> Result<Vec<String>> {
        let Some(checkout) = Context::checkout(self) else { return Ok(Vec::new()) };
        self.owners(checkout)
    }

    fn agent_versions(&self) -> Result<Vec<String>> {
        available_versions::agents(self, false)
    }

    fn buildpack_releases(&self) -> Releases {
        available_versions::buildpacks(self, false)
    }
}

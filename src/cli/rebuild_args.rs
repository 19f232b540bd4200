//! The options of a rebuild, which every verb takes that may need one.

use crate::app::desired::RebuildWhen;
use crate::app::facts::CheckoutQuery;
use crate::app::{Desired, Facts, Part, Source};
use crate::failure::{Failure, Result};
use crate::secret::Secret;
use crate::transport;

/// What is read of an app whose config vars or buildpacks change, for the plan to know whether a rebuild is needed.
pub const PARTS: [Part; 6] =
    [Part::Config, Part::Buildpacks, Part::Formation, Part::Releases, Part::Builds, Part::Slug];

/// Whether to rebuild, and from what.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Rebuild")]
pub struct Args {
    /// Rebuild in any case
    #[arg(long, overrides_with = "no_rebuild")]
    rebuild: bool,
    /// Do not rebuild: what needs it takes effect with the next deploy
    #[arg(long)]
    no_rebuild: bool,
    #[command(flatten)]
    from: From,
}

/// From what to rebuild.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Rebuild")]
#[group(skip)]
pub struct From {
    /// Build this commit, branch or tag of the checkout instead of the running commit
    #[arg(long = "ref", value_name = "REF")]
    git_ref: Option<String>,
    /// URL of the source, a .tar.gz that Heroku can fetch; `{commit}` is replaced
    #[arg(long, value_name = "URL")]
    source_url: Option<String>,
}

impl Args {
    /// Refuses values that cannot be meant.
    pub fn check(&self) -> Result {
        self.from.source_url().map(drop)
    }

    /// When to rebuild; `None` when it was not said.
    pub fn when(&self) -> Option<RebuildWhen> {
        match switch(self.rebuild, self.no_rebuild)? {
            true => Some(RebuildWhen::Asked),
            false => Some(RebuildWhen::Never),
        }
    }

    /// What to read of the checkout for these options.
    pub fn checkout(&self) -> CheckoutQuery {
        self.from.checkout()
    }

    /// Puts the answers into what is desired of an app; `otherwise` is meant where nothing was said.
    pub fn put_into(&self, desired: &mut Desired, otherwise: RebuildWhen, facts: &Facts) -> Result {
        desired.rebuild = self.when().unwrap_or(otherwise);
        self.from.put_into(desired, facts)
    }
}

impl From {
    /// What to read of the checkout for these options.
    pub fn checkout(&self) -> CheckoutQuery {
        CheckoutQuery { git_ref: self.git_ref.clone(), ..CheckoutQuery::default() }
    }

    /// Puts the source and the commit into what is desired of an app.
    pub fn put_into(&self, desired: &mut Desired, facts: &Facts) -> Result {
        let app = &facts.app.name;
        let checkout = facts.matching_checkout();
        if self.git_ref.is_some() && checkout.is_none() {
            let message =
                format!("--ref needs the checkout of `{app}`, and no git remote here is that app's");
            return Err(Failure::usage(message).hint(format_args!("heroku git:remote -a {app}")));
        }
        desired.commit = checkout.and_then(|checkout| checkout.commit.clone());
        desired.source = self.source_url()?.map(Source::Url).or(checkout.map(|_| Source::Checkout));
        Ok(())
    }

    /// Where the source is fetched from.
    fn source_url(&self) -> Result<Option<Secret>> {
        let Some(text) = &self.source_url else { return Ok(None) };
        let url = url::Url::parse(text).map_err(|_| no_source("it is not a URL"))?;
        transport::require_safe(&url).map_err(no_source)?;
        Ok(Some(Secret::new(text)))
    }
}

fn no_source(why: impl std::fmt::Display) -> Failure {
    Failure::usage(format_args!("--source-url: {why}"))
        .hint("--source-url 'https://github.com/OWNER/REPOSITORY/archive/{commit}.tar.gz'")
}

/// `Some(true)` by the flag, `Some(false)` by its opposite, which wins when it comes last.
pub fn switch(on: bool, off: bool) -> Option<bool> {
    match (on, off) {
        (_, true) => Some(false),
        (true, false) => Some(true),
        (false, false) => None,
    }
}

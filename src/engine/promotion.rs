//! Promotion: the slug that an app runs goes to the next stage of its pipeline.

use std::thread;
use std::time::Duration;

use crate::app::facts::Status;
use crate::app::{Part, Parts};
use crate::cli::Context;
use crate::failure::{Code, Failure, Result};
use crate::heroku::Writer;
use crate::platform::Stage;

/// How often, and for how long in all, a promotion is looked at.
const POLL: Duration = Duration::from_secs(1);
const LOOKS: usize = 300;

/// Promotes what `app` runs to the apps of the next stage that its pipeline has, and waits for their releases.
pub fn promote(context: &Context, app: &str) -> Result {
    let reader = context.reader()?;
    let facts = reader.observe(app, &Parts::from([Part::Coupling]))?;
    let coupling = facts.coupling.flatten().ok_or_else(|| {
        Failure::new(Code::Failed, format_args!("`{app}` is in no pipeline, so it cannot be promoted"))
    })?;
    let pipeline = reader.pipeline(&coupling.pipeline)?;
    let place = Stage::parse;
    let later = pipeline.apps.iter().filter(|(_, stage)| place(stage) > place(&coupling.stage));
    let next = later.clone().map(|(_, stage)| place(stage)).min();
    let names: Vec<_> = later.filter(|(_, stage)| Some(place(stage)) == next).map(|(name, _)| name).collect();
    if names.is_empty() {
        let message = format!("no stage of the pipeline `{}` comes after {}", pipeline.name, coupling.stage);
        return Err(Failure::new(Code::Failed, message));
    }
    let shown = names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    let _progress = context.ui.progress(format_args!("promoting {app} to {shown}"));
    let targets = names.iter().map(|name| Ok(reader.app(name)?.id)).collect::<Result<Vec<_>>>()?;
    let id = Writer::new(context.heroku()?).promote(&pipeline.id, &facts.app.id, &targets)?;
    for _ in 0..LOOKS {
        let promotion = reader.promotion(&id)?;
        if let Some((_, _, why)) = promotion.targets.iter().find(|(_, status, _)| *status == Status::Failed) {
            let why = why.as_deref().unwrap_or("Heroku does not say why");
            return Err(Failure::new(Code::Failed, format_args!("the promotion to {shown} failed: {why}")));
        }
        if promotion.targets.iter().all(|(_, status, _)| *status == Status::Succeeded) {
            context.ui.say(format_args!("promoted to {shown}"));
            return Ok(());
        }
        thread::sleep(POLL);
    }
    Err(Failure::new(Code::Failed, format_args!("the promotion to {shown} takes too long to wait for"))
        .hint(format_args!("heroku releases -a {shown}")))
}

//! The labs features and app features that matter to Datadog.

/// Gives dynos their app's name, release and commit
/// (<https://devcenter.heroku.com/articles/dyno-metadata>).
pub const DYNO_METADATA: &str = "runtime-dyno-metadata";

/// Gives dynos the commit that was built, also where the slug was promoted or restored
/// (<https://devcenter.heroku.com/articles/dyno-metadata>).
pub const BUILD_METADATA: &str = "runtime-dyno-build-metadata";

/// Writes memory and load of each dyno to the log
/// (<https://devcenter.heroku.com/articles/log-runtime-metrics>).
pub const RUNTIME_METRICS: &str = "log-runtime-metrics";

/// Allows sessions in running dynos (<https://devcenter.heroku.com/articles/exec>).
pub const EXEC: &str = "runtime-heroku-exec";

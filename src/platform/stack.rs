//! Stacks (<https://devcenter.heroku.com/articles/stack>).

/// The stack of apps that deploy images; buildpacks do nothing there.
pub const CONTAINER: &str = "container";

/// The stack of cloud native buildpacks, Fir's.
pub const CNB: &str = "cnb";

/// The default for new apps.
pub const DEFAULT: &str = "heroku-24";

/// The other stacks of classic buildpacks that still build.
pub const CLASSIC: [&str; 2] = ["heroku-22", DEFAULT];

//! Checks that a slim build left out of the slug: one that the app asks for all the same is named when a dyno boots.

use std::fs;
use std::io;
use std::path::Path;

use super::disk::{self, PUBLIC};
use super::layout::Layout;
use super::notice::{Level, Notices};

/// Their names, one a line, relative to the home.
const FILE: &str = ".dd-heroku/cut-checks";

/// Records them in the slug that is built in `home`.
pub fn record_cut_checks(home: &Path, checks: &[String]) -> io::Result<()> {
    disk::write(&home.join(FILE), (checks.join("\n") + "\n").as_bytes(), PUBLIC)
}

/// The checks that the build of the slug in `home` left out, one a line.
pub fn cut_checks(home: &Path) -> String {
    fs::read_to_string(home.join(FILE)).unwrap_or_default()
}

/// Names each check that is configured and not in the slug.
pub(super) fn report(layout: &Layout, notices: Notices) {
    for check in cut_checks(&layout.home).lines() {
        let configuration = layout.conf.join("conf.d").join(check);
        if configuration.with_extension("d").join("conf.yaml").exists()
            || configuration.with_extension("yaml").exists()
        {
            let mut text = String::from("the check ");
            text.push_str(check);
            text.push_str(
                " is configured, but the slim build left it out: `heroku config:set DD_HEROKU_KEEP_CHECKS=",
            );
            text.push_str(check);
            text.push_str("`, then deploy again");
            notices.say(Level::Warn, &text);
        }
    }
}

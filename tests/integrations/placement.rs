//! On which dynos a check runs.

use std::fs;

use super::{Place, changes};
use crate::support::checkout;

#[test]
fn database_monitoring_runs_on_one_dyno_unless_more_are_asked_for() {
    let place = Place::new();
    let git = ["remote", "add", "heroku", "https://git.heroku.com/shop.git"];
    checkout::git(&place.checkout, &git);
    let monitor = ["integrations", "add", "postgres", "--dbm", "-a", "shop", "--yes"];
    let on = |dynos| [&monitor[..], &["--on", dynos]].concat();
    place.failure(2, &on("web;rm -rf /"));
    place.run(&monitor).success();
    let limit = || {
        let text = fs::read_to_string(place.checkout.join("datadog/prerun.sh")).unwrap_or_default();
        text.lines().find(|line| line.starts_with("# limit: ")).map(str::to_owned)
    };
    assert_eq!(limit().as_deref(), Some("# limit: postgres web.1"));
    assert!(changes(&place.json(&monitor)).is_empty(), "a second time changes nothing");
    place.run(&on("worker")).success();
    assert_eq!(limit().as_deref(), Some("# limit: postgres worker"));
    let doctor = ["doctor", "-a", "shop", "--only", "DDH081", "--no-verify"];
    place.run(&doctor).success();
    place.run(&on("all")).success();
    assert_eq!(limit(), None);
    let sick = place.run(&doctor).code(3);
    let report = String::from_utf8_lossy(&sick.get_output().stdout).into_owned();
    assert!(report.contains("postgres runs on 3 dynos"), "{report}");
    place.run(&[&doctor[..], &["--fix", "--yes"]].concat()).success();
    assert_eq!(limit().as_deref(), Some("# limit: postgres web.1"));
}

//! The order of versions is `dpkg`'s.

use std::process::Command;

use dd_heroku::buildpack::Version;
use proptest::prelude::*;

fn dpkg(left: &str, order: &str, right: &str) -> bool {
    Command::new("dpkg").args(["--compare-versions", left, order, right]).status().unwrap().success()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_two_versions_stand_as_dpkg_has_them(
        left in "([0-2]:)?[0-9][0-9a-b.+~]{0,5}(-[0-9a-b.+~]{1,3})?",
        right in "([0-2]:)?[0-9][0-9a-b.+~]{0,5}(-[0-9a-b.+~]{1,3})?",
    ) {
        let ours = left.parse::<Version>().unwrap().cmp(&right.parse::<Version>().unwrap());
        prop_assert_eq!(ours.is_lt(), dpkg(&left, "lt", &right));
        prop_assert_eq!(ours.is_eq(), dpkg(&left, "eq", &right));
    }
}

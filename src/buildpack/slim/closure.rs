//! Which packages of Python's are needed: the closure over what packages say they need. Pure.

use std::collections::{BTreeMap, BTreeSet};

use pep508_rs::{MarkerEnvironment, MarkerEnvironmentBuilder};

use super::distribution::Distribution;

/// What every check stands on, and the extras of it that the Agent installs.
pub(super) const BASE: &str = "datadog-checks-base";
pub(super) const BASE_EXTRAS: [&str; 4] = ["db", "deps", "http", "json"];

/// A package that is needed, with the extras that are asked of it.
pub(super) type Root = (String, BTreeSet<String>);

/// The Linux machine of a dyno, with this Python.
pub(super) fn machine((major, minor): (u32, u32)) -> MarkerEnvironment {
    let version = format!("{major}.{minor}");
    let full = format!("{version}.0");
    MarkerEnvironment::try_from(MarkerEnvironmentBuilder {
        implementation_name: "cpython",
        implementation_version: &full,
        os_name: "posix",
        platform_machine: "x86_64",
        platform_python_implementation: "CPython",
        platform_release: "6.0.0",
        platform_system: "Linux",
        platform_version: "#1",
        python_full_version: &full,
        python_version: &version,
        sys_platform: "linux",
    })
    .expect("two numbers are a version")
}

/// The names of all packages that `roots` need, themselves among them. `is_left_out(from, to)` says which needs are not
/// followed. A package that is not installed is passed over.
pub(super) fn closure(
    distributions: &[Distribution],
    roots: &[Root],
    machine: &MarkerEnvironment,
    is_left_out: impl Fn(&str, &str) -> bool,
) -> BTreeSet<String> {
    let by_name: BTreeMap<&str, &Distribution> =
        distributions.iter().map(|distribution| (distribution.name.as_str(), distribution)).collect();
    let mut reached: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut open: Vec<Root> = roots.to_vec();
    while let Some((name, extras)) = open.pop() {
        let Some(distribution) = by_name.get(name.as_str()) else { continue };
        let is_new = !reached.contains_key(&name);
        let known = reached.entry(name.clone()).or_default();
        let before = known.len();
        known.extend(extras);
        if !is_new && known.len() == before {
            continue;
        }
        let extras = known.clone();
        let needs = distribution.needs.iter().filter_map(|need| need.of(&extras, machine));
        open.extend(
            needs
                .filter(|(needed, _)| !is_left_out(&name, needed))
                .map(|(needed, extras)| (super::distribution::normal(&needed), extras.into_iter().collect())),
        );
    }
    reached.into_keys().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distribution(name: &str, needs: &[&str]) -> Distribution {
        let needs = needs.join("\nRequires-Dist: ");
        Distribution::of_metadata(&format!("Name: {name}\nRequires-Dist: {needs}"))
    }

    fn reached(distributions: &[Distribution], roots: &[(&str, &[&str])]) -> Vec<String> {
        let roots: Vec<Root> = roots
            .iter()
            .map(|(name, extras)| ((*name).to_owned(), extras.iter().map(|e| (*e).to_owned()).collect()))
            .collect();
        let blocked = |from: &str, to: &str| (from, to) == ("base", "huge");
        closure(distributions, &roots, &machine((3, 13)), blocked).into_iter().collect()
    }

    #[test]
    fn extras_and_markers_decide_what_is_followed() {
        let all = [
            distribution("Base", &["a; extra == 'deps'", "win; sys_platform == 'win32'", "huge", "B_b>=1"]),
            distribution("a", &["c[fast]; python_version >= '3'", "old; python_version < '3'"]),
            distribution("b.b", &["base"]),
            distribution("c", &["d; extra == 'fast'", "not-installed"]),
            distribution("d", &[]),
            distribution("huge", &[]),
            distribution("old", &[]),
            distribution("win", &[]),
            distribution("alone", &["huge"]),
        ];
        assert_eq!(reached(&all, &[("base", &["deps"])]), ["a", "b-b", "base", "c", "d"]);
        assert_eq!(reached(&all, &[("base", &[])]), ["b-b", "base"]);
        assert_eq!(reached(&all, &[("alone", &[]), ("none", &[])]), ["alone", "huge"]);
        // An extra that is asked for later is followed too.
        assert_eq!(reached(&all, &[("base", &["deps"]), ("base", &[])]).len(), 5);
    }
}

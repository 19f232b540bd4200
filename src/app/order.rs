//! The order rule: where Datadog's buildpack belongs.
//!
//! The last buildpack decides the process types, so a language stays last. Buildpacks that install system packages
//! come before Datadog's, and those that change what `/app` is come before it in any case, the last of the list too: it then
//! comes last
//! (<https://docs.datadoghq.com/agent/basic_agent_usage/heroku/#order-of-buildpacks>).

use super::buildpack::{Buildpack, Role};

/// The list with `requested` in it once, at a right place. What installs the Agent already is kept, with its pin and in
/// its place, unless it is another buildpack than `requested` or its place is wrong. The rest keeps its order.
pub fn with_agent(list: &[Buildpack], requested: &Buildpack) -> Vec<Buildpack> {
    let installed = list.iter().find(|buildpack| buildpack.is_same(requested));
    let agent = match installed {
        Some(buildpack) if requested.pin().is_none() || requested.pin() == buildpack.pin() => {
            buildpack.clone()
        }
        _ => requested.clone(),
    };
    let rest: Vec<_> = list.iter().filter(|buildpack| !is_agent(buildpack, requested)).cloned().collect();
    let earliest = earliest(&rest);
    let now = list.iter().position(|buildpack| is_agent(buildpack, requested));
    let latest = rest.len().saturating_sub(1).max(earliest);
    let at = now.filter(|at| (earliest..=latest).contains(at)).unwrap_or(earliest);
    let mut ordered = rest;
    ordered.insert(at, agent);
    ordered
}

/// The list with what installs the Agent once, at a right place, pinned to another release, or with `None` to none.
/// Datadog's own goes before ours, and both before a fork. `None` when nothing installs it.
pub fn repinned(list: &[Buildpack], pin: Option<&str>) -> Option<Vec<Buildpack>> {
    let agent = installed(list)?.pinned(pin);
    let mut ordered = with_agent(list, &agent);
    ordered
        .iter_mut()
        .filter(|buildpack| buildpack.is_same(&agent))
        .for_each(|buildpack| *buildpack = agent.clone());
    Some(ordered)
}

/// What installs the Agent: Datadog's own rather than ours, both rather than a fork.
pub fn installed(list: &[Buildpack]) -> Option<&Buildpack> {
    [Role::Datadog, Role::Ours, Role::Fork]
        .into_iter()
        .find_map(|role| list.iter().find(|buildpack| buildpack.role() == role))
}

/// What is wrong with the place of what installs the Agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing installs the Agent.
    Missing,
    /// Several do.
    Twice,
    /// It is the last, which decides the process types.
    Last,
    /// It comes before this one, which must come first.
    Before(usize),
}

/// What is wrong with a list.
pub fn faults(list: &[Buildpack]) -> Vec<Fault> {
    let places: Vec<_> = (0..list.len()).filter(|at| list[*at].installs_agent()).collect();
    let (Some(first), Some(last)) = (places.first(), places.last()) else { return vec![Fault::Missing] };
    let mut faults = Vec::new();
    if places.len() > 1 {
        faults.push(Fault::Twice);
    }
    let before = list.iter().rev().find(|buildpack| !buildpack.installs_agent());
    if last + 1 == list.len() && before.is_none_or(|before| before.role() != Role::Monorepo) {
        faults.push(Fault::Last);
    }
    let is_too_late = |at: &usize| is_first(list, *at);
    faults.extend((first + 1..list.len()).find(is_too_late).map(Fault::Before));
    faults
}

/// The list without anything that installs the Agent.
pub fn without_agent(list: &[Buildpack]) -> Vec<Buildpack> {
    list.iter().filter(|buildpack| !buildpack.installs_agent()).cloned().collect()
}

fn is_agent(buildpack: &Buildpack, requested: &Buildpack) -> bool {
    buildpack.installs_agent() || buildpack.is_same(requested)
}

/// The first place that is after every buildpack that must come before.
fn earliest(rest: &[Buildpack]) -> usize {
    (0..rest.len()).rfind(|at| is_first(rest, *at)).map_or(0, |at| at + 1)
}

/// Whether a buildpack of a list must come before Datadog's. One that installs packages and is the last decides the
/// process types, and stays where it is.
fn is_first(list: &[Buildpack], at: usize) -> bool {
    match list[at].role() {
        Role::Monorepo => true,
        Role::Apt => at + 1 < list.len(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::buildpack::DATADOG;

    fn list(references: &[&str]) -> Vec<Buildpack> {
        references.iter().map(|reference| Buildpack::of(reference)).collect()
    }

    #[test]
    fn the_agent_goes_after_packages_and_before_the_language() {
        let git = "https://github.com/DataDog/heroku-buildpack-datadog";
        let pinned = "https://github.com/DataDog/heroku-buildpack-datadog.git#2.44";
        let puppeteer = "jontewks/puppeteer";
        let monorepo = "https://github.com/lstoll/heroku-buildpack-monorepo";
        for (before, after) in [
            (vec!["heroku/ruby"], vec![DATADOG, "heroku/ruby"]),
            (
                vec!["heroku-community/apt", "heroku/ruby"],
                vec!["heroku-community/apt", DATADOG, "heroku/ruby"],
            ),
            (vec![monorepo, puppeteer, "heroku/nodejs"], vec![monorepo, puppeteer, DATADOG, "heroku/nodejs"]),
            (vec!["heroku/nodejs", "heroku/ruby"], vec![DATADOG, "heroku/nodejs", "heroku/ruby"]),
            (
                vec!["heroku/nodejs", "heroku-community/apt", "heroku/ruby"],
                vec!["heroku/nodejs", "heroku-community/apt", DATADOG, "heroku/ruby"],
            ),
            // Kept as they are: another spelling, a pin, another right place.
            (vec![git, "heroku/ruby"], vec![git, "heroku/ruby"]),
            (vec![pinned, "heroku/ruby"], vec![pinned, "heroku/ruby"]),
            (vec!["heroku/nodejs", git, "heroku/ruby"], vec!["heroku/nodejs", git, "heroku/ruby"]),
            // Fixed: last, before apt, twice.
            (vec!["heroku/ruby", pinned], vec![pinned, "heroku/ruby"]),
            (
                vec![git, "heroku-community/apt", "heroku/ruby"],
                vec!["heroku-community/apt", git, "heroku/ruby"],
            ),
            (vec![git, DATADOG, "heroku/ruby"], vec![git, "heroku/ruby"]),
            // What changes /app comes first, also where nothing comes after it.
            (vec![monorepo], vec![monorepo, DATADOG]),
            (vec![git, monorepo], vec![monorepo, git]),
            (vec!["heroku/nodejs", monorepo], vec!["heroku/nodejs", monorepo, DATADOG]),
            (vec![monorepo, git], vec![monorepo, git]),
            // The last always decides the process types.
            (
                vec!["heroku/ruby", "heroku-community/apt"],
                vec![DATADOG, "heroku/ruby", "heroku-community/apt"],
            ),
        ] {
            assert_eq!(with_agent(&list(&before), &Buildpack::of(DATADOG)), list(&after), "{before:?}");
        }
    }

    #[test]
    fn another_buildpack_or_another_pin_takes_the_place_of_the_old_one() {
        let ours = "https://example.org/dd-heroku-buildpack.tgz";
        let pinned = format!("{DATADOG}#2.44");
        for (requested, before, after) in [
            (ours, vec![DATADOG, "heroku/ruby"], vec![ours, "heroku/ruby"]),
            (pinned.as_str(), vec![DATADOG, "heroku/ruby"], vec![pinned.as_str(), "heroku/ruby"]),
            (
                DATADOG,
                vec!["https://github.com/acme/heroku-buildpack-datadog", "heroku/go"],
                vec![DATADOG, "heroku/go"],
            ),
        ] {
            assert_eq!(with_agent(&list(&before), &Buildpack::of(requested)), list(&after));
        }
    }

    const SUBDIR: &str = "https://github.com/acme/heroku-buildpack-subdir";

    #[test]
    fn what_is_wrong_with_a_list_is_told_and_fixed_by_the_rule() {
        for (existing, wrong) in [
            (vec!["heroku/ruby"], vec![Fault::Missing]),
            (vec![], vec![Fault::Missing]),
            (vec![DATADOG, "heroku/ruby"], vec![]),
            (vec!["heroku-community/apt", DATADOG, "heroku/ruby"], vec![]),
            (vec![DATADOG, "heroku-community/apt", "heroku/ruby"], vec![Fault::Before(1)]),
            (vec!["heroku/ruby", DATADOG], vec![Fault::Last]),
            (vec![SUBDIR, DATADOG], vec![]),
            (vec![DATADOG, SUBDIR], vec![Fault::Before(1)]),
            (vec![DATADOG, "heroku/ruby", DATADOG], vec![Fault::Twice, Fault::Last]),
        ] {
            assert_eq!(faults(&list(&existing)), wrong, "{existing:?}");
            if let Some(fixed) = repinned(&list(&existing), Some("2.44")) {
                assert_eq!(faults(&fixed), []);
                assert_eq!(installed(&fixed).and_then(Buildpack::pin), Some("2.44"));
                assert_eq!(
                    repinned(&fixed, None).as_deref().and_then(installed).and_then(Buildpack::pin),
                    None
                );
            }
        }
    }

    #[test]
    fn doing_it_twice_is_doing_it_once() {
        let requested = Buildpack::of(DATADOG);
        let some = ["heroku-community/apt", "heroku/nodejs", DATADOG, SUBDIR];
        for n in 0..256_usize {
            let list: Vec<_> = (0..4).map(|digit| Buildpack::of(some[n >> (2 * digit) & 3])).collect();
            let once = with_agent(&list, &requested);
            assert_eq!(with_agent(&once, &requested), once, "{list:?}");
            let is_only_agents = list.iter().all(Buildpack::installs_agent);
            assert!(is_only_agents || faults(&once).is_empty(), "{list:?} becomes {once:?}");
        }
    }
}

//! No circles: of two modules in one folder, at most one knows the other, directly or through a third.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Name, Source};

/// What each child of a folder calls among its siblings.
type Calls = BTreeMap<String, BTreeSet<String>>;

#[test]
fn modules_of_one_folder_do_not_call_each_other_in_a_circle() {
    let source = Source::get();
    let mut folders: BTreeMap<Name, Calls> = BTreeMap::new();
    for module in source.program() {
        for called in source.called(module) {
            let shared = module.name.iter().zip(called).take_while(|(part, other)| part == other).count();
            // Parents know their children; only siblings and what is in them count.
            if let (Some(from), Some(to)) = (module.name.get(shared), called.get(shared)) {
                let calls = folders.entry(module.name[..shared].to_vec()).or_default();
                calls.entry(from.clone()).or_default().insert(to.clone());
            }
        }
    }
    let mut wrong = Vec::new();
    for (folder, calls) in &folders {
        let circles = calls.keys().filter_map(|start| circle(calls, start));
        wrong.extend(circles.map(|circle| format!("src/{}: {}", folder.join("/"), circle.join(" → "))));
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The shortest way from a module back to itself, when it is the first by name on it.
fn circle(calls: &Calls, start: &str) -> Option<Vec<String>> {
    let mut ways = vec![vec![start.to_owned()]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for next in calls.get(way.last()?).into_iter().flatten() {
                let extended = [&way[..], std::slice::from_ref(next)].concat();
                if next == start {
                    return way.iter().all(|name| name.as_str() >= start).then_some(extended);
                }
                if seen.insert(next.clone()) {
                    longer.push(extended);
                }
            }
        }
        ways = longer;
    }
    None
}

//! The commands of `commands.txt`.

/// Commands that follow one another.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) steps: Vec<Step>,
}

/// A command and how it ends.
pub(super) struct Step {
    pub(super) command: &'static str,
    pub(super) code: i32,
    /// A regular expression for the output.
    pub(super) output: &'static str,
}

/// The scenarios: with the lines that are always run, or with all.
pub(super) fn scenarios(all: bool) -> Vec<Scenario> {
    let mut scenarios: Vec<Scenario> = Vec::new();
    for line in include_str!("commands.txt").lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            scenarios.push(Scenario { name, steps: Vec::new() });
            continue;
        }
        let (is_core, line) = line.strip_prefix("* ").map_or((false, line), |line| (true, line));
        let (command, end) = line.split_once(" => ").unwrap_or_else(|| panic!("no end: {line}"));
        let (code, output) = end.split_once(' ').unwrap_or_else(|| panic!("no output: {line}"));
        let code = code.parse().unwrap_or_else(|_| panic!("no exit code: {line}"));
        if is_core || all {
            scenarios.last_mut().unwrap().steps.push(Step { command, code, output });
        }
    }
    scenarios.retain(|scenario| !scenario.steps.is_empty());
    // The longest first: the others fill the gaps.
    scenarios.sort_by_key(|scenario| std::cmp::Reverse(scenario.steps.len()));
    scenarios
}

//! The line for a dyno's shell that runs the Agent's command line.

const WRAPPER: &str = "/app/.apt/opt/datadog-agent/bin/agent/agent-wrapper";

/// The wrapper that a slug has, else the Agent of an image, with these arguments untouched.
pub fn line(arguments: &[String]) -> String {
    let quoted: Vec<_> = arguments.iter().map(|text| format!("'{}'", text.replace('\'', r"'\''"))).collect();
    let arguments = quoted.join(" ");
    let agent = "/opt/datadog-agent/bin/agent/agent";
    format!("if [ -x {WRAPPER} ]; then {WRAPPER} {arguments}; else {agent} {arguments}; fi")
}

/// The same for a dyno that has just been started, whose Agent takes some seconds until it answers.
pub fn patient_line(arguments: &[String]) -> String {
    let line = line(arguments);
    format!(
        "for n in 1 2 3 4 5 6 7 8; do out=$({line} 2>&1) && break; sleep 2; done; printf '%s\\n' \"$out\""
    )
}

/// The line that has the supervisor of dd-heroku's runtime `restart`, `stop` or `start` the agents: through the wrapper of
/// a slug, else through the program of an image.
pub fn supervisor_line(verb: &str) -> String {
    let program = "/opt/dd-heroku/bin/dd-heroku";
    format!(
        "if [ -x {WRAPPER} ]; then {WRAPPER} '{verb}'; else bash -c 'exec -a agent-wrapper {program} {verb}'; fi"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_reach_the_agent_as_they_are() {
        let line = line(&["check".into(), "it's; rm -rf $HOME".into()]);
        assert!(line.contains(r"agent-wrapper 'check' 'it'\''s; rm -rf $HOME'; else"), "{line}");
    }
}

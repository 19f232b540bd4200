//! Reads the text of `agent status`.

use super::{Apm, Check, DogStatsD, Health, Key, Status};

/// The files of a running Agent that its command needs: `auth_token`, later `ipc_cert.pem` too.
const CREDENTIALS: [&str; 4] = ["auth_token", "authentication token", "auth token", "ipc_cert"];
/// How much of a complaint is kept.
const LONGEST_MESSAGE: usize = 300;

/// Why a text is not a status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoStatus {
    /// The Agent's command found no file of a running Agent: it never ran since the dyno started.
    #[error("no Agent is running in the dyno: it is off, or has not started yet")]
    Off,
    /// The Agent's command found no Agent to ask.
    #[error("no Agent is running in the dyno: it refused the connection")]
    NotRunning,
    /// The Agent runs, and did not take the command's credentials.
    #[error("the Agent in the dyno refuses this session")]
    Refused,
    /// There is no Agent's command.
    #[error("no Agent is installed in the dyno")]
    NotInstalled,
    /// Something else; the line that says most.
    #[error("the dyno did not answer with an Agent's status: {0}")]
    Other(String),
}

/// Reads a status, of which any part may be missing, with any text printed around it.
pub fn read(text: &str) -> Result<Status, NoStatus> {
    let text = console::strip_ansi_codes(text);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let mut reader = Reader::default();
    // A line that was cut in the middle may say something else than the whole one.
    let whole = lines.len() - usize::from(!text.ends_with('\n') && !lines.is_empty());
    for (at, line) in lines[..whole].iter().enumerate() {
        reader.line(line, at.checked_sub(1).map(|above| lines[above]), lines.get(at + 1).copied());
    }
    reader.end_check();
    if reader.status.version.is_none() { Err(why_none(&lines)) } else { Ok(reader.status) }
}

/// What a complaint of the Agent's command, of the wrapper or of the shell means. [`NoStatus::Other`] for any other text.
pub fn why(complaint: &str) -> NoStatus {
    why_none(&complaint.lines().collect::<Vec<_>>())
}

fn why_none(lines: &[&str]) -> NoStatus {
    let lower: Vec<_> = lines.iter().map(|line| line.to_ascii_lowercase()).collect();
    let has = |all: &[&str]| lower.iter().any(|line| all.iter().all(|part| line.contains(part)));
    let is_credential = |line: &String| CREDENTIALS.iter().any(|name| line.contains(name));
    let no_program = |line: &String| line.contains("bin/agent") && line.contains("no such file");
    let is_missing = |line: &String| {
        is_credential(line)
            && ["no such file", "does not exist", "not found"].iter().any(|text| line.contains(text))
    };
    let is_refused = |line: &String| {
        (is_credential(line) && line.contains("permission denied"))
            || ["invalid session token", "401 unauthorized", "403 forbidden", "tls: ", "x509: "]
                .iter()
                .any(|text| line.contains(text))
    };
    if lower.iter().any(is_missing) {
        NoStatus::Off
    } else if lower.iter().any(is_refused) {
        NoStatus::Refused
    } else if has(&["dial ", "connection refused"])
        || has(&["dial unix", "no such file"])
        || has(&["make sure the agent is running"])
        || has(&["could not reach agent"])
    {
        NoStatus::NotRunning
    } else if has(&["command not found"]) || has(&["agent", ": not found"]) || lower.iter().any(no_program) {
        NoStatus::NotInstalled
    } else {
        let last = lines.iter().rev().find(|line| !line.trim().is_empty());
        NoStatus::Other(last.map_or_else(|| "it printed nothing".to_owned(), |line| clip(line.trim())))
    }
}

/// Where in the text the reader is, and what it found.
#[derive(Default)]
struct Reader {
    status: Status,
    /// The heading between two rules: `APM Agent`.
    section: String,
    /// The heading above a rule: `Running Checks`.
    part: String,
    /// The heading above dashes: `postgres (15.0.1)`.
    name: String,
    check: Option<Check>,
    /// What was counted so far; it counts when the packets are reached.
    dogstatsd: DogStatsD,
}

impl Reader {
    fn line(&mut self, line: &str, above: Option<&str>, below: Option<&str>) {
        let text = line.trim();
        if is_rule(text, '=') || is_rule(text, '-') || text.is_empty() {
            return;
        }
        let underline = below.unwrap_or_default();
        if is_rule(underline.trim(), '=') {
            self.end_check();
            let is_section = is_rule(underline, '=') && above.is_some_and(|above| is_rule(above, '='));
            self.heading(text, is_section);
        } else if is_rule(underline.trim(), '-') {
            self.end_check();
            text.clone_into(&mut self.name);
        } else {
            self.fact(text);
        }
    }

    fn heading(&mut self, title: &str, is_section: bool) {
        self.name.clear();
        if is_section {
            title.clone_into(&mut self.section);
            self.part.clear();
        } else {
            title.clone_into(&mut self.part);
        }
        if let Some(version) = title.strip_prefix("Agent (v").and_then(|rest| rest.strip_suffix(')')) {
            self.status.version = Some(version.to_owned());
        }
    }

    fn fact(&mut self, text: &str) {
        let (name, value) =
            text.split_once(':').map_or((text, ""), |(name, value)| (name.trim(), value.trim()));
        match (self.section.as_str(), self.part.as_str()) {
            ("Collector", "Running Checks") => self.of_check(name, value, text),
            ("Collector", part) if part.ends_with("Errors") && !self.name.is_empty() => self.broken(text),
            ("APM Agent", _) => self.of_apm(name, value, text),
            ("DogStatsD", _) => self.of_dogstatsd(name, value),
            ("Forwarder", part) if part.starts_with("API Keys") => self.key(name, value),
            ("Hostname", _) | (_, "Hostnames") if name == "hostname" => {
                self.status.hostname = Some(value.to_owned());
            }
            (section, "") if section.starts_with("Agent (v") => match name {
                "Status date" => self.status.taken_at = Some(time(value)),
                "Agent start" => self.status.started_at = Some(time(value)),
                _ => {}
            },
            _ => {}
        }
    }

    fn of_check(&mut self, name: &str, value: &str, text: &str) {
        if name == "Instance ID" {
            self.end_check();
            let health = match value.rsplit_once('[').map(|(_, word)| word.trim_end_matches(']')) {
                Some("OK") => Health::Ok,
                Some("WARNING") => Health::Warning,
                _ => Health::Error,
            };
            let name = self.name.split(" (").next().unwrap_or_default().to_owned();
            self.check = Some(Check { name, health, runs: None, last_run: None, message: None });
        }
        let Some(check) = &mut self.check else { return };
        match name {
            "Total Runs" => check.runs = count(value),
            "Last Execution Date" => check.last_run = Some(time(value)),
            "Error" | "Warning" => {
                check.message = Some(clip(text.split_once(": ").map_or(value, |(_, rest)| rest)));
            }
            _ => {}
        }
    }

    fn broken(&mut self, text: &str) {
        let name = self.name.split(" (").next().unwrap_or_default();
        match self.status.broken.iter_mut().find(|(known, _)| known == name) {
            Some((_, why)) => *why = clip(&format!("{why} {text}")),
            None => self.status.broken.push((name.to_owned(), clip(text))),
        }
    }

    fn of_apm(&mut self, name: &str, value: &str, text: &str) {
        if name == "Status" {
            self.status.apm = Some(Apm { running: value == "Running", ..Apm::default() });
        }
        let Some(apm) = &mut self.status.apm else { return };
        match name {
            "Receiver" => apm.receiver = Some(value.to_owned()),
            "Traces received" => {
                let traces = value.split(' ').next().and_then(count);
                apm.traces = Some(apm.traces.unwrap_or_default() + traces.unwrap_or_default());
            }
            _ if text.starts_with("No traces received") => apm.traces = Some(0),
            _ => {
                let client = text.strip_prefix("From ").filter(|_| self.part.starts_with("Receiver"));
                apm.clients.extend(client.map(str::to_owned));
            }
        }
    }

    fn of_dogstatsd(&mut self, name: &str, value: &str) {
        let Some(value) = count(value) else { return };
        match name {
            "Udp Packets" | "Uds Packets" => {
                self.dogstatsd.packets += value;
                self.status.dogstatsd = Some(self.dogstatsd.clone());
            }
            "Metric Packets" => self.dogstatsd.metrics = value,
            name if name.ends_with("Errors") => self.dogstatsd.errors += value,
            _ => {}
        }
    }

    fn key(&mut self, name: &str, value: &str) {
        let Some(ending) = name.to_ascii_lowercase().strip_prefix("api key ending with ").map(str::to_owned)
        else {
            return;
        };
        let start = ending.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
        let valid = match value.to_ascii_lowercase().as_str() {
            "api key valid" => Some(true),
            "api key invalid" => Some(false),
            _ => None,
        };
        self.status.keys.push(Key { last4: ending[start..].to_owned(), valid });
    }

    fn end_check(&mut self) {
        self.status.checks.extend(self.check.take());
    }
}

/// Whether a line is a rule of that sign.
fn is_rule(line: &str, sign: char) -> bool {
    line.len() >= 2 && line.chars().all(|c| c == sign)
}

/// The time in UTC of what later versions write in three forms.
fn time(text: &str) -> String {
    let text = text.split(" (").next().unwrap_or(text);
    text.rsplit(" / ").next().unwrap_or(text).to_owned()
}

/// `1,234`.
fn count(text: &str) -> Option<u64> {
    text.replace(',', "").parse().ok()
}

/// A complaint as it may be shown: not too long, and no password in it.
fn clip(text: &str) -> String {
    let mut clean = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        clean.push_str(before);
        clean.push_str("://");
        let end = after.find(['/', ' ', '"', '\'']).unwrap_or(after.len());
        rest = match after[..end].rfind('@') {
            Some(at) => {
                clean.push_str("••••");
                &after[at..]
            }
            None => after,
        };
    }
    clean.push_str(rest);
    match clean.char_indices().nth(LONGEST_MESSAGE) {
        Some((at, _)) => format!("{}…", &clean[..at]),
        None => clean,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const V6: &str = include_str!("../../../tests/fixtures/agent-status/6.53.txt");
    const V7_27: &str = include_str!("../../../tests/fixtures/agent-status/7.27.txt");
    const V7_50: &str = include_str!("../../../tests/fixtures/agent-status/7.50.txt");
    const V7_81: &str = include_str!("../../../tests/fixtures/agent-status/7.81.txt");

    fn summary(text: &str) -> String {
        let status = read(text).unwrap();
        let Status { version, hostname, taken_at, started_at, keys, checks, broken, apm, dogstatsd } = status;
        let mut lines = vec![format!("{version:?} {hostname:?} {taken_at:?} {started_at:?}")];
        lines.extend(keys.iter().map(|key| format!("{key:?}")));
        lines.extend(checks.iter().map(|check| format!("{check:?}")));
        lines.extend(broken.iter().map(|broken| format!("{broken:?}")));
        lines.push(format!("{apm:?}"));
        lines.push(format!("{dogstatsd:?}"));
        lines.join("\n") + "\n"
    }

    #[test]
    fn the_status_of_every_generation_of_agents_is_read() {
        for (text, expected) in [
            (V6, snapbox::file!["../../../tests/fixtures/agent-status/6.53.read.txt"]),
            (V7_27, snapbox::file!["../../../tests/fixtures/agent-status/7.27.read.txt"]),
            (V7_50, snapbox::file!["../../../tests/fixtures/agent-status/7.50.read.txt"]),
            (V7_81, snapbox::file!["../../../tests/fixtures/agent-status/7.81.read.txt"]),
        ] {
            snapbox::assert_data_eq!(summary(text), expected.raw());
        }
    }

    #[test]
    fn a_text_cut_anywhere_never_says_what_the_whole_does_not() {
        for text in [V6, V7_27, V7_50, V7_81] {
            let whole = read(text).unwrap();
            for cut in (0..text.len()).step_by(13).filter(|cut| text.is_char_boundary(*cut)) {
                let Ok(part) = read(&text[..cut]) else { continue };
                assert!(part.keys.len() <= whole.keys.len() && part.checks.len() <= whole.checks.len());
                assert!(part.dogstatsd.is_none() || cut > text.find("Udp Packets").unwrap());
                let traces = part.apm.and_then(|apm| apm.traces);
                assert!(traces <= whole.apm.as_ref().and_then(|apm| apm.traces), "{cut}");
                assert!(traces != Some(0) || text[..cut].contains("No traces received"), "{cut}");
            }
        }
    }

    #[test]
    fn what_is_no_status_is_told_apart() {
        let refused = "Could not reach agent: Get \"https://localhost:5001/agent/status\": dial tcp 127.0.0.1:5001: \
                       connect: connection refused\nMake sure the agent is running before requesting the status.";
        assert_eq!(read(refused), Err(NoStatus::NotRunning));
        for off in [
            "Error: cannot read the authentication token: open /app/.apt/etc/datadog-agent/auth_token: no such file or directory",
            "Error: unable to fetch authentication token: open /etc/datadog-agent/auth_token: no such file or directory\n",
            "Error: failed to read IPC cert file /app/.apt/etc/datadog-agent/ipc_cert.pem: open …: no such file or directory",
            "Error: unable to read authentication token file: auth_token not found",
        ] {
            assert_eq!(read(off), Err(NoStatus::Off), "{off}");
            assert_eq!(why(off), NoStatus::Off, "{off}");
        }
        for refused in [
            "Error: unable to read auth token: open /etc/datadog-agent/auth_token: permission denied\n",
            "Error: invalid session token\n",
            "Could not reach agent: 403 Forbidden\nMake sure the agent is running",
        ] {
            assert_eq!(read(refused), Err(NoStatus::Refused), "{refused}");
        }
        for missing in [
            "bash: /opt/datadog-agent/bin/agent/agent: No such file or directory\n",
            "sh: 1: agent-wrapper: not found\n",
            "dd-heroku: cannot run `/app/.apt/opt/datadog-agent/bin/agent/agent`: No such file or directory (os error 2)\n",
        ] {
            assert_eq!(read(missing), Err(NoStatus::NotInstalled), "{missing}");
        }
        assert!(matches!(why("Error: cannot open conf.yaml: no such file or directory"), NoStatus::Other(_)));
        assert!(matches!(why("connect ECONNREFUSED 10.0.0.1:443: Connection refused"), NoStatus::Other(_)));
        assert_eq!(read("bash: agent-wrapper: command not found\n"), Err(NoStatus::NotInstalled));
        assert_eq!(read("\n\n"), Err(NoStatus::Other("it printed nothing".into())));
        assert_eq!(read("Killed\n\n"), Err(NoStatus::Other("Killed".into())));
    }

    #[test]
    fn a_complaint_is_short_and_holds_no_password() {
        assert_eq!(
            clip("cannot reach postgres://u:p@ss@db.example:5432/x or redis://cache:6379"),
            "cannot reach postgres://••••@db.example:5432/x or redis://cache:6379"
        );
        assert_eq!(clip(&"é".repeat(1_000)).chars().count(), LONGEST_MESSAGE + 1);
    }
}

//! The programs that an Agent's package is known to have. One that is not among them stays, and the build's log names it:
//! the table of what is left out should say what becomes of it.

/// Folders of programs.
const FOLDERS: [&str; 2] = ["opt/datadog-agent/bin/agent/", "opt/datadog-agent/embedded/bin/"];

/// The Agent's own that a dyno may need.
const AGENT: &[&str] = &[
    "agent",
    "core-agent",
    "trace-agent",
    "process-agent",
    "otel-agent",
    "agent-data-plane",
    "agent-wrapper",
    "dd-agent",
    "dd-compile-policy",
    "installer-helper.sh",
];

/// Tools that come with the libraries and with Python. `*` stands for any end.
const TOOLS: &[&str] = &[
    "*-config",
    "*_config",
    "2to3*",
    "activate*",
    "bz*",
    "bunzip2",
    "c_rehash",
    "captoinfo",
    "chardetect",
    "clear",
    "compile_et",
    "curl",
    "dltest",
    "easy_install*",
    "encode_keychange",
    "file",
    "gdbm*",
    "gss-client",
    "idle*",
    "info*",
    "ipf-mod.pl",
    "isql",
    "iusql",
    "jp.py",
    "k5srvutil",
    "kadmin",
    "kdestroy",
    "kinit",
    "klist",
    "kpasswd",
    "kswitch",
    "ksu",
    "ktutil",
    "kvno",
    "lz*",
    "mib2c*",
    "net-snmp*",
    "nfsiostat",
    "odbc*",
    "openssl",
    "pcre*",
    "pip*",
    "pydoc*",
    "python*",
    "reset",
    "sclient",
    "sim_client",
    "slencheck",
    "snmp*",
    "sqlite3",
    "tabs",
    "tic",
    "tkmib",
    "toe",
    "tput",
    "traptoemail",
    "tset",
    "tsql",
    "unlz*",
    "unxz",
    "uuclient",
    "wheel",
    "xml*",
    "xslt*",
    "xsltproc",
    "xz*",
    "agentxtrap",
    "fixproc",
    "checkbandwidth",
    "rpm*",
    "bsqldb",
    "bsqlodbc",
    "datacopy",
    "defncopy",
    "fisql",
    "freebcp",
    "osql",
    "tdspool",
];

/// The name of a program that nobody here knows; `head` is how its file begins.
pub(in crate::buildpack::package) fn unknown<'a>(path: &'a str, mode: u32, head: &[u8]) -> Option<&'a str> {
    let name = FOLDERS.iter().find_map(|folder| path.strip_prefix(folder))?;
    let is_program = mode & 0o111 != 0 && !name.contains('/') && !is_library(name) && !is_entry_point(head);
    let is_known = AGENT.contains(&name) || TOOLS.iter().any(|tool| fits(tool, name));
    (is_program && !is_known).then_some(name)
}

fn is_library(name: &str) -> bool {
    name.contains(".so")
}

/// Whether pip made it to call a Python package.
fn is_entry_point(head: &[u8]) -> bool {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.starts_with(b"#!") && String::from_utf8_lossy(line).contains("python")
}

fn fits(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => name.ends_with(end),
        (_, Some(start)) => name.starts_with(start),
        _ => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_program_of_no_known_name_is_unknown() {
        let elf = b"\x7fELF";
        let bin = |name: &str| format!("opt/datadog-agent/embedded/bin/{name}");
        assert_eq!(unknown(&bin("brand-new"), 0o755, elf), Some("brand-new"));
        assert_eq!(unknown("opt/datadog-agent/bin/agent/brand-new", 0o755, elf), Some("brand-new"));
        for known in ["trace-agent", "python3.13", "curl", "curl-config", "2to3-3.12", "libx.so.1"] {
            assert_eq!(unknown(&bin(known), 0o755, elf), None, "{known}");
        }
        assert_eq!(unknown(&bin("brand-new"), 0o644, elf), None);
        assert_eq!(
            unknown(&bin("ddtrace-run"), 0o755, b"#!/opt/datadog-agent/embedded/bin/python3\nimport"),
            None
        );
        assert_eq!(unknown(&bin("folder/brand-new"), 0o755, elf), None);
        assert_eq!(unknown("usr/bin/brand-new", 0o755, elf), None);
    }
}

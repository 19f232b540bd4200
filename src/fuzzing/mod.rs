//! Fuzz targets: a function for every reader of bytes that others wrote. Each states what holds for any bytes; a panic is a
//! fault. They are run by `cargo fuzz` where a nightly toolchain is installed, and by the suite ([`drive`]), which replays the
//! seeds in `fuzz/seeds` and tries changed ones for a bounded time.

mod apis;
mod checkout;
#[cfg(test)]
mod drive;
mod packages;
mod values;

/// A reader and what holds for it.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, which is that of its seeds' folder and of its binary in `fuzz/Cargo.toml`.
    pub name: &'static str,
    /// Reads the bytes and asserts what holds.
    pub run: fn(&[u8]),
    /// Texts that its readers look for.
    pub tokens: &'static [&'static str],
}

const fn target(name: &'static str, run: fn(&[u8]), tokens: &'static [&'static str]) -> Target {
    Target { name, run, tokens }
}

/// Every target, by name.
pub const TARGETS: [Target; 27] = [
    target(
        "agent_status",
        apis::agent_status,
        &["Agent (v7.81.2)", "====", "Status", "API Keys status", "Total Runs:"],
    ),
    target(
        "app_json",
        checkout::app_json,
        &["buildpacks", "environments", "review", "test", "url", "DataDog"],
    ),
    target(
        "config_value",
        values::config_value,
        &["DD_TAGS\n", "DD_API_KEY\n", "DD_SITE\n", "\u{b2}", "true", "7.81.2"],
    ),
    target(
        "control",
        packages::control,
        &["Package: ", "Version: ", "Filename: ", "SHA256:", "Size: ", "Date: ", "Suite: "],
    ),
    target(
        "datadog_answer",
        apis::datadog_answer,
        &["data", "errors", "error", "details", "attributes", "id", "filter"],
    ),
    target("dockerfile", checkout::dockerfile, &["FROM ", "ENTRYPOINT ", "CMD ", "alpine", " AS ", "\\\n"]),
    target(
        "drain_url",
        values::drain_url,
        &["dd-api-key=", "ddtags=", "env:", ".logs.", "datadoghq.com", "/v1/input/", "%2F"],
    ),
    target(
        "fill",
        checkout::fill,
        &["# dd-heroku: fill\n", "${REDIS_URL", ".port}", ".host}", "instances:\n", "  - ", "init_config:\n"],
    ),
    target(
        "foreign_text",
        apis::foreign_text,
        &["\u{1b}[31m", "\u{1b}]0;", "\u{9b}", "\u{202e}", "\r", "\u{feff}"],
    ),
    target("git_remote", checkout::git_remote, &["git@", "heroku.com", "https://", "ssh://", ".git", "git."]),
    target(
        "heroku_answer",
        apis::heroku_answer,
        &["id", "name", "message", "null", "[]", "{}", "release", "slug", "addon"],
    ),
    target(
        "integration_conf",
        checkout::integration_conf,
        &["instances:\n", "  - ", "init_config:", "#", "- {}", "&a", "*a"],
    ),
    target(
        "keys",
        packages::keys,
        &["-----BEGIN PGP PUBLIC KEY BLOCK-----\n", "-----END PGP PUBLIC KEY BLOCK-----", "\n=", "\u{99}"],
    ),
    target(
        "lint",
        checkout::lint,
        &["datadog/", "instances:\n", "logs:\n", "${", "password: ", "&a ", "*a", "- "],
    ),
    target(
        "list_of_buildpacks",
        checkout::list_of_buildpacks,
        &["https://github.com/DataDog/", "#", "=", ".tar.gz", "/archive/"],
    ),
    target(
        "log_line",
        apis::log_line,
        &["source=web.1", "sample#memory_total=", "MB", " <134>1 ", "\u{1b}[", "#033[", "status=503"],
    ),
    target("masking", apis::masking, &["://", "@", "hunter2canary", "=", "\""]),
    target(
        "netrc",
        checkout::netrc,
        &["machine ", "api.heroku.com", "login ", "password ", "macdef ", "default ", "#"],
    ),
    target("package", packages::package, &["!<arch>\n", "debian-binary", "data.tar", "`\n", "2.0\n"]),
    target(
        "prerun_block",
        checkout::prerun_block,
        &["# >>> dd-heroku ", "# <<< dd-heroku <<<\n", "#!/bin/bash\n", "# skip: ", "\r\n"],
    ),
    target(
        "prerun_script",
        checkout::prerun_script,
        &["<<EOF\n", "$(", "`", "\"", "'", "export ", "if ", "fi\n", "()", "|", "exit"],
    ),
    target("service_url", values::service_url, &["://", "@", ":", "[::1]", "?ssl=true", ",", "%40", "#"]),
    target("slugignore", checkout::slugignore, &["*", "**", "?", "/", "datadog", "*a*a*a*a*a*a"]),
    target("tags", values::tags, &[":", ",", " ", "env:", "dyno:", "\u{130}"]),
    target("tree", packages::tree, &["f ", "d ", "s ", "h ", "../", "./", "a/b", "/", "\n"]),
    target("version", values::version, &["1:", "7.", "~rc.", "-", "v", "_amd64", "latest", "+"]),
    target(
        "xz",
        packages::xz,
        &["\u{fd}7zXZ\0", "YZ", "\u{21}\u{1}\u{16}", "\0\0\0\0", "\u{2}\0\u{21}\u{1}"],
    ),
];

/// Runs the target of that name.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.expect("a target of that name").run)(bytes);
}

/// A secret that no output may have.
const CANARY: &str = "hunter2canary";

/// Text as a reader gets it that reads bytes.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

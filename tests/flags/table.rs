//! Every command with arguments that it runs with, in an order in which each finds something to do.

/// A command, and how to call it.
pub(super) struct Case {
    /// Its name: `config set`.
    pub(super) path: &'static str,
    /// The app that it is run on; empty where it takes none.
    pub(super) app: &'static str,
    /// Its other arguments. `{dir}` is a folder of the test's.
    pub(super) arguments: &'static [&'static str],
    /// Arguments that it fails with. Empty: its own, on an app that does not exist.
    pub(super) failing: &'static [&'static str],
    /// What it reads from standard input.
    pub(super) stdin: &'static str,
}

/// A command without arguments.
const fn case(path: &'static str) -> Case {
    Case { path, app: "", arguments: &[], failing: &[], stdin: "" }
}

impl Case {
    const fn with(mut self, arguments: &'static [&'static str]) -> Self {
        self.arguments = arguments;
        self
    }

    const fn on(mut self, app: &'static str) -> Self {
        self.app = app;
        self
    }

    const fn failing(mut self, arguments: &'static [&'static str]) -> Self {
        self.failing = arguments;
        self
    }

    const fn reading(mut self, stdin: &'static str) -> Self {
        self.stdin = stdin;
        self
    }
}

/// A flag that no command knows.
const UNKNOWN: &[&str] = &["--no-such-flag"];

const NEW_KEY: &str = "0123456789abcdef0123456789ab3f9a";

pub(super) const CASES: &[Case] = &[
    case("init").on("shop").with(&["--no-rebuild"]),
    case("status").on("shop"),
    case("explain").with(&["DDH014"]).failing(&["DDH999"]),
    case("config list").on("shop"),
    case("config get").on("shop").with(&["DD_SITE"]),
    case("config set").on("shop").with(&["DD_ENV=staging", "--no-rebuild"]),
    case("config unset").on("shop").with(&["DD_ENV", "--no-rebuild"]),
    case("config explain").with(&["DD_ENV"]).failing(&["NOPE"]),
    case("buildpacks show").on("shop"),
    case("buildpacks pin").on("shop").with(&["2.44", "--no-rebuild"]),
    case("buildpacks unpin").on("shop").with(&["--no-rebuild"]),
    case("buildpacks fix").on("legacy").with(&["--no-rebuild"]),
    case("doctor").on("legacy").with(&["--fix", "--no-rebuild"]),
    case("versions").on("shop"),
    case("integrations list").on("shop"),
    case("integrations show").with(&["redis"]).failing(&["nope"]),
    case("integrations add").on("shop").with(&["http_check", "--set", "name=a", "--set", "url=http://a"]),
    case("integrations limit").on("shop").with(&["http_check", "--to", "web"]),
    case("integrations remove").on("shop").with(&["http_check"]),
    case("checks new").on("shop").with(&["depth"]),
    case("checks list").on("shop"),
    case("checks lint").on("shop"),
    case("prerun skip").on("shop").with(&["release"]),
    case("prerun version").on("shop").with(&["slug"]),
    case("prerun show").on("shop"),
    case("dbm setup").on("shop"),
    case("dbm check").on("shop"),
    case("docker init").on("shop"),
    case("logs enable").on("shop"),
    case("logs status").on("shop"),
    case("logs disable").on("shop"),
    case("metrics enable").on("shop"),
    case("metrics status").on("shop"),
    case("metrics disable").on("shop"),
    case("metrics preview").with(&["--from", "-"]).failing(&["--from", "{dir}/missing"]),
    case("upgrade").on("shop").with(&["--agent-version", "7.80.0", "--ref", "main"]),
    case("rebuild").on("shop").with(&["--ref", "main", "--force"]),
    case("agent status").on("shop").with(&["--one-off"]),
    case("agent exec").on("shop").with(&["--one-off", "--", "version"]),
    case("agent restart").on("shop"),
    case("agent stop").on("shop"),
    case("agent start").on("shop"),
    case("flare").on("shop").with(&["--output", "{dir}/flare.tar.gz"]),
    case("rotate-key").on("shop").with(&["--api-key-stdin"]).reading(NEW_KEY),
    case("auth login")
        .with(&["--datadog-api-key", "--stdin", "--sandbox"])
        .failing(&["--datadog-api-key", "--stdin"])
        .reading(NEW_KEY),
    case("auth status").failing(&["--site", "nope"]),
    case("auth logout").with(&["--sandbox"]).failing(&["--heroku"]),
    case("remove").on("shop").with(&["--confirm", "shop", "--no-rebuild"]),
    case("completions").with(&["bash"]).failing(&["tcsh"]),
    case("man").with(&["--dir", "{dir}/man"]).failing(&["--dir", "/dev/null/man"]),
    case("sandbox serve").with(&["--port", "0"]).failing(&["--faults", "{dir}/missing"]),
    case("sandbox clone").with(&["shop", "{dir}/copy"]).failing(&["no-such-app"]),
    case("sandbox env").failing(&["--port", "none"]),
    case("sandbox database").with(&["shop"]).failing(&["no-such-app"]),
    case("sandbox reset").failing(UNKNOWN),
    case("sandbox show").failing(UNKNOWN),
    case("sandbox boot").with(&["shop", "--command", "echo booted"]).failing(&["no-such-app"]),
    case("sandbox stand-in").with(&["agent", "version"]),
    case("buildpack detect").failing(UNKNOWN),
    case("buildpack release").failing(UNKNOWN),
    case("buildpack compile")
        .with(&["{dir}/build", "{dir}/cache", "{dir}/env"])
        .failing(&["/dev/null/build", "{dir}/cache"]),
    case("buildpack verify").with(&["{dir}/build"]).failing(&["{dir}/cache"]),
    case("buildpack pack").with(&["--output", "{dir}/pack.tgz", "--binary", "/bin/sh"]).failing(&[
        "--output",
        "{dir}/pack.tgz",
        "--binary",
        "/nonexistent",
    ]),
    case("runtime profile"),
    case("runtime install").with(&["--home", "{dir}/home"]),
    case("runtime prepare"),
    case("runtime start"),
    case("runtime supervise"),
    case("runtime entrypoint").with(&["--", "true"]),
];

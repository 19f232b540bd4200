//! The changing commands, each from a start where it finds something to change.

use super::start::Start;

/// A command, and what it is run on.
pub(super) struct Case {
    /// Its name: `config set`.
    pub(super) path: &'static str,
    pub(super) start: Start,
    pub(super) arguments: &'static [&'static str],
    /// What it reads from standard input.
    pub(super) stdin: &'static str,
}

const fn case(path: &'static str, start: Start, arguments: &'static [&'static str]) -> Case {
    Case { path, start, arguments, stdin: "" }
}

const NEW_KEY: &str = "0123456789abcdef0123456789ab3f9a";

pub(super) const CASES: &[Case] = &[
    case("init", Start::Fresh, &["-a", "shop", "--logs"]),
    case("init", Start::Checkout, &["-a", "shop", "--logs", "--ref", "HEAD"]),
    case("init", Start::Fresh, &["-a", "shop", "-a", "mobile-api", "--logs", "--no-rebuild"]),
    case("init", Start::Fresh, &["-a", "fjord"]),
    case("config set", Start::SetUp, &["-a", "shop", "DD_AGENT_VERSION=7.80.0"]),
    case("config unset", Start::SetUp, &["-a", "shop", "DD_DYNO_HOST"]),
    case("buildpacks pin", Start::SetUp, &["-a", "shop", "2.44"]),
    case("buildpacks unpin", Start::Pinned, &["-a", "shop"]),
    case("buildpacks fix", Start::Fresh, &["-a", "legacy", "--no-rebuild"]),
    case("doctor", Start::Fresh, &["-a", "legacy", "--fix"]),
    case("integrations add", Start::SetUp, &["-a", "shop", "ping", "--set", "host=example.org"]),
    case("integrations limit", Start::SetUp, &["-a", "shop", "http_check", "--to", "web"]),
    case("integrations remove", Start::SetUp, &["-a", "shop", "http_check"]),
    case("checks new", Start::Checkout, &["-a", "shop", "depth"]),
    case("prerun skip", Start::Checkout, &["-a", "shop", "release"]),
    case("prerun version", Start::Checkout, &["-a", "shop", "slug"]),
    case("dbm setup", Start::Database, &["-a", "shop"]),
    case("docker init", Start::Container, &["-a", "imagery"]),
    case("logs enable", Start::Fresh, &["-a", "shop"]),
    case("logs disable", Start::SetUp, &["-a", "shop"]),
    case("metrics enable", Start::Fresh, &["-a", "shop"]),
    case("metrics disable", Start::SetUp, &["-a", "shop"]),
    case("upgrade", Start::SetUp, &["-a", "shop", "--agent-version", "7.80.0"]),
    case("upgrade", Start::Pipeline, &["-a", "shop-staging", "--agent-version", "7.80.0", "--promote"]),
    case("rebuild", Start::Due, &["-a", "shop"]),
    Case { stdin: NEW_KEY, ..case("rotate-key", Start::SetUp, &["-a", "shop", "--api-key-stdin"]) },
    case("remove", Start::SetUp, &["-a", "shop", "--confirm", "shop"]),
];

//! What is typed, in this order: each screen shows the state that the lines before it left.

use super::Machine;

pub(super) fn walk(machine: &mut Machine) {
    help(machine);
    init(machine);
    status_and_doctor(machine);
    config(machine);
    files(machine);
    logs_and_metrics(machine);
    agent(machine);
    rebuilds(machine);
    around(machine);
    errors(machine);
    machine.screen("remove-plan", "remove shop -n --no-rebuild");
    machine.screen("remove-receipt", "remove shop --yes --confirm shop --no-rebuild");
    restart(machine);
}

fn help(machine: &mut Machine) {
    machine.screen("help", "--help");
    machine.screen("help-status", "status -h");
}

fn init(machine: &mut Machine) {
    machine.screen("status-before", "status shop");
    machine.screen("init-plan", "init shop -n --logs --site datadoghq.eu");
    machine.screen("init-plan-json", "init shop --json");
    machine.screen("init-receipt", "init shop --yes");
    machine.screen("init-again", "init shop --yes");
    machine.screen("init-fir", "init fjord -n");
    machine.screen("init-no-terminal", "init mobile-api --no-rebuild");
}

fn status_and_doctor(machine: &mut Machine) {
    machine.screen("status-one", "status shop");
    machine.screen("status-many", "status shop shop-staging mobile-api legacy imagery vault fjord");
    machine.screen("status-pipeline", "status --pipeline shop");
    machine.screen("doctor-well", "doctor shop");
    machine.screen("doctor-legacy", "doctor legacy");
    machine.screen("doctor-fix-plan", "doctor legacy --fix -n --no-rebuild --only DDH005,DDH014,DDH028");
    machine.screen("explain", "explain DDH014");
}

fn config(machine: &mut Machine) {
    machine.screen("config-list", "config list shop");
    machine.screen("config-list-many", "config list shop legacy");
    machine.screen("config-get-secret", "config get DD_API_KEY -a shop");
    machine.screen("config-explain", "config explain DD_APM_ENABLED");
    machine.screen("config-set-plan", "config set DD_ENV=staging 'DD_TAGS=team:web region:eu' -a shop -n");
    machine.screen("config-set-receipt", "config set DD_ENV=staging DD_APM_ENABLED=no -a shop --yes");
    machine.screen("config-set-unknown", "config set DD_SITES=x -a shop -n");
    machine.screen("config-unset-plan", "config unset DD_ENV DD_APM_ENABLED -a shop -n");
    machine.screen("buildpacks-show", "buildpacks show legacy");
    machine.screen("buildpacks-fix-plan", "buildpacks fix legacy -n --no-rebuild");
    machine.screen("buildpacks-pin-plan", "buildpacks pin 2.44 -a shop -n");
    machine.screen("versions", "versions shop legacy");
}

fn files(machine: &mut Machine) {
    machine.screen_in_checkout("integrations-list", "integrations list shop");
    machine.screen_in_checkout("integrations-available", "integrations list --available");
    machine.screen_in_checkout("integrations-show", "integrations show redis");
    machine
        .screen("integrations-add-plan", "integrations add http_check --set name=web --set url=http://a -n");
    machine.screen_in_checkout(
        "integrations-add-receipt",
        "integrations add http_check --set name=web --set url=http://a --yes",
    );
    machine.screen_in_checkout("integrations-limit-plan", "integrations limit http_check --to web -n");
    machine.screen_in_checkout("integrations-remove-plan", "integrations remove http_check -n");
    machine.screen_in_checkout("checks-new-receipt", "checks new depth --yes");
    machine.screen_in_checkout("checks-list", "checks list");
    machine.screen_in_checkout("checks-lint", "checks lint");
    machine.screen_in_checkout("prerun-skip-receipt", "prerun skip run,release --yes");
    machine.screen_in_checkout("prerun-show", "prerun show");
    machine.screen_in_checkout("docker-init-plan", "docker init shop -n");
    machine.screen("dbm-setup-plan", "dbm setup -a shop -n");
    machine.screen("dbm-setup-receipt", "dbm setup -a shop --yes");
    machine.screen("dbm-check", "dbm check -a shop");
}

fn logs_and_metrics(machine: &mut Machine) {
    machine.screen("logs-enable-receipt", "logs enable shop --yes");
    machine.screen("logs-status", "logs status shop legacy fjord");
    machine.screen("logs-disable-plan", "logs disable legacy -n");
    machine.screen("metrics-enable-plan", "metrics enable shop --dashboard -n");
    machine.screen("metrics-enable-receipt", "metrics enable shop --yes");
    machine.screen("metrics-status", "metrics status shop");
    machine.screen("metrics-disable-plan", "metrics disable shop -n");
}

fn agent(machine: &mut Machine) {
    machine.screen("agent-status", "agent status shop --one-off");
    machine.screen("agent-status-json", "agent status shop --one-off --json");
    machine.screen("agent-exec", "agent exec shop --one-off -- version");
    machine.screen("flare", "flare shop");
}

/// At the end: to enter dynos, a feature has to be on, which makes a release.
fn restart(machine: &mut Machine) {
    machine.enable_exec();
    machine.official_cli(
        "[ $5 = worker.1 ] || exec echo restarted agent, trace-agent
        echo 'dd-heroku: cannot restart the Agent: no supervisor runs in this dyno' >&2; exit 1",
    );
    machine.screen("agent-restart", "agent restart shop");
    machine.screen("agent-restart-all", "agent restart shop --all");
    machine.screen("agent-restart-json", "agent restart shop --dyno web.2 --json");
    machine.screen("agent-restart-no-dyno", "agent restart shop --dyno web.9");
}

fn rebuilds(machine: &mut Machine) {
    machine.screen("upgrade-plan", "upgrade shop --agent-version 7.80.0 --buildpack-version 2.44 -n");
    machine.screen("upgrade-receipt", "upgrade shop --agent-version 7.80.0 --yes");
    machine.screen("rebuild-plan", "rebuild shop --clear-cache -n");
    machine.quietly("config set DD_HEROKU_SANDBOX_FAIL_BUILD=1 -a shop --yes --no-rebuild");
    machine.screen("upgrade-failed", "upgrade shop --agent-version 7.81.2 --yes");
    machine.quietly("config unset DD_HEROKU_SANDBOX_FAIL_BUILD -a shop --yes --no-rebuild");
    machine.commit("Procfile", "web: bin/web\nrelease: echo migrating; echo 'no such table' >&2; exit 1\n");
    machine.screen_in_checkout("rebuild-release-failed", "rebuild --ref main --yes");
    machine.quietly("init shop-staging --yes --no-rebuild");
    let promote = "upgrade shop-staging --agent-version 7.80.0 --promote";
    machine.screen("promote-plan", &format!("{promote} -n"));
    machine.screen("promote-receipt", &format!("{promote} --yes"));
    let new_key = [("DD_API_KEY", "0123456789abcdef0123456789abd00d")];
    machine.screen_with("rotate-key-plan", "rotate-key shop mobile-api -n", &new_key);
    machine.screen_with("rotate-key-receipt", "rotate-key shop --yes", &new_key);
}

fn around(machine: &mut Machine) {
    machine.screen("auth-status", "auth status");
    machine.screen("auth-status-nothing", "auth logout --sandbox");
    machine.screen("sandbox-show", "sandbox show");
    machine.screen("sandbox-reset", "sandbox reset");
}

fn errors(machine: &mut Machine) {
    machine.screen("error-app-not-found", "status no-such-app");
    machine.screen("error-app-not-found-json", "status no-such-app --json");
    machine.screen("error-no-app", "status");
    machine.screen("error-unknown-command", "statsu");
    machine.screen("error-unknown-flag", "sandbox reset -n");
    machine.screen("error-unknown-flag-json", "sandbox reset -n --json");
    machine.screen("error-bad-value", "config set DD_TAGS=:billing -a shop --yes");
    machine.screen("error-unknown-version", "upgrade shop --agent-version 7.99.0 --yes");
    machine.screen("error-container", "buildpacks fix imagery --yes");
    machine.screen_with("error-not-signed-in", "status shop", &[("HEROKU_API_KEY", "")]);
    machine.screen_with(
        "error-not-allowed",
        "config set DD_ENV=x -a shop --yes",
        &[("HEROKU_API_KEY", dd_heroku::sandbox::READ_ONLY_TOKEN)],
    );
    machine.screen_with(
        "error-key-refused",
        "init mobile-api --yes",
        &[("DD_API_KEY", "bad0ee00c0ffee00c0ffee00c0ff3f9a")],
    );
    machine.screen_with(
        "error-wrong-site",
        "init mobile-api --yes",
        &[("DD_API_KEY", "e00fee00c0ffee00c0ffee00c0ff3f9a")],
    );
    machine.screen_with("error-unreachable", "status shop", &[("HEROKU_API_URL", "http://127.0.0.1:1")]);
}

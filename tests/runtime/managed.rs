//! The managed block of `prerun.sh` under our runtime: the same outcome as under Datadog's own buildpack.

use dd_heroku::app::prerun::{Block, Version};

use super::{CONF, Home};

const MEMCACHED: &str = "# dd-heroku: fill\ninstances:\n  - url: \"${SERVERS.host}\"\n    port: ${SERVERS.port}\n    password: \"${PASSWORD}\"\n";

fn home(dyno: &str) -> Home {
    let block = Block {
        skip: vec!["run".into()],
        version: Some(Version::Release),
        limits: [("gunicorn".into(), vec!["web".into()])].into(),
        fill: true,
        ..Block::default()
    };
    let home = Home::new()
        .set("DYNO", dyno)
        .set("HEROKU_RELEASE_VERSION", "v41")
        .set("SERVERS", "mc1.example:11211")
        .set("PASSWORD", "${SERVERS.host}\"x")
        .prerun(&block.put_into(None).unwrap());
    home.write("datadog/conf.d/gunicorn.d/conf.yaml", "instances:\n  - proc_name: x\n");
    home.write("datadog/conf.d/mcache.d/conf.yaml", MEMCACHED);
    home
}

#[test]
fn the_managed_block_limits_sets_the_version_and_fills_once() {
    for (dyno, limited) in [("web.1", false), ("worker.1", true)] {
        let home = home(dyno);
        let boot = home.boot();
        assert_eq!(boot.var("DD_VERSION"), Some("v41"), "{}", boot.stderr);
        assert_eq!(!home.path(CONF).join("conf.d/gunicorn.d/conf.yaml").exists(), limited, "{dyno}");
        let text = home.read(&format!("{CONF}/conf.d/mcache.d/conf.yaml"));
        let read: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(
            read["instances"][0],
            serde_json::json!({"url": "mc1.example", "port": 11211, "password": "${SERVERS.host}\"x"}),
            "what a value holds is not filled again"
        );
        assert!(boot.app.unwrap().keys().all(|name| !name.contains("__dd_heroku")));
    }
}

#[test]
fn a_skipped_dyno_starts_no_agent_and_its_app_knows() {
    let home = home("run.1");
    let boot = home.boot();
    assert_eq!(boot.var("DD_TRACE_ENABLED"), Some("false"), "{}", boot.stderr);
    assert!(!home.is_supervised() && home.launches("agent").is_empty());
}

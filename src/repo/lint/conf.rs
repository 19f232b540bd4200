//! The YAML of checks: does it parse, does the Agent know the check, are the options there and of their types.

use serde_json::Value;

use super::{File, Finding, Place};
use crate::datadog::integrations::{self, Integration, Kind, WrongType, conf};
use crate::repo::yaml;

/// Checks of the Agent's package that the catalogue leaves out, since they make no sense on a dyno or run by themselves.
const OTHERS: &str = "\
    activemq agent_metrics aerospike ambari amazon_msk arangodb argocd aspdotnet azure_iot_edge boundary \
    btrfs cacti cassandra cassandra_nodetool ceph cert_manager cilium cisco_aci citrix_hypervisor \
    cloud_foundry_api cloudera confluent_platform container containerd coredns cpu cri crio \
    datadog_cluster_agent disk docker dotnetclr druid ecs_fargate eks_fargate exchange_server \
    external_dns file_handle flink foundationdb gearmand gitlab gitlab_runner glusterfs gpu harbor \
    hazelcast hdfs_datanode hdfs_namenode hive hivemq hudi hyperv ibm_ace ibm_db2 ibm_i ibm_mq ibm_was \
    ignite iis impala io istio jboss_wildfly jmx journald kafka karpenter kong kube_apiserver_metrics \
    kube_dns kube_proxy kubelet kubernetes kubernetes_state kyototycoon linkerd linux_proc_extras load \
    mapr mapreduce marathon marklogic memory mesos_master mesos_slave nagios network network_path \
    nfsstat ntp nvidia_jetson octopus_deploy openldap openstack openstack_controller oracle orchestrator \
    pdh_check postfix powerdns_recursor presto process_agent prometheus proxysql pulsar rethinkdb riak \
    riakcs sap_hana scylla service_discovery sidekiq silk snmp solr sonarqube spark ssh_check statsd \
    strimzi system_core system_swap systemd teamcity tekton telemetry teradata tokumx tomcat torchserve \
    traffic_server uptime varnish vertica voltdb vsphere weaviate weblogic win32_event_log wmi_check \
    yarn";

/// The problems of the configuration of `check`.
pub(super) fn lint(file: &File, check: &str, files: &[File]) -> Vec<Finding> {
    let document = match yaml::read(&file.text) {
        Ok(document) => document,
        Err(unreadable) => {
            let message = format!("not valid YAML, so the check does not run: {}", unreadable.what);
            return vec![Finding::error(file, unreadable.line, message)];
        }
    };
    let mut findings: Vec<_> = unknown_check(file, check, files).into_iter().collect();
    let Some(document) = document.as_object() else {
        findings.push(Finding::error(
            file,
            None,
            "holds no mapping with `instances`, so the check does not run",
        ));
        return findings;
    };
    let instances = match document.get("instances") {
        Some(Value::Array(instances)) if !instances.is_empty() => instances,
        _ if document.contains_key("logs") => return findings,
        _ if document.keys().any(|key| matches!(key.as_str(), "cluster_check" | "ad_identifiers")) => {
            return findings;
        }
        _ => {
            findings.push(Finding::warning(file, None, "has no `instances`, so the check does not run"));
            return findings;
        }
    };
    if let Some(entry) = integrations::of_check(check) {
        let lines = yaml::entry_lines(&file.text, "instances");
        for (n, instance) in instances.iter().enumerate() {
            findings.extend(lint_instance(file, entry, instance, lines.get(n).copied()));
        }
    }
    let asks = conf::asks(&file.text);
    if !asks && instances.iter().any(conf::is_filled) {
        findings.push(
            Finding::error(file, None, "has `${…}` values, but nothing puts config vars in")
                .fix(format!("make `{}` its first line", conf::FILL)),
        );
    }
    if asks && instances.iter().any(conf::is_filled) && !is_filled_at_boot(files) {
        findings.push(
            Finding::warning(
                file,
                None,
                "asks for config vars, and Datadog's own buildpack does not put them in",
            )
            .fix("run `dd-heroku integrations add` again, so that datadog/prerun.sh does"),
        );
    }
    findings
}

/// Whether the block of `prerun.sh` fills files. One that somebody edited is another finding.
fn is_filled_at_boot(files: &[File]) -> bool {
    files.iter().find(|file| Place::of(&file.path) == Place::Prerun).is_some_and(|file| {
        crate::app::prerun::Block::read(&file.text)
            .map_or(true, |block| block.is_some_and(|block| block.fill))
    })
}

fn unknown_check(file: &File, check: &str, files: &[File]) -> Option<Finding> {
    let is_custom = |file: &File| Place::of(&file.path) == Place::Check { check, yaml: false };
    if integrations::of_check(check).is_some_and(|entry| entry.kind != Kind::Community)
        || OTHERS.split(' ').any(|name| name == check)
        || files.iter().any(is_custom)
    {
        return None;
    }
    if integrations::of_check(check).is_some() {
        return None;
    }
    let folder = |name: &str| integrations::find(name).and_then(|entry| entry.check.clone());
    Some(match integrations::near(check).first().and_then(|near| folder(near)) {
        Some(near) => Finding::warning(file, None, format!("the Agent has no check `{check}`"))
            .fix(format!("rename it to `{near}`")),
        None => Finding::info(
            file,
            None,
            format!("`{check}` is not a check of the Agent that this program knows"),
        ),
    })
}

fn lint_instance(file: &File, entry: &Integration, instance: &Value, line: Option<usize>) -> Vec<Finding> {
    let Some(options) = instance.as_object() else {
        return vec![Finding::error(file, line, "an instance is not a mapping of options")];
    };
    let mut findings = Vec::new();
    for option in conf::missing(entry, options) {
        let or = option.or.first().map(|name| format!(" or `{name}`")).unwrap_or_default();
        findings.push(Finding::error(
            file,
            line,
            format!("an instance lacks `{}`{or}, which the check requires", option.name),
        ));
    }
    for (name, value) in options {
        let line = yaml::line_of(&file.text, name, line.unwrap_or(1)).or(line);
        match entry.option(name) {
            Some(kind) if value.is_null() || kind.accepts(value) => {}
            Some(kind) => findings.push(Finding::error(file, line, format!("`{name}`: {}", WrongType(kind)))),
            None => findings.extend(likely_misspelt(entry, name).map(|meant| {
                Finding::warning(file, line, format!("`{name}` is not an option of `{}`", entry.name))
                    .fix(format!("did you mean `{meant}`?"))
            })),
        }
    }
    findings
}

/// The option that `name` is a slip of the pen for. The catalogue does not list every option of a check.
fn likely_misspelt<'e>(entry: &'e Integration, name: &str) -> Option<&'e str> {
    entry
        .option_names()
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(distance, known)| *distance <= known.len() / 6 + usize::from(known.len() >= 4))
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    const REDIS: &str = "datadog/conf.d/redisdb.d/conf.yaml";

    #[test]
    fn yaml_that_does_not_parse_is_named_by_its_line() {
        assert_eq!(
            found(&[(REDIS, "instances:\n  - host: a\n    password: 'x\n")])[0],
            "datadog/conf.d/redisdb.d/conf.yaml:3 error not valid YAML, so the check does not run: unclosed quote"
        );
    }

    #[test]
    fn options_are_checked_by_the_catalogue() {
        let text = "init_config:\ninstances:\n  - host: a\n    port: many\n    tags: x\n  - hots: b\n    port: 1\n    keys: [a]\n";
        assert_eq!(
            found(&[(REDIS, text)]),
            [
                "datadog/conf.d/redisdb.d/conf.yaml:4 error `port`: expected a whole number",
                "datadog/conf.d/redisdb.d/conf.yaml:5 error `tags`: expected a list of texts, such as [a, b]",
                "datadog/conf.d/redisdb.d/conf.yaml:6 error an instance lacks `host`, which the check requires",
                "datadog/conf.d/redisdb.d/conf.yaml:6 warning `hots` is not an option of `redis`",
            ]
        );
        assert_eq!(found(&[(REDIS, "instances:\n  - {host: a, port: 1, something_newer: 1}\n")]), [""; 0]);
        assert_eq!(
            found(&[("datadog/conf.d/mcache.d/conf.yaml", "instances:\n  - socket: /tmp/s\n")]),
            [""; 0]
        );
    }

    #[test]
    fn a_check_that_nobody_has_is_noticed() {
        for (path, text) in [
            ("datadog/conf.d/redis.d/conf.yaml", "warning the Agent has no check `redis`"),
            ("datadog/conf.d/gunicron.d/conf.yaml", "warning the Agent has no check `gunicron`"),
            (
                "datadog/conf.d/frobnicator.d/conf.yaml",
                "info `frobnicator` is not a check of the Agent that this program knows",
            ),
        ] {
            assert_eq!(found(&[(path, "instances:\n  - a: 1\n")]), [format!("{path} {text}")]);
        }
        for path in [
            "datadog/conf.d/disk.d/conf.yaml.default",
            "datadog/conf.d/snmp.d/x.yaml",
            "datadog/conf.d/ping.d/conf.yaml",
        ] {
            assert_eq!(found(&[(path, "instances:\n  - {name: a, host: b}\n")]), [""; 0], "{path}");
        }
    }

    #[test]
    fn a_file_without_instances_runs_nothing() {
        for text in ["", "init_config:\n", "instances:\n", "instances: []\n", "- a\n"] {
            assert_eq!(found(&[(REDIS, text)]).len(), 1, "{text}");
        }
        assert_eq!(found(&[("datadog/conf.d/nginx.d/conf.yaml", "logs:\n  - type: file\n")]), [""; 0]);
    }

    #[test]
    fn values_that_nothing_puts_in_are_noticed() {
        let text = "instances:\n  - {host: \"${U.host}\", port: 1}\n";
        let asking = format!("# dd-heroku: fill\n{text}");
        assert!(
            found(&[(REDIS, text)])[0].contains("error has `${…}` values, but nothing puts config vars in")
        );
        assert!(found(&[(REDIS, &asking)])[0].contains("warning asks for config vars"));
        let block =
            crate::app::prerun::Block { fill: true, ..Default::default() }.put_into(None).expect("a file");
        assert_eq!(found(&[(REDIS, &asking), ("datadog/prerun.sh", &block)]), [""; 0]);
    }
}

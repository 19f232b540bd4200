//! The tree is what `dpkg -x` and the deletions of Datadog's own buildpack leave.

use std::fs;
use std::process::Command;

use super::{Build, HEROKU, listing};
use crate::support::package::{AGENT, File, debian_package};
use crate::support::package_repository::PackageRepository;
use crate::support::run;

/// What Datadog's buildpack does after `dpkg -x`, in words of our own: `$1` the package, `$2` the folder it goes into,
/// `$3` where that folder will be, `$4` the Python that stays, `$5` and `$6` whether trace- and process-agent stay.
const UPSTREAM: &str = r#"
set -eu
mkdir -p "$2"; dpkg -x "$1" "$2"; cd "$2"
a=opt/datadog-agent; e=$a/embedded; s="$e/lib/python*/site-packages"
rm -rf $a/sources $e/share/doc $e/share/man $e/.installed_by_pkg.txt
rm -rf $e/bin/system-probe $e/share/system-probe $e/bin/clang-bpf $e/bin/llc-bpf $e/lib/libbcc* $e/nikos
rm -rf $e/bin/security-agent $e/bin/installer $e/bin/secret-generic-connector $e/sbin/gstatus
rm -rf $e/lib/*.a $e/lib/python*/config*/*.a $s/Cryptodome/SelfTest
for d in $s/botocore/data/*; do case $d in */s3) ;; *) rm -rf "$d" ;; esac; done
for p in kubernetes lxml openstack pysnmp_mibs pyVim pyVmomi cm_client; do rm -rf $s/$p; done
case $4 in
2) rm -rf $e/lib/python3.* $e/lib/libpython3* $e/bin/pip3* $e/bin/python3* $e/bin/pydoc3* ;;
3) rm -rf $e/lib/python2.* $e/lib/libpython2* $e/bin/pip2* $e/bin/python2* $e/bin/pydoc* ;;
esac
[ "$5" = true ] || rm -f $e/bin/trace-agent
[ "$6" = true ] || rm -f $e/bin/process-agent
find . -type f -ipath '*/pkgconfig/*.pc' -exec sed -i "s!^prefix=\(.*\)!prefix=$3\1!" {} +
find . -xtype l -delete
"#;

/// Builds with these config vars and compares with what upstream would have made of the same package.
fn same_as_upstream(version: &str, compression: &str, config: &[(&str, &str)], choices: [&str; 3]) {
    let package = debian_package(HEROKU, version, compression, AGENT);
    let mut repository = PackageRepository::new();
    repository.add(HEROKU, version, package.clone());
    repository.publish();
    let build = config.iter().fold(Build::of(&repository), |build, (name, value)| build.config(name, value));
    build.succeeds();

    fs::write(build.path("package.deb"), package).unwrap();
    let theirs = build.path("theirs");
    let script = Command::new("sh")
        .args(["-c", UPSTREAM, "upstream"])
        .arg(build.path("package.deb"))
        .arg(&theirs)
        .arg(build.apt(""))
        .args(choices)
        .output()
        .unwrap();
    assert!(script.status.success(), "{}", String::from_utf8_lossy(&script.stderr));
    fs::remove_file(build.agent("bin/agent/agent-wrapper")).unwrap();
    let without_slash = |listing: String| listing.replace("/.apt//opt", "/.apt/opt");
    let pkg_config = "opt/datadog-agent/embedded/lib/pkgconfig/x.pc";
    let prefix = format!("prefix={}/opt/datadog-agent/embedded\n", build.path("build/.apt").display());
    assert!(fs::read_to_string(build.apt(pkg_config)).unwrap().starts_with(&prefix));
    for side in [build.apt(pkg_config), theirs.join(pkg_config)] {
        let text = without_slash(fs::read_to_string(&side).unwrap());
        fs::write(&side, text).unwrap();
        run(Command::new("touch").args(["-d", "@0"]).arg(side));
    }
    snapbox::assert_data_eq!(listing(&build.path("build/.apt")), listing(&theirs));
}

#[test]
fn agent_7_is_what_upstream_makes_of_it() {
    same_as_upstream("1:7.81.2-1", "xz", &[], ["3", "true", "true"]);
}

#[test]
fn so_it_is_with_other_choices_and_compressions() {
    let config = [("DD_AGENT_VERSION", "7.60.0"), ("DD_APM_ENABLED", "False\r\n")];
    same_as_upstream("1:7.60.0-1", "zstd", &config, ["3", "false", "false"]);
    let config = [("DD_AGENT_VERSION", "7.60.0"), ("DD_PROCESS_AGENT", "TRUE")];
    same_as_upstream("1:7.60.0-1", "gzip", &config, ["3", "true", "true"]);
}

#[test]
fn so_is_agent_6_with_either_python() {
    let config = [("DD_AGENT_MAJOR_VERSION", "6")];
    same_as_upstream("1:6.53.1-1", "xz", &config, ["2", "true", "false"]);
    let config = [("DD_AGENT_VERSION", "6.53.1"), ("DD_PYTHON_VERSION", "3")];
    same_as_upstream("1:6.53.1-1", "none", &config, ["3", "true", "false"]);
}

#[test]
fn a_file_that_stays_keeps_its_content_though_it_is_a_link_to_one_that_goes() {
    let pruned = "opt/datadog-agent/embedded/bin/installer";
    let stays = "opt/datadog-agent/embedded/bin/stays";
    let files = [
        ("opt/datadog-agent/bin/agent/agent", File::Program("agent\n")),
        (pruned, File::Program("shared\n")),
        (stays, File::HardLinkTo(pruned)),
    ];
    let mut repository = PackageRepository::new();
    repository.add(HEROKU, "1:7.81.2-1", debian_package(HEROKU, "1:7.81.2-1", "xz", &files));
    repository.publish();
    let build = Build::of(&repository);
    for _ in ["cold", "warm"] {
        build.succeeds();
        assert_eq!(fs::read_to_string(build.apt(stays)).unwrap(), "shared\n");
        assert!(!build.apt(pruned).exists());
        fs::remove_dir_all(build.path("build/.apt")).unwrap();
    }
}

#[test]
fn the_process_manager_of_newer_agents_is_left_out() {
    let gone =
        ["embedded/bin/dd-procmgrd", "embedded/bin/dd-procmgr", "processes.d/datadog-agent-process.yaml"];
    let gone = gone.map(|path| format!("opt/datadog-agent/{path}"));
    let mut files = vec![("opt/datadog-agent/bin/agent/agent", File::Program("agent\n"))];
    files.extend(gone.iter().map(|path| (path.as_str(), File::Program("newer\n"))));
    let mut repository = PackageRepository::new();
    repository.add(HEROKU, "1:7.81.2-1", debian_package(HEROKU, "1:7.81.2-1", "xz", &files));
    repository.publish();
    let build = Build::of(&repository);
    build.succeeds();
    assert!(build.agent("bin/agent/agent").exists());
    assert!(gone.iter().all(|path| !build.apt(path).exists()));
    assert!(!build.agent("processes.d").exists());
}

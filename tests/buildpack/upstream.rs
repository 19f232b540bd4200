//! What Datadog's own buildpack (release 2.44) leaves of a package, by a script of our own, to compare with.

use std::fs;
use std::process::Command;

use super::{Build, listing};
use crate::support::package::{File, debian_package};
use crate::support::package_repository::PackageRepository;
use crate::support::run;

/// What it does after `dpkg -x`: `$1` the package, `$2` the folder it goes into, `$3` where that folder will be, `$4` the
/// version, `$5` the Python that stays, `$6` and `$7` whether trace- and process-agent stay. A link of the Agent's by its full
/// path becomes relative here, another one is left out (see docs/upstream-differences.md).
const SCRIPT: &str = r#"
set -eu
mkdir -p "$2"; dpkg -x "$1" "$2"; cd "$2"
a=opt/datadog-agent; e=$a/embedded; s="$e/lib/python*/site-packages"
rm -rf $a/sources $e/share/doc $e/share/man $e/.installed_by_pkg.txt
rm -rf $e/bin/system-probe $e/share/system-probe $e/bin/clang-bpf $e/bin/llc-bpf $e/lib/libbcc* $e/nikos
rm -rf $e/bin/security-agent $e/bin/secret-generic-connector $e/sbin/gstatus
rm -rf $e/lib/*.a $e/lib/python*/config*/*.a $s/Cryptodome/SelfTest
for d in $s/botocore/data/*; do case $d in */s3) ;; *) rm -rf "$d" ;; esac; done
for p in kubernetes lxml openstack pysnmp_mibs pyVim pyVmomi cm_client; do rm -rf $s/$p; done
[ "$6" = true ] || rm -f $e/bin/trace-agent
newer() { [ "$(printf '%s\n' "$1" "$2" | sort -V | tail -n 1)" = "$1" ]; }
case $4 in 6.*) two=6.52.0 none=7 ;; *) two=7.52.0 none=7.68.0 ;; esac
if ! newer "$4" $none; then
  [ "$7" = true ] || rm -f $e/bin/process-agent
  if newer "$4" $two && [ -f $a/bin/agent/core-agent ]; then
    if [ "$7" = true ]; then rm $a/bin/agent/core-agent; else mv -f $a/bin/agent/core-agent $a/bin/agent/agent; fi
  fi
fi
case $5 in
2) rm -rf $e/lib/python3.* $e/lib/libpython3* $e/bin/pip3* $e/bin/python3* $e/bin/pydoc3* ;;
3) rm -rf $e/lib/python2.* $e/lib/libpython2* $e/bin/pip2* $e/bin/python2* $e/bin/pydoc* ;;
esac
# What upstream leaves of newer packages though no dyno starts it (see docs/upstream-differences.md).
rm -f $e/bin/agent-data-plane $e/bin/trace-loader
rm -f $e/bin/2to3 $e/bin/pip $e/ssl/cert.pem $e/bin/installer
find . -type f -ipath '*/pkgconfig/*.pc' -exec sed -i "s!^prefix=\(.*\)!prefix=$3\1!" {} +
rm -f usr/bin/datadog-agent
find . -type l -lname '/*' | while read -r link; do
  target=.$(readlink "$link"); if [ -e "$target" ]; then ln -sfnr "$target" "$link"; fi
done
find . -xtype l -delete
"#;

/// The config vars that matter.
#[derive(Clone, Copy)]
pub(crate) struct Choices<'a> {
    pub(crate) python: Option<&'a str>,
    pub(crate) apm: Option<&'a str>,
    pub(crate) process: Option<&'a str>,
}

pub(crate) const CHOICES: Choices<'static> = Choices { python: None, apm: None, process: None };

/// Builds with these config vars, cold and from the cache, and compares with what upstream makes of the same package.
#[track_caller]
pub(crate) fn same_as_upstream(
    name: &str,
    version: &str,
    compression: &str,
    files: &[(&str, File<'_>)],
    choices: &Choices<'_>,
) {
    let package = debian_package(name, version, compression, files);
    let mut repository = PackageRepository::new();
    repository.add(name, version, package.clone());
    repository.publish();
    let version = version.trim_start_matches("1:");
    let config = [
        ("DD_AGENT_VERSION", Some(version)),
        ("DD_PYTHON_VERSION", choices.python),
        ("DD_APM_ENABLED", choices.apm),
        ("DD_PROCESS_AGENT", choices.process),
    ];
    let build = config
        .iter()
        .filter_map(|(name, value)| Some((name, (*value)?)))
        .fold(Build::of(&repository), |build, (name, value)| build.config(name, value));

    fs::write(build.path("package.deb"), package).unwrap();
    let theirs = build.path("theirs");
    let is = |value: Option<&str>, default: bool| {
        value.map_or(default, |value| value.trim().eq_ignore_ascii_case("true")).to_string()
    };
    let python = if version.starts_with('7') { "3" } else { choices.python.unwrap_or("2") };
    let script = Command::new("sh")
        .args(["-c", SCRIPT, "upstream"])
        .arg(build.path("package.deb"))
        .arg(&theirs)
        .arg(build.apt(""))
        .args([version, python, &is(choices.apm, true), &is(choices.process, false)])
        .output()
        .unwrap();
    assert!(script.status.success(), "{}", String::from_utf8_lossy(&script.stderr));
    let pkg_config = "opt/datadog-agent/embedded/lib/pkgconfig/x.pc";
    let prefix = format!("prefix={}/opt/datadog-agent/embedded\n", build.path("build/.apt").display());
    let same_bytes = |side: &std::path::Path| {
        let file = side.join(pkg_config);
        let text = fs::read_to_string(&file).unwrap().replace("/.apt//opt", "/.apt/opt");
        assert!(text.starts_with(&prefix), "{text}");
        fs::write(&file, text).unwrap();
        run(Command::new("touch").args(["-d", "@0"]).arg(file));
    };
    same_bytes(&theirs);
    let theirs = listing(&theirs);
    for cached in [false, true] {
        assert_eq!(build.succeeds().contains("from the cache"), cached);
        fs::remove_file(build.agent("bin/agent/agent-wrapper")).unwrap();
        same_bytes(&build.apt(""));
        snapbox::assert_data_eq!(listing(&build.path("build/.apt")), theirs.clone());
        fs::remove_dir_all(build.path("build")).unwrap();
        fs::create_dir(build.path("build")).unwrap();
    }
}

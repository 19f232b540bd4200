//! Debian packages: honest ones made by the real `dpkg-deb`, dishonest ones by hand.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use super::run;

/// A file of a package.
#[derive(Clone)]
pub(crate) enum File<'a> {
    Text(&'a str),
    Program(&'a str),
    LinkTo(&'a str),
    HardLinkTo(&'a str),
    Folder,
}

use File::{Folder, HardLinkTo, LinkTo, Program, Text};

/// The files of a small Agent: something of everything that is pruned, and of everything that stays.
pub(crate) const AGENT: &[(&str, File<'static>)] = &[
    ("opt/datadog-agent/bin/agent/agent", Program("#!/bin/sh\necho Agent 7.81.2\n")),
    ("opt/datadog-agent/bin/agent/dist/config.py", Text("dist\n")),
    ("opt/datadog-agent/embedded/bin/trace-agent", Program("trace\n")),
    ("opt/datadog-agent/embedded/bin/process-agent", Program("process\n")),
    ("opt/datadog-agent/embedded/bin/system-probe", Program("probe\n")),
    ("opt/datadog-agent/embedded/bin/security-agent", Program("security\n")),
    ("opt/datadog-agent/embedded/bin/installer", Program("installer\n")),
    ("opt/datadog-agent/embedded/bin/secret-generic-connector", Program("secret\n")),
    ("opt/datadog-agent/embedded/bin/clang-bpf", Program("clang\n")),
    ("opt/datadog-agent/embedded/bin/llc-bpf", Program("llc\n")),
    ("opt/datadog-agent/embedded/bin/python3.13", Program("python3\n")),
    ("opt/datadog-agent/embedded/bin/python3", LinkTo("python3.13")),
    (
        "opt/datadog-agent/embedded/bin/python3.13-again",
        HardLinkTo("opt/datadog-agent/embedded/bin/python3.13"),
    ),
    ("opt/datadog-agent/embedded/bin/pydoc3.13", Program("pydoc\n")),
    ("opt/datadog-agent/embedded/bin/python2.7", Program("python2\n")),
    ("opt/datadog-agent/embedded/bin/pip2", Program("pip2\n")),
    ("opt/datadog-agent/embedded/bin/python", LinkTo("python2.7")),
    ("opt/datadog-agent/embedded/sbin/gstatus", Program("gstatus\n")),
    ("opt/datadog-agent/embedded/lib/libx.so.1.2", Program("shared\n")),
    ("opt/datadog-agent/embedded/lib/libx.so", LinkTo("libx.so.1.2")),
    ("opt/datadog-agent/embedded/lib/libx.a", Text("static\n")),
    ("opt/datadog-agent/embedded/lib/libbcc.so.0", Text("bcc\n")),
    ("opt/datadog-agent/embedded/lib/libpython2.7.so", Text("python2\n")),
    (
        "opt/datadog-agent/embedded/lib/pkgconfig/x.pc",
        Text("prefix=/opt/datadog-agent/embedded\nlibdir=${prefix}/lib\n"),
    ),
    ("opt/datadog-agent/embedded/lib/python2.7/os.py", Text("two\n")),
    ("opt/datadog-agent/embedded/lib/python3.13/os.py", Text("three\n")),
    ("opt/datadog-agent/embedded/lib/python3.13/config-3.13/libpython3.13.a", Text("static\n")),
    ("opt/datadog-agent/embedded/lib/python3.13/site-packages/kubernetes/x.py", Text("k8s\n")),
    ("opt/datadog-agent/embedded/lib/python3.13/site-packages/kubernetes_extra/x.py", Text("stays\n")),
    ("opt/datadog-agent/embedded/lib/python3.13/site-packages/cm_client/x.py", Text("cm\n")),
    ("opt/datadog-agent/embedded/lib/python3.13/site-packages/Cryptodome/SelfTest/t.py", Text("test\n")),
    ("opt/datadog-agent/embedded/lib/python3.13/site-packages/Cryptodome/x.py", Text("stays\n")),
    ("opt/datadog-agent/embedded/lib/python3.13/site-packages/botocore/data/ec2/x.json", Text("{}\n")),
    ("opt/datadog-agent/embedded/lib/python3.13/site-packages/botocore/data/s3/x.json", Text("{}\n")),
    ("opt/datadog-agent/embedded/lib/python3.13/site-packages/datadog_checks/redisdb.py", Text("check\n")),
    ("opt/datadog-agent/embedded/nikos/x", Text("nikos\n")),
    ("opt/datadog-agent/embedded/share/doc/x", Text("doc\n")),
    ("opt/datadog-agent/embedded/share/man/man1/x.1", Text("man\n")),
    ("opt/datadog-agent/embedded/share/system-probe/x.o", Text("ebpf\n")),
    ("opt/datadog-agent/embedded/ssl/cert.pem", LinkTo("certs/cacert.pem")),
    ("opt/datadog-agent/embedded/ssl/certs/cacert.pem", Text("certificates\n")),
    ("opt/datadog-agent/sources/x.tar", Text("sources\n")),
    ("opt/datadog-agent/run", Folder),
    ("etc/datadog-agent/datadog.yaml.example", Text("api_key:\n")),
    ("etc/datadog-agent/conf.d/redisdb.d/conf.yaml.example", Text("instances:\n")),
    ("lib/systemd/system/datadog-agent.service", Text("[Unit]\n")),
    ("usr/bin/datadog-agent", LinkTo("/opt/datadog-agent/bin/agent/agent")),
    ("var/log/datadog", Folder),
];

/// A package of these files, made by `dpkg-deb`.
pub(crate) fn debian_package(
    name: &str,
    version: &str,
    compression: &str,
    files: &[(&str, File<'_>)],
) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    for (path, file) in files {
        write(&root, path, file);
    }
    package_of(name, version, compression, &root)
}

/// A package of what is in a folder, made by `dpkg-deb`.
pub(crate) fn package_of(name: &str, version: &str, compression: &str, root: &Path) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let control = format!(
        "Package: {name}\nVersion: {version}\nArchitecture: amd64\nMaintainer: A Test <test@example.com>\nDescription: an Agent\n"
    );
    write(root, "DEBIAN/control", &Text(&control));
    fs::set_permissions(root, fs::Permissions::from_mode(0o755)).unwrap();
    let package = folder.path().join("package.deb");
    run(Command::new("dpkg-deb")
        .arg("--root-owner-group")
        .arg(format!("-Z{compression}"))
        .arg("--build")
        .arg(root)
        .arg(&package));
    fs::read(package).unwrap()
}

fn write(root: &Path, path: &str, file: &File<'_>) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    match file {
        Text(text) | Program(text) => fs::write(&path, text).unwrap(),
        LinkTo(target) => symlink(target, &path).unwrap(),
        HardLinkTo(target) => fs::hard_link(root.join(target), &path).unwrap(),
        Folder => fs::create_dir_all(&path).unwrap(),
    }
    if let Program(_) = file {
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// A member that no honest tool writes.
pub(crate) struct Member<'a> {
    pub(crate) kind: tar::EntryType,
    pub(crate) path: &'a str,
    pub(crate) target: &'a str,
    pub(crate) content: &'a [u8],
}

/// A package with these members as they are, after some honest files.
pub(crate) fn dishonest_package(honest: usize, members: &[Member<'_>]) -> Vec<u8> {
    let mut files = tar::Builder::new(Vec::new());
    for number in 0..honest {
        let path = format!("./opt/datadog-agent/file-{number}");
        raw(&mut files, tar::EntryType::Regular, &path, "", b"honest");
    }
    for Member { kind, path, target, content } in members {
        raw(&mut files, *kind, path, target, content);
    }
    archive(&[
        ("debian-binary", b"2.0\n"),
        ("control.tar", &[0; 1024]),
        ("data.tar", &files.into_inner().unwrap()),
    ])
}

/// An `ar` archive of these members.
pub(crate) fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ar::Builder::new(Vec::new());
    for (name, content) in members {
        archive.append(&ar::Header::new(name.as_bytes().to_vec(), content.len() as u64), *content).unwrap();
    }
    archive.into_inner().unwrap()
}

/// Writes names into the header as they are: the builder's own functions would refuse them.
fn raw(tar: &mut tar::Builder<Vec<u8>>, kind: tar::EntryType, path: &str, target: &str, content: &[u8]) {
    let mut header = tar::Header::new_gnu();
    header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
    header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_mtime(1_700_000_000);
    header.set_size(content.len() as u64);
    header.set_cksum();
    tar.append(&header, content).unwrap();
}

//! The packages of the stand-in Agent: the files that the build step prunes, those that the runtime needs, and
//! programs that answer on the Agent's ports.

use std::io::{self, Write};

/// What a package holds in addition to its version.
pub(super) struct Contents<'c> {
    pub(super) name: &'c str,
    /// As Debian writes it: `1:7.81.2-1`.
    pub(super) version: &'c str,
}

/// The Agent's own program; it runs the sandbox's stand-in.
const AGENT: &str = include_str!("agent/agent.sh");
const OTHER_AGENT: &str = include_str!("agent/other-agent.sh");
const EXAMPLE: &str = include_str!("agent/datadog.yaml.example");

/// The checks that read the machine: they are on by default.
const HOST_CHECKS: [&str; 9] =
    ["cpu", "disk", "file_handle", "io", "load", "memory", "network", "ntp", "uptime"];

/// What makes an Agent large, here as files of nothing.
const KEPT: [(&str, usize); 3] = [
    ("opt/datadog-agent/embedded/lib/libdatadog-agent-rtloader.so", 2_500_000),
    ("opt/datadog-agent/embedded/lib/libpython3.13.so.1.0", 1_800_000),
    ("opt/datadog-agent/embedded/lib/python3.13/site-packages/stand_in.bin", 1_200_000),
];

/// What pip recorded of the Python packages, with a file of each: a slim build leaves the second out.
const PYTHON_PACKAGES: [(&str, &str); 2] =
    [("datadog_checks_base", "datadog_checks/base.py"), ("stand_in", "stand_in.bin")];

/// What the build step leaves out, likewise.
const PRUNED: [(&str, usize); 8] = [
    ("opt/datadog-agent/sources/agent.tar", 4_000_000),
    ("opt/datadog-agent/embedded/share/doc/README", 900_000),
    ("opt/datadog-agent/embedded/share/man/man1/agent.1", 600_000),
    ("opt/datadog-agent/embedded/share/system-probe/ebpf/tracer.o", 1_200_000),
    ("opt/datadog-agent/embedded/bin/system-probe", 2_000_000),
    ("opt/datadog-agent/embedded/bin/security-agent", 1_500_000),
    ("opt/datadog-agent/embedded/lib/libpython3.a", 1_000_000),
    ("opt/datadog-agent/embedded/nikos/rpm", 800_000),
];

impl Contents<'_> {
    /// The package's file.
    pub(super) fn build(&self) -> io::Result<Vec<u8>> {
        let control = format!(
            "Package: {}\nVersion: {}\nArchitecture: amd64\nMaintainer: dd-heroku sandbox <sandbox@localhost>\n\
             Installed-Size: 2000\nDescription: stand-in for the Datadog Agent\n",
            self.name, self.version
        );
        let mut tree = Tree::new();
        tree.file("./control", 0o644, control.as_bytes())?;
        let control = tree.finish()?;
        let mut package = ar::Builder::new(Vec::new());
        let data = self.data()?;
        let members: [(&[u8], &[u8]); 3] =
            [(b"debian-binary", b"2.0\n"), (b"control.tar.zst", &control), (b"data.tar.zst", &data)];
        for (name, content) in members {
            package.append(&ar::Header::new(name.to_vec(), content.len() as u64), content)?;
        }
        package.into_inner()
    }

    /// `7.81.2`: without epoch and revision.
    fn bare_version(&self) -> &str {
        let version = self.version.split_once(':').map_or(self.version, |(_, rest)| rest);
        version.rsplit_once('-').map_or(version, |(version, _)| version)
    }

    fn data(&self) -> io::Result<Vec<u8>> {
        let mut tree = Tree::new();
        let agent = AGENT.replace("@VERSION@", self.bare_version());
        let [trace, process] =
            ["trace-agent", "process-agent"].map(|name| OTHER_AGENT.replace("@NAME@", name));
        let programs = [
            ("bin/agent/agent", agent.as_str()),
            ("embedded/bin/trace-agent", trace.as_str()),
            ("embedded/bin/process-agent", process.as_str()),
            ("embedded/bin/python3", "#!/bin/sh\nexit 0\n"),
            ("embedded/bin/pip3", "#!/bin/sh\nexit 0\n"),
        ];
        for (path, text) in programs {
            tree.file(&format!("./opt/datadog-agent/{path}"), 0o755, text.as_bytes())?;
        }
        let stem = "./opt/datadog-agent/embedded";
        tree.file(
            &format!("{stem}/lib/python3.13/site-packages/datadog_checks/base.py"),
            0o644,
            b"# stand-in\n",
        )?;
        for (package, files) in PYTHON_PACKAGES {
            let info = format!("{package}-1.0.dist-info");
            let texts = [
                ("METADATA", format!("Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")),
                ("RECORD", format!("{files},,\n{info}/METADATA,,\n{info}/RECORD,,\n")),
            ];
            for (name, text) in texts {
                let path = format!("{stem}/lib/python3.13/site-packages/{info}/{name}");
                tree.file(&path, 0o644, text.as_bytes())?;
            }
        }
        tree.file(&format!("{stem}/ssl/certs/cacert.pem"), 0o644, b"# stand-in\n")?;
        tree.file("./etc/datadog-agent/datadog.yaml.example", 0o644, EXAMPLE.as_bytes())?;
        for check in HOST_CHECKS {
            let path = format!("./etc/datadog-agent/conf.d/{check}.d/conf.yaml.default");
            tree.file(&path, 0o644, b"init_config:\n\ninstances:\n  - {}\n")?;
        }
        for (path, size) in KEPT.iter().chain(&PRUNED) {
            tree.file(&format!("./{path}"), 0o644, &vec![0; *size])?;
        }
        tree.finish()
    }
}

/// A zstd-compressed tar, as dpkg-deb makes one: owned by root, times of the epoch's kind.
struct Tree(tar::Builder<zstd::Encoder<'static, Vec<u8>>>);

impl Tree {
    fn new() -> Self {
        // Writing to memory cannot fail, and level 1 is a level.
        let encoder = zstd::Encoder::new(Vec::new(), 1).expect("an encoder into memory");
        Self(tar::Builder::new(encoder))
    }

    fn file(&mut self, path: &str, mode: u32, content: &[u8]) -> io::Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(mode);
        header.set_mtime(1_767_225_600);
        self.0.append_data(&mut header, path, content)
    }

    fn finish(self) -> io::Result<Vec<u8>> {
        let mut encoder = self.0.into_inner()?;
        encoder.flush()?;
        encoder.finish()
    }
}

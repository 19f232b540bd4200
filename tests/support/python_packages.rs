//! Python packages as pip leaves them in an Agent, made up.

/// A package: its name, what it needs, its modules with their source.
pub(crate) struct PythonPackage<'a> {
    pub(crate) name: &'a str,
    pub(crate) needs: &'a [&'a str],
    /// Paths below `site-packages`.
    pub(crate) files: &'a [(&'a str, &'a str)],
}

/// Where the Agent has them.
pub(crate) const SITE: &str = "opt/datadog-agent/embedded/lib/python3.13/site-packages";

/// The Agent's Python: this machine's, with the packages of the slug and no others.
pub(crate) const PYTHON: &str = "#!/bin/sh
here=$(cd \"$(dirname \"$0\")\" && pwd)
for lib in \"$here\"/../lib/python3.*; do :; done
PYTHONPATH=$PYTHONPATH:$lib/site-packages exec python3 -S \"$@\"
";

impl PythonPackage<'_> {
    /// Its files in the Agent's package, with pip's records.
    pub(crate) fn files(&self) -> Vec<(String, String)> {
        let info = format!("{}-1.0.dist-info", self.name.replace('-', "_"));
        let needs: String =
            self.needs.iter().fold(String::new(), |all, need| all + "Requires-Dist: " + need + "\n");
        let metadata =
            format!("Metadata-Version: 2.1\nName: {}\nVersion: 1.0\n{needs}\nIt is made up.\n", self.name);
        let mut files: Vec<(String, String)> =
            self.files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        files.push((format!("{info}/METADATA"), metadata));
        let record = files.iter().fold(String::new(), |all, (path, _)| all + path + ",sha256=x,1\n");
        files.push((format!("{info}/RECORD"), record + &format!("{info}/RECORD,,\n")));
        files.into_iter().map(|(path, text)| (format!("{SITE}/{path}"), text)).collect()
    }
}

//! Syntax that only its own interpreter can judge: bash and, where one is installed, Python 3. Nothing is run of the
//! files, and nothing of them is shown.

use std::time::Duration;

use super::Checkout;
use super::lint::{File, Finding};
use crate::app::conf_folder::ConfFolder;
use crate::program;

const WITHIN: Duration = Duration::from_secs(10);

/// Prints the line of the first error; takes the file's name as its argument.
const PYTHON: &str = "\
import ast, sys
try:
    ast.parse(open(sys.argv[1], 'rb').read())
except SyntaxError as error:
    print(error.lineno or 1)
    sys.exit(1)
";

impl Checkout {
    /// The files that their interpreter cannot read, with the line.
    pub fn syntax_errors(&self, folder: &ConfFolder, files: &[File]) -> Vec<Finding> {
        files.iter().filter_map(|file| self.syntax_error(folder, file)).collect()
    }

    fn syntax_error(&self, folder: &ConfFolder, file: &File) -> Option<Finding> {
        let place = self.root().join(folder.real(&file.path));
        let path = place.to_str()?;
        let (what, line) = match file.path.rsplit_once('.')?.1 {
            "py" if file.path.starts_with("datadog/checks.d/") => {
                // -I: no module of the folder it is run in takes the place of Python's own.
                let output = self.interpreted("python3", &["-I", "-c", PYTHON, path])?;
                ("Python", String::from_utf8(output.stdout).ok()?.trim().parse().ok()?)
            }
            "sh" if file.path == crate::app::prerun::PATH => {
                let output = self.interpreted("bash", &["-n", path])?;
                let line =
                    output.stderr.split("line ").nth(1).and_then(|rest| rest.split(':').next()?.parse().ok());
                ("bash", line.unwrap_or(1))
            }
            _ => return None,
        };
        Some(Finding::syntax(file, line, what))
    }

    /// What an interpreter said of a file it could not read.
    fn interpreted(&self, program: &str, arguments: &[&str]) -> Option<program::Output> {
        let output = program::run(&mut program::command(&self.env, program, arguments), WITHIN).ok()?;
        (!output.status.success()).then_some(output)
    }
}

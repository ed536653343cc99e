//! Finds and runs the programs of a language's toolchain.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use super::Error;
use super::language::Language;

/// Where a project keeps programs of its own, which win over those of the system.
const OWN: [&str; 2] = [".venv/bin", "node_modules/.bin"];

/// A program that a language is built with.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// How it is called.
    pub name: &'static str,
    /// Whose it is.
    pub language: Language,
    /// How to install it.
    pub remedy: &'static str,
}

impl Program {
    /// A command that runs it in `folder`: the project's own, else that of the system.
    pub fn command(self, folder: &Path) -> Command {
        let own = OWN.map(|own| folder.join(own).join(self.name));
        let program = own.into_iter().find(|path| path.is_file());
        // Relative to this process, not to `folder`, where it is going to run.
        let program = program.and_then(|path| std::path::absolute(path).ok());
        let mut command = Command::new(program.unwrap_or_else(|| PathBuf::from(self.name)));
        command.current_dir(folder);
        command
    }

    /// Runs `command`, made by [`Program::command`], until it ends well. What it says goes to
    /// stderr, since stdout is for results.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] or [`Error::Toolchain`].
    pub fn run(self, command: &mut Command) -> Result<(), Error> {
        command.stdin(Stdio::null()).stdout(std::io::stderr());
        let status = command.status().map_err(|error| self.not_started(error))?;
        self.check(status)
    }

    /// The same, and returns what it wrote to stdout.
    ///
    /// # Errors
    ///
    /// As for [`Program::run`].
    pub fn read(self, command: &mut Command) -> Result<Vec<u8>, Error> {
        command.stdin(Stdio::null()).stderr(Stdio::inherit());
        let output = command.output().map_err(|error| self.not_started(error))?;
        self.check(output.status)?;
        Ok(output.stdout)
    }

    /// Looks whether it starts in `folder`, however it then ends.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`].
    pub fn look(self, folder: &Path) -> Result<(), Error> {
        let mut command = self.command(folder);
        let quiet = Stdio::null;
        command.stdin(quiet()).stdout(quiet()).stderr(quiet());
        let started = command.arg("--version").status();
        started.map(drop).map_err(|error| self.not_started(error))
    }

    fn not_started(self, error: std::io::Error) -> Error {
        if error.kind() == ErrorKind::NotFound {
            Error::Missing {
                language: self.language,
                program: self.name,
                remedy: self.remedy,
            }
        } else {
            Error::file(self.name)(error)
        }
    }

    fn check(self, status: ExitStatus) -> Result<(), Error> {
        if status.success() {
            return Ok(());
        }
        Err(Error::Toolchain {
            program: self.name.to_owned(),
            code: status.code(),
        })
    }
}

//! The value of a secret: where it is read, and what cannot be one.

use std::fs::{self, File};
use std::io::{Error, ErrorKind, Read};
use std::path::Path;

use super::is_sendable;
use crate::config::check::Check;
use crate::config::check::read::{Fields, Spot};
use crate::config::env;
use crate::policy::Secret;

/// Shortest value; a shorter one would be found, and removed, everywhere in a response.
const BYTES_MIN: usize = 4;

/// Largest value, and largest file of one.
const BYTES_MAX: usize = 64 * 1024;

const FROM_REMEDY: &str =
    "write `env:NAME`, `file:PATH`, or `dir:PATH` for the file `name` in that folder";

impl Check<'_> {
    /// The value from where `from` says.
    pub(super) fn secret_value(
        &mut self,
        fields: &Fields<'_>,
        name: Option<&str>,
    ) -> Option<Secret> {
        let Some(spot) = fields.get("from") else {
            self.required(fields, "from");
            return None;
        };
        let text = spot.node.text().unwrap_or_default();
        let value = match text.split_once(':') {
            Some(("env", variable)) if is_variable(variable) => {
                self.secret_variable(&spot, variable)
            }
            Some(("file", path)) if !path.is_empty() => {
                let path = self.located(path);
                self.secret_file(&spot, &path)
            }
            // Without a name, that is the problem.
            Some(("dir", path)) if !path.is_empty() => {
                let path = self.located(path).join(name?);
                self.secret_file(&spot, &path)
            }
            _ => {
                self.problem(&spot, "the value says no place of a secret", FROM_REMEDY);
                None
            }
        }?;
        if let Some(message) = fault(&value) {
            let remedy =
                "store a value of 4 or more visible ASCII characters, as a header carries it";
            self.problem(&spot, message, remedy);
            return None;
        }
        Some(Secret::new(value))
    }

    fn secret_variable(&mut self, spot: &Spot<'_>, variable: &str) -> Option<String> {
        let value = env::variable(self.environment, variable);
        if value.is_none() {
            let named = match spot.node.substituted {
                Some(_) => spot.node.shown(),
                None => format!("`{variable}`"),
            };
            let message = format!("environment variable {named} is not set or empty");
            self.problem(spot, message, "set it, or remove the secret");
        }
        value
    }

    fn secret_file(&mut self, spot: &Spot<'_>, path: &Path) -> Option<String> {
        let message = match text_of(path) {
            Ok(text) => return Some(text),
            Err(reason) => format!("the file of the secret {reason}"),
        };
        let remedy = "make it a text file of at most 64 KiB that this user may read; relative paths start at the folder of this file";
        self.problem(spot, message, remedy);
        None
    }
}

/// Why no header can carry `value`.
fn fault(value: &str) -> Option<&'static str> {
    if value.len() < BYTES_MIN {
        return Some("the secret is shorter than 4 bytes");
    }
    if value.len() > BYTES_MAX {
        return Some("the secret is longer than 64 KiB");
    }
    if value.ends_with(['\n', '\r']) {
        return Some("the secret ends with a line break");
    }
    if !value.bytes().all(is_sendable) {
        return Some("the secret holds what is no visible ASCII character");
    }
    // Servers strip it, and would then not be sent what is searched for in their answers.
    (value.trim() != value).then_some("the secret begins or ends with a space")
}

/// Whether a shell could set a variable of this name.
fn is_variable(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !text.is_empty() && text.bytes().all(is_allowed) && !text.as_bytes()[0].is_ascii_digit()
}

/// The text of a file without the line break at its end, or what is wrong with the file.
fn text_of(path: &Path) -> Result<String, String> {
    let reason = |error: Error| match error.kind() {
        ErrorKind::NotFound => "does not exist".to_owned(),
        kind => format!("cannot be read: {kind}"),
    };
    // Opening a pipe would wait for somebody to write to it.
    if !fs::metadata(path).map_err(reason)?.is_file() {
        return Err("is no file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(reason)?;
    let read = file.take(BYTES_MAX as u64 + 1).read_to_end(&mut bytes);
    read.map_err(reason)?;
    if bytes.len() > BYTES_MAX {
        return Err("is larger than 64 KiB".to_owned());
    }
    let mut text = String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())?;
    let line = text
        .strip_suffix('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line));
    if let Some(line) = line {
        text.truncate(line.len());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use crate::config::check::tests::{Folder, granted, problems, read};

    fn secrets(entry: &str) -> String {
        granted(&format!(
            "{{network: [{{host: api.example.com}}], secrets: [{entry}]}}"
        ))
    }

    #[test]
    fn a_secret_comes_from_a_variable_a_file_or_a_folder() {
        let folder = Folder::new("sources");
        let file = folder.write("API_KEY", "from file\n");
        folder.write("windows", "from file\r\n");
        let dir = folder.path().display();
        for (from, name, expected) in [
            ("env:KEY".to_owned(), "K", "hunter2hunter2"),
            (format!("file:{}", file.display()), "K", "from file"),
            (format!("file:{dir}/windows"), "K", "from file"),
            ("file:~/API_KEY".to_owned(), "K", "from file"),
            (format!("dir:{dir}"), "API_KEY", "from file"),
        ] {
            let text = secrets(&format!(
                "{{name: {name}, from: '{from}', send_to: api.example.com}}"
            ));
            let home = folder.path().to_string_lossy().into_owned();
            let config = read(&text, &[("KEY", "hunter2hunter2"), ("HOME", &home)]);
            let config = config.unwrap_or_else(|problems| panic!("{problems}"));
            let secret = &config.providers[0].grants.secrets[0];
            assert_eq!(secret.value.reveal(), expected, "{from}");
            assert_eq!(
                (&*secret.name, &*secret.header, &*secret.prefix),
                (name, "authorization", "")
            );
            let shown = format!("{config:?}");
            assert!(
                !shown.contains("hunter2") && !shown.contains("from file"),
                "{shown}"
            );
        }
        let text = secrets(
            "{name: k, from: 'env:KEY', send_to: api.example.com, as: header, header: X-Api-Key, prefix: 'Token '}",
        );
        let config = read(&text, &[("KEY", "hunter2hunter2")]).unwrap();
        let secret = &config.providers[0].grants.secrets[0];
        assert_eq!((&*secret.header, &*secret.prefix), ("x-api-key", "Token "));
        assert_eq!(secret.send_to.to_string(), "api.example.com");
        assert!(
            !serde_json::to_string(&config.providers[0].config)
                .unwrap()
                .contains("hunter2")
        );
    }

    #[test]
    fn a_secret_that_cannot_be_sent_is_a_problem() {
        let folder = Folder::new("unsendable");
        folder.write("twice", "hunter2\n\n");
        folder.write("large", &"x".repeat(70_000));
        folder.write("empty", "\n");
        let path = |name: &str| format!("file:{}", folder.path().join(name).display());
        for (from, value, message) in [
            (
                "env:OTHER",
                "",
                "environment variable `OTHER` is not set or empty",
            ),
            (
                "env:KEY",
                "",
                "environment variable `KEY` is not set or empty",
            ),
            ("env:KEY", "abc", "shorter than 4 bytes"),
            ("env:KEY", "hunter2\n", "ends with a line break"),
            ("env:KEY", "hun\nter2", "no visible ASCII character"),
            ("env:KEY", "hünter2", "no visible ASCII character"),
            ("env:KEY", " hunter2", "begins or ends with a space"),
            (&path("twice"), "", "ends with a line break"),
            (&path("empty"), "", "shorter than 4 bytes"),
            (&path("large"), "", "is larger than 64 KiB"),
            (&path("none"), "", "does not exist"),
            ("file:/", "", "is no file"),
            ("file:/dev/zero", "", "is no file"),
            ("dir:/nowhere", "", "does not exist"),
            ("file:", "", "says no place of a secret"),
            ("env:", "", "says no place of a secret"),
            ("env:hunter-2", "", "says no place of a secret"),
            ("hunter2", "", "says no place of a secret"),
            ("vault:hunter2", "", "says no place of a secret"),
        ] {
            let text = secrets(&format!(
                "{{name: k, from: '{from}', send_to: api.example.com}}"
            ));
            let found = problems(&text, &[("KEY", value)]);
            assert_eq!(found.len(), 1, "{from} {value:?}: {found:?}");
            assert!(found[0].contains(message), "{from} {value:?}: {found:?}");
            assert!(
                !found[0].contains("hunter") && !found[0].contains("abc"),
                "{found:?}"
            );
        }
    }
}

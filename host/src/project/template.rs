//! Makes the folder of a new project out of what the binary carries of `sdk/`.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::Error;
use super::language::{Contract, Language};
use super::name::ProjectName;

/// Where the contract is in a typed project.
const CONTRACT: (&str, &str) = ("wit/tool/", "wit/deps/tool/");

/// What was made.
#[derive(Debug)]
pub struct Created {
    /// The files, relative to the folder, without those of the library.
    pub files: Vec<PathBuf>,
    /// The folder of the SDK's library in there, if the project needs one.
    pub library: Option<&'static str>,
}

/// What a project is made of: prefixes of paths in the repository, each with the folder in the
/// project that they become.
struct Parts {
    template: &'static str,
    library: Option<(&'static str, &'static str)>,
    contract: Option<(&'static str, &'static str)>,
}

/// Writes a new project called `name` into `folder`, which must not exist or be empty. `sdk` is
/// the archive of templates, libraries and contract that `make build` makes.
///
/// # Errors
///
/// [`Error::NotEmpty`], [`Error::NotTyped`], or [`Error::File`].
pub fn create(
    folder: &Path,
    name: &ProjectName,
    kind: (Language, Contract),
    sdk: &[u8],
) -> Result<Created, Error> {
    let parts = parts(kind.0, kind.1)?;
    match std::fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => {}
        Ok(false) => return Err(Error::NotEmpty(folder.to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(Error::file(folder)(error)),
    }
    let mut files = Vec::new();
    let archive = || Error::file("the SDKs in this program");
    for (path, content) in read(sdk).map_err(archive())? {
        if let Some(inside) = path.strip_prefix(parts.template) {
            let inside = PathBuf::from(fill(inside, name));
            match std::str::from_utf8(&content) {
                Ok(text) => write(&folder.join(&inside), fill(text, name).as_bytes())?,
                Err(_) => write(&folder.join(&inside), &content)?,
            }
            files.push(inside);
        }
        for (from, to) in parts.library.iter().chain(&parts.contract) {
            if let Some(inside) = path.strip_prefix(from) {
                write(&folder.join(to).join(inside), &content)?;
            }
        }
    }
    Ok(Created {
        files,
        library: parts.library.map(|(_, to)| to),
    })
}

/// Each file of an archive: its path in the repository, and what is in it.
fn read(archive: &[u8]) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in tar::Archive::new(archive).entries()? {
        let mut entry = entry?;
        if entry.header().entry_type().is_file() {
            let path = entry.path()?.to_string_lossy().into_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            files.push((path, content));
        }
    }
    Ok(files)
}

fn parts(language: Language, contract: Contract) -> Result<Parts, Error> {
    let (template, library) = match (language, contract) {
        (Language::Rust, Contract::Provider) => (
            "sdk/rust/template/",
            Some(("sdk/rust/toolhost-sdk/", "toolhost-sdk/")),
        ),
        (Language::Rust, Contract::Typed) => ("sdk/rust/template-typed/", None),
        (Language::Python, Contract::Provider) => (
            "sdk/python/template/",
            Some(("sdk/python/toolhost_sdk/", "toolhost_sdk/")),
        ),
        (Language::Python, Contract::Typed) => ("sdk/python/template-typed/", None),
        (Language::JavaScript, Contract::Provider) => (
            "sdk/js/template/",
            Some(("sdk/js/toolhost-sdk/", "toolhost-sdk/")),
        ),
        (Language::TypeScript, Contract::Provider) => (
            "sdk/js/template-ts/",
            Some(("sdk/js/toolhost-sdk/", "toolhost-sdk/")),
        ),
        (Language::JavaScript, Contract::Typed) => (
            "sdk/js/template-typed/",
            Some(("sdk/js/toolhost-sdk/", "toolhost-sdk/")),
        ),
        (Language::Go, Contract::Provider) => {
            ("sdk/go/template/", Some(("sdk/go/toolhost/", "toolhost/")))
        }
        (Language::C, Contract::Provider) => {
            ("sdk/c/template/", Some(("sdk/c/toolhost/", "toolhost/")))
        }
        (Language::TypeScript | Language::Go | Language::C, Contract::Typed) => {
            return Err(Error::NotTyped { language });
        }
    };
    Ok(Parts {
        template,
        library,
        contract: (contract == Contract::Typed).then_some(CONTRACT),
    })
}

/// `text` with the name in place of its marks.
fn fill(text: &str, name: &ProjectName) -> String {
    text.replace("{{name}}", &name.to_string())
        .replace("{{snake}}", &name.snake())
}

fn write(path: &Path, content: &[u8]) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
    }
    std::fs::write(path, content).map_err(Error::file(path))
}

//! What a component says it needs, carried in a custom section of our own.
//!
//! It is about rights, so nothing in it is passed over: whatever cannot be read in full and
//! for certain is an error, and the component is not loaded.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Error, section};
use crate::policy::{
    Access, FileNeed, HostPattern, Needs, NetworkNeed, PathPattern, Scheme, method_is_refused,
};

/// The name of the custom section.
const SECTION: &str = "toolhost:manifest";
/// The section's format.
const VERSION: u64 = 1;
/// Largest section accepted, in bytes.
const BYTES_MAX: usize = 64 * 1024;
/// Most entries of one list.
const ENTRIES_MAX: usize = 256;
/// Longest text, in bytes.
const TEXT_MAX: usize = 1024;

/// Reads what the component `wasm` declares; `None` if it carries no manifest, which is not
/// the same as one that declares nothing.
///
/// Fails if there are two manifests, or one that is broken, too large, of another version or
/// says something unknown.
pub fn read_needs(wasm: &[u8]) -> Result<Option<Needs>, Error> {
    match section::read(wasm, SECTION)?.as_slice() {
        [] => Ok(None),
        [content] => parse(content).map(Some).map_err(broken),
        several => Err(broken(format_args!("there are {}", several.len()))),
    }
}

/// Writes `needs` into the component `wasm`, in place of any manifest that it carries.
///
/// Fails if the result could not be read back.
pub fn embed_needs(wasm: &[u8], needs: &Needs) -> Result<Vec<u8>, Error> {
    let text = serde_json::to_vec(&Manifest::from(needs));
    let text = text.map_err(broken)?;
    if parse(&text).map_err(broken)? != *needs {
        return Err(broken("it would be read back as another one"));
    }
    section::replace(wasm, SECTION, &text)
}

fn broken(why: impl fmt::Display) -> Error {
    Error::Manifest(format!("the component's manifest is broken: {why}"))
}

fn parse(content: &[u8]) -> Result<Needs, String> {
    if content.len() > BYTES_MAX {
        return Err(format!("it has more than {BYTES_MAX} bytes"));
    }
    let value: Value = serde_json::from_slice(content).map_err(|error| error.to_string())?;
    // Before the rest, so that a newer manifest is called that and not one with unknown keys.
    match value["version"].as_u64() {
        Some(VERSION) => {}
        Some(other) => {
            return Err(format!(
                "it has version {other}, and this host reads version {VERSION}"
            ));
        }
        None => return Err("it has no version".to_owned()),
    }
    // serde would take a list of values for a map.
    let lists = ["network", "files"].map(|list| value[list].as_array());
    if !lists.into_iter().flatten().flatten().all(Value::is_object) {
        return Err("an entry of `network` or `files` is no map".to_owned());
    }
    let manifest: Manifest = serde_json::from_slice(content).map_err(|error| error.to_string())?;
    manifest.try_into()
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    version: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    network: Vec<Network>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    files: Vec<Folder>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    env: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    config: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keyvalue: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Network {
    host: String,
    schemes: Option<Vec<String>>,
    methods: Option<Vec<String>>,
    path: Option<String>,
    ports: Option<Vec<u16>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Folder {
    guest: String,
    access: String,
}

impl From<&Needs> for Manifest {
    fn from(needs: &Needs) -> Manifest {
        let network = needs.network.iter().map(|need| Network {
            host: need.host.to_string(),
            schemes: Some(need.schemes.iter().map(|s| s.as_str().to_owned()).collect()),
            methods: Some(need.methods.clone()),
            path: Some(need.path.to_string()),
            ports: Some(need.ports.clone()),
        });
        let files = needs.files.iter().map(|need| Folder {
            guest: need.guest.clone(),
            access: match need.access {
                Access::Read => "read".to_owned(),
                Access::Write => "write".to_owned(),
            },
        });
        Manifest {
            version: VERSION,
            network: network.collect(),
            files: files.collect(),
            env: needs.env.clone(),
            secrets: needs.secrets.clone(),
            config: needs.config.clone(),
            keyvalue: needs.keyvalue.clone(),
        }
    }
}

impl TryFrom<Manifest> for Needs {
    type Error = String;

    fn try_from(manifest: Manifest) -> Result<Needs, String> {
        Ok(Needs {
            network: each("network", manifest.network, network)?,
            files: each("files", manifest.files, folder)?,
            env: each("env", manifest.env, variable)?,
            secrets: each("secrets", manifest.secrets, text)?,
            config: each("config", manifest.config, text)?,
            keyvalue: manifest.keyvalue.map(text).transpose()?,
        })
    }
}

fn each<T, U>(
    list: &str,
    entries: Vec<T>,
    read: impl Fn(T) -> Result<U, String>,
) -> Result<Vec<U>, String> {
    if entries.len() > ENTRIES_MAX {
        return Err(format!("`{list}` has more than {ENTRIES_MAX} entries"));
    }
    entries.into_iter().map(read).collect()
}

fn network(network: Network) -> Result<NetworkNeed, String> {
    let schemes = match network.schemes {
        Some(schemes) => some("schemes", each("schemes", schemes, |text| scheme(&text))?)?,
        None => vec![Scheme::Https],
    };
    let methods = match network.methods {
        Some(methods) => some("methods", each("methods", methods, method)?)?,
        None => vec!["GET".to_owned(), "HEAD".to_owned()],
    };
    let ports = match network.ports {
        Some(ports) => some("ports", each("ports", ports, port)?)?,
        None => schemes.iter().map(|scheme| scheme.port()).collect(),
    };
    Ok(NetworkNeed {
        host: HostPattern::parse(&text(network.host)?)?,
        path: match network.path {
            Some(path) => PathPattern::parse(&text(path)?)?,
            None => PathPattern::any(),
        },
        schemes,
        methods,
        ports,
    })
}

/// An empty list would be read as "all" by one person and as "none" by the next.
fn some<T>(list: &str, entries: Vec<T>) -> Result<Vec<T>, String> {
    if entries.is_empty() {
        Err(format!("`{list}` is empty"))
    } else {
        Ok(entries)
    }
}

fn scheme(text: &str) -> Result<Scheme, String> {
    let known = [Scheme::Https, Scheme::Http];
    let scheme = known.into_iter().find(|scheme| scheme.as_str() == text);
    scheme.ok_or_else(|| format!("`{}` is no scheme", text.escape_default()))
}

fn method(text: String) -> Result<String, String> {
    let is_token = |c: u8| c.is_ascii_uppercase() || c.is_ascii_digit() || b"-_".contains(&c);
    if !(1..=32).contains(&text.len()) || !text.bytes().all(is_token) {
        return Err(format!(
            "`{}` is no method in upper case",
            text.escape_default()
        ));
    }
    if method_is_refused(&text) {
        return Err(format!("the method `{text}` cannot be granted"));
    }
    Ok(text)
}

fn port(port: u16) -> Result<u16, String> {
    if port == 0 {
        Err("0 is no port".to_owned())
    } else {
        Ok(port)
    }
}

fn folder(folder: Folder) -> Result<FileNeed, String> {
    let guest = text(folder.guest)?;
    if !guest.starts_with('/') {
        return Err(format!("`{guest}` is no absolute path"));
    }
    let access = match folder.access.as_str() {
        "read" => Access::Read,
        "write" => Access::Write,
        other => {
            return Err(format!(
                "`{}` is neither `read` nor `write`",
                other.escape_default()
            ));
        }
    };
    Ok(FileNeed { guest, access })
}

fn variable(name: String) -> Result<String, String> {
    let name = text(name)?;
    if name.contains('=') {
        Err(format!("`{name}` is no name of a variable"))
    } else {
        Ok(name)
    }
}

/// A text that can be shown to people and to terminals.
fn text(text: String) -> Result<String, String> {
    let shown = || text.chars().take(64).collect::<String>();
    if text.is_empty() {
        Err("a text is empty".to_owned())
    } else if text.len() > TEXT_MAX {
        Err(format!("`{}…` is too long", shown().escape_default()))
    } else if text.chars().any(char::is_control) {
        Err(format!(
            "`{}` has control characters",
            shown().escape_default()
        ))
    } else if text.contains("${") {
        // A config would take it for a variable, so no grant could say it.
        Err(format!("`{}` has a `${{`", shown().escape_default()))
    } else {
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use url::Host;

    use super::*;

    const EMPTY_COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

    fn needs() -> Needs {
        Needs {
            network: vec![
                NetworkNeed {
                    host: HostPattern::Exact(Host::Domain("api.example.com".to_owned())),
                    schemes: vec![Scheme::Https, Scheme::Http],
                    methods: vec!["GET".to_owned(), "POST".to_owned()],
                    path: PathPattern::parse("/v1/*/items/**").unwrap(),
                    ports: vec![443, 8443],
                },
                NetworkNeed {
                    host: HostPattern::Under("example.org".to_owned()),
                    schemes: vec![Scheme::Https],
                    methods: vec!["GET".to_owned(), "HEAD".to_owned()],
                    path: PathPattern::any(),
                    ports: vec![443],
                },
                NetworkNeed {
                    host: HostPattern::Exact(Host::Ipv6(Ipv6Addr::LOCALHOST)),
                    schemes: vec![Scheme::Http],
                    methods: vec!["GET".to_owned()],
                    path: PathPattern::any(),
                    ports: vec![80],
                },
            ],
            files: vec![FileNeed {
                guest: "/notes".to_owned(),
                access: Access::Write,
            }],
            env: vec!["LANG".to_owned()],
            secrets: vec!["api-key".to_owned()],
            config: vec!["units".to_owned()],
            keyvalue: Some("notes".to_owned()),
        }
    }

    fn carrying(texts: &[&str]) -> Vec<u8> {
        let mut component = wasm_encoder::Component::new();
        for text in texts {
            component.section(&wasm_encoder::CustomSection {
                name: SECTION.into(),
                data: text.as_bytes().into(),
            });
        }
        component.finish()
    }

    #[test]
    fn embedded_needs_are_read_back_and_replaced_not_doubled() {
        assert_eq!(read_needs(EMPTY_COMPONENT).unwrap(), None);
        let nothing = embed_needs(EMPTY_COMPONENT, &Needs::default()).unwrap();
        assert_eq!(read_needs(&nothing).unwrap(), Some(Needs::default()));
        let once = embed_needs(&nothing, &needs()).unwrap();
        assert_eq!(read_needs(&once).unwrap(), Some(needs()));
        assert_eq!(embed_needs(&once, &needs()).unwrap(), once);
    }

    #[test]
    fn what_a_network_need_leaves_out_has_its_default() {
        let wasm = carrying(&[r#"{"version": 1, "network": [{"host": "*.example.org"}]}"#]);
        assert_eq!(
            read_needs(&wasm).unwrap().unwrap().network,
            needs().network[1..2]
        );
    }

    fn refuses(texts: &[(&str, &str)]) {
        for (text, words) in texts {
            let error = read_needs(&carrying(&[text])).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn a_manifest_that_cannot_be_read_for_certain_is_an_error() {
        let large = format!(r#"{{"version": 1{}}}"#, " ".repeat(BYTES_MAX));
        refuses(&[
            ("", "EOF"),
            ("{}", "no version"),
            ("[1]", "no version"),
            (r#"{"version": "1"}"#, "no version"),
            (r#"{"version": 2, "new": 1}"#, "it has version 2"),
            (r#"{"version": 1, "version": 1}"#, "duplicate field"),
            (r#"{"version": 1, "netwrok": []}"#, "unknown field"),
            (r#"{"version": 1, "env": [], "env": []}"#, "duplicate field"),
            (r#"{"version": 1, "files": [["/a", "read"]]}"#, "no map"),
            (r#"{"version": 1} {}"#, "trailing characters"),
            (&large, "more than 65536 bytes"),
        ]);
    }

    #[test]
    fn a_need_that_makes_no_sense_is_an_error() {
        let long = format!(r#""secrets": ["{}"]"#, "x".repeat(TEXT_MAX + 1));
        let many = format!(r#""env": [{}"A"]"#, r#""A","#.repeat(ENTRIES_MAX));
        let rows = [
            (r#""env": ["A=B"]"#, "no name of a variable"),
            (r#""env": [""]"#, "empty"),
            (&many, "more than 256 entries"),
            (r#""config": ["a\u001b[2J"]"#, "control characters"),
            (r#""config": ["${HOME}"]"#, "has a `${`"),
            (&long, "too long"),
            (r#""files": [{"guest": "/a"}]"#, "missing field"),
            (r#""files": [{"guest": "/a", "access": "all"}]"#, "neither"),
            (r#""files": [{"guest": "a", "access": "read"}]"#, "absolute"),
            (r#""network": [{}]"#, "missing field `host`"),
            (
                r#""network": [{"host": "a", "schemes": ["ftp"]}]"#,
                "no scheme",
            ),
            (r#""network": [{"host": "a", "schemes": []}]"#, "is empty"),
            (
                r#""network": [{"host": "a", "methods": ["get"]}]"#,
                "no method",
            ),
            (
                r#""network": [{"host": "a", "methods": ["TRACE"]}]"#,
                "cannot be granted",
            ),
            (
                r#""network": [{"host": "a", "ports": [0]}]"#,
                "0 is no port",
            ),
            (r#""network": [{"host": "a", "ports": [65536]}]"#, "65536"),
            (
                r#""network": [{"host": "a", "hosts": []}]"#,
                "unknown field",
            ),
        ];
        for (rest, words) in rows {
            refuses(&[(&format!(r#"{{"version": 1, {rest}}}"#), words)]);
        }
    }

    #[test]
    fn two_manifests_are_an_error_even_if_they_agree() {
        let text = r#"{"version": 1}"#;
        let error = read_needs(&carrying(&[text, text]))
            .unwrap_err()
            .to_string();
        assert!(error.contains("there are 2"), "{error}");
    }

    #[test]
    fn needs_that_could_not_be_read_back_are_not_written() {
        let needs = Needs {
            env: vec!["A=B".to_owned()],
            ..Needs::default()
        };
        assert!(embed_needs(EMPTY_COMPONENT, &needs).is_err());
    }

    #[test]
    fn a_nested_component_does_not_declare_for_the_whole() {
        let mut nested = wasm_encoder::Component::new();
        nested.section(&wasm_encoder::CustomSection {
            name: SECTION.into(),
            data: br#"{"version": 1, "env": ["A"]}"#[..].into(),
        });
        let mut outer = wasm_encoder::Component::new();
        outer.section(&wasm_encoder::NestedComponentSection(&nested));
        assert_eq!(read_needs(&outer.finish()).unwrap(), None);
    }
}

//! What a component itself says it needs, from the manifest embedded in it.

use super::grants::{Access, FileGrant, Grants, Scheme};
use super::host::HostPattern;
use super::path::PathPattern;
use super::reach::{METHODS, Reach};
use super::yaml::{self, Section, quote, shown};

/// What a component declares. A tool may use only what is declared *and* granted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Requests it makes.
    pub network: Vec<NetworkNeed>,
    /// Folders it uses.
    pub files: Vec<FileNeed>,
    /// Environment variables it reads.
    pub env: Vec<String>,
    /// Secrets, by name, whose hosts want them.
    pub secrets: Vec<String>,
    /// Keys of `wasi:config/store` it reads.
    pub config: Vec<String>,
    /// The store of `wasi:keyvalue` it opens.
    pub keyvalue: Option<String>,
}

/// Requests that a component makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkNeed {
    /// As in a grant.
    pub host: HostPattern,
    /// Default `https` alone.
    pub schemes: Vec<Scheme>,
    /// In upper case. Default `GET` and `HEAD`.
    pub methods: Vec<String>,
    /// Default `/**`.
    pub path: PathPattern,
    /// Default: the standard port of each scheme.
    pub ports: Vec<u16>,
}

/// A folder that a component uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileNeed {
    /// Where the guest looks for it.
    pub guest: String,
    /// What it does there.
    pub access: Access,
}

/// A declared need that no grant covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What is needed, such as ``requests to `api.example.com` ``.
    pub what: String,
    section: Section,
    line: String,
}

impl NetworkNeed {
    /// `GET` and `HEAD` of every path at `host`, over `https` and its standard port.
    pub fn new(host: HostPattern) -> NetworkNeed {
        NetworkNeed {
            host,
            schemes: vec![Scheme::Https],
            methods: METHODS.map(str::to_owned).to_vec(),
            path: PathPattern::any(),
            ports: vec![Scheme::Https.port()],
        }
    }
}

impl Missing {
    fn new(section: Section, what: String, line: String) -> Missing {
        Missing {
            what,
            section,
            line,
        }
    }

    /// The YAML to add under the provider's `config`, lines joined by `\n`. What only people
    /// know is in capitals: `./FOLDER`, `VALUE`, `HOST`.
    pub fn grant(&self) -> String {
        Missing::yaml(std::slice::from_ref(self))
    }

    /// The YAML for all of `missing` in one, to add under the provider's `config`, lines joined
    /// by `\n`. Empty if nothing is missing.
    pub fn yaml(missing: &[Missing]) -> String {
        let lines: Vec<_> = missing
            .iter()
            .map(|missing| (missing.section, missing.line.as_str()))
            .collect();
        yaml::grants(&lines)
    }
}

impl Needs {
    /// Every declared need that `grants` does not cover.
    pub fn missing(&self, grants: &Grants) -> Vec<Missing> {
        let network = self
            .network
            .iter()
            .map(|need| (need, Reach::from(need)))
            .filter(|(_, reach)| !reach.is_covered(&grants.network))
            .map(|(need, reach)| {
                let what = format!("requests to `{}`", need.host);
                Missing::new(Section::Network, what, yaml::entry(&reach.pairs()))
            });
        let files = self
            .files
            .iter()
            .filter(|need| !grants.files.iter().any(|grant| need.is_met(grant)))
            .map(FileNeed::missing);
        let env = self
            .env
            .iter()
            .filter(|name| !grants.env.iter().any(|(granted, _)| granted == *name))
            .map(|name| {
                let what = format!("the environment variable `{}`", shown(name));
                Missing::new(Section::Env, what, format!("{}: VALUE", quote(name)))
            });
        let secrets = self
            .secrets
            .iter()
            .filter(|name| !grants.secrets.iter().any(|grant| grant.name == **name))
            .map(|name| self.missing_secret(name));
        let config = self
            .config
            .iter()
            .filter(|name| !grants.config.contains_key(*name))
            .map(|name| {
                let what = format!("the config key `{}`", shown(name));
                Missing::new(Section::Config, what, format!("{}: VALUE", quote(name)))
            });
        let granted = grants.keyvalue.as_ref().map(|grant| &grant.store);
        let keyvalue = self
            .keyvalue
            .iter()
            .filter(|store| granted != Some(store))
            .map(|store| {
                let what = format!("the store `{}`", shown(store));
                Missing::new(Section::Keyvalue, what, format!("store: {}", quote(store)))
            });
        let rest = env.chain(secrets).chain(config).chain(keyvalue);
        network.chain(files).chain(rest).collect()
    }

    /// `grants` without what is not declared, and with folders that are only read where writing
    /// is not declared. Network grants stay whole: `decide` holds each request to the declared
    /// needs too.
    #[must_use]
    pub fn narrow(&self, grants: Grants) -> Grants {
        let files = grants.files.into_iter().filter_map(|grant| {
            let needs = || self.files.iter().filter(|need| need.is_at(&grant));
            let is_written = needs().any(|need| need.access == Access::Write);
            needs().next()?;
            Some(FileGrant {
                access: match is_written {
                    true => grant.access,
                    false => Access::Read,
                },
                ..grant
            })
        });
        Grants {
            files: files.collect(),
            env: retain(grants.env, |(name, _)| self.env.contains(name)),
            secrets: retain(grants.secrets, |grant| self.secrets.contains(&grant.name)),
            config: retain(grants.config, |(name, _)| self.config.contains(name)),
            keyvalue: grants
                .keyvalue
                .filter(|grant| self.keyvalue.as_ref() == Some(&grant.store)),
            ..grants
        }
    }

    /// The first host that is declared by name is most likely the one that wants the secret.
    fn missing_secret(&self, name: &str) -> Missing {
        let hosts = self.network.iter().map(|need| &need.host);
        let host = hosts
            .filter(|host| matches!(host, HostPattern::Exact(_)))
            .map(|host| quote(&host.to_string()))
            .next();
        let variable: String = name
            .chars()
            .map(|c| match c.is_ascii_alphanumeric() {
                true => c.to_ascii_uppercase(),
                false => '_',
            })
            .collect();
        let line = yaml::entry(&[
            ("name", quote(name)),
            ("from", format!("env:{variable}")),
            ("send_to", host.unwrap_or_else(|| "HOST".to_owned())),
        ]);
        let what = format!("the secret `{}`", shown(name));
        Missing::new(Section::Secrets, what, line)
    }
}

impl FileNeed {
    fn is_at(&self, grant: &FileGrant) -> bool {
        self.guest.trim_end_matches('/') == grant.guest.trim_end_matches('/')
    }

    fn is_met(&self, grant: &FileGrant) -> bool {
        self.is_at(grant) && (grant.access == Access::Write || self.access == Access::Read)
    }

    fn missing(&self) -> Missing {
        let mut pairs = vec![
            ("host", "./FOLDER".to_owned()),
            ("guest", quote(&self.guest)),
        ];
        let doing = match self.access {
            Access::Read => "reading",
            Access::Write => {
                pairs.push(("access", "write".to_owned()));
                "writing"
            }
        };
        let what = format!("the folder `{}` for {doing}", shown(&self.guest));
        Missing::new(Section::Files, what, yaml::entry(&pairs))
    }
}

fn retain<T, C: FromIterator<T>>(all: impl IntoIterator<Item = T>, keep: impl Fn(&T) -> bool) -> C {
    all.into_iter().filter(|entry| keep(entry)).collect()
}

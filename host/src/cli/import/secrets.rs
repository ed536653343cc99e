//! The secrets that operations need, each for one host and header.

use serde_json::{Value, json};

use super::credential;
use super::names::{Names, Unique, constant};
use super::notes::{Notes, shown};
use super::operation::Operation;
use super::spec::Spec;

/// Longest name of a secret.
const NAME_BYTES_MAX: usize = 64;

/// An entry of `grants.secrets`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    pub name: String,
    /// The variable that holds its value.
    pub variable: String,
    pub send_to: String,
    pub header: String,
    pub prefix: Option<String>,
    /// The security scheme that it is of.
    pub scheme: String,
    /// What the operator puts into the variable.
    pub what: String,
    /// Whether every operation can be asked without it.
    pub is_optional: bool,
}

impl Secret {
    pub fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "variable": self.variable,
            "send_to": self.send_to,
            "header": self.header,
            "scheme": self.scheme,
            "what": self.what,
            "optional": self.is_optional,
        })
    }
}

/// Derives the secrets; of two schemes for one header of one host, the first that is needed.
pub fn derive(
    spec: &Spec,
    names: &Names,
    operations: &[Operation<'_>],
    notes: &mut Notes,
) -> Vec<Secret> {
    let mut secrets: Vec<Secret> = Vec::new();
    let mut unique = Unique::default();
    for operation in operations {
        for scheme in &operation.schemes {
            let Ok(credential) = credential::read(spec, scheme) else {
                continue;
            };
            let host = &operation.server.host;
            let mut same = secrets.iter_mut();
            let same = same.find(|one| one.send_to == *host && one.header == credential.header);
            if let Some(secret) = same {
                if secret.scheme == *scheme {
                    secret.is_optional &= operation.is_optional;
                } else {
                    notes.add(
                        "",
                        format!(
                            "the credential `{scheme}` is not added to requests: `{}` goes into the same header of `{host}`; a config of its own by `--only` or `--tag` can have it",
                            secret.scheme
                        ),
                    );
                }
                continue;
            }
            let variable = format!("{}_{}", names.prefix, constant(scheme));
            let variable = variable.trim_end_matches('_');
            let variable = &variable[..variable.len().min(NAME_BYTES_MAX)];
            secrets.push(Secret {
                name: unique.take(variable, NAME_BYTES_MAX),
                variable: variable.to_owned(),
                send_to: host.clone(),
                header: credential.header,
                prefix: credential.prefix,
                scheme: (*scheme).to_owned(),
                what: credential.what,
                is_optional: operation.is_optional,
            });
        }
    }
    for secret in &secrets {
        let (variable, scheme) = (&secret.variable, shown(&secret.scheme));
        let what = &secret.what;
        notes.add(
            "",
            match secret.is_optional {
                false => format!("set {variable} for the credential `{scheme}`: {what}"),
                true => format!(
                    "the credential `{scheme}` is optional and stands in a comment of the config: {what}"
                ),
            },
        );
    }
    secrets
}

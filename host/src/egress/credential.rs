//! Credentials, as they go out.

use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};

use crate::policy::{Host, HostPattern, NetworkGrant, Scheme, SecretGrant, header_is_refused};

/// One secret, ready to be put on requests.
#[derive(Debug)]
pub struct Credential {
    send_to: HostPattern,
    header: HeaderName,
    /// Prints as `Sensitive`.
    value: HeaderValue,
}

impl Credential {
    /// The credential that `secret` grants. The error is a sentence for people, without the
    /// value.
    pub fn new(secret: &SecretGrant) -> Result<Credential, String> {
        let SecretGrant { name, header, .. } = secret;
        // A guest may set a length, which is held to the body; a secret is none.
        let refused =
            |header: &HeaderName| header_is_refused(header.as_str()) || header == CONTENT_LENGTH;
        let header = HeaderName::try_from(header.as_str())
            .ok()
            .filter(|header| !refused(header))
            .ok_or_else(|| format!("secret `{name}` cannot be sent in header `{header}`"))?;
        let value = format!("{}{}", secret.prefix, secret.value.reveal());
        let mut value = HeaderValue::try_from(value).map_err(|_| {
            format!("secret `{name}` or its prefix has characters that no header carries")
        })?;
        value.set_sensitive(true);
        Ok(Credential {
            send_to: secret.send_to.clone(),
            header,
            value,
        })
    }

    /// Whether `host` gets it.
    pub fn is_for(&self, host: &Host) -> bool {
        self.send_to.matches(host)
    }

    /// Puts it into `headers`, in place of what the guest set.
    pub fn add(&self, headers: &mut HeaderMap) {
        headers.insert(self.header.clone(), self.value.clone());
    }
}

/// Whether credentials go with requests by `scheme` under `grant`: in plain text only if that is
/// all it grants, so that no guest can choose it.
pub fn may_ride(grant: &NetworkGrant, scheme: Scheme) -> bool {
    match scheme {
        Scheme::Https => true,
        Scheme::Http => !grant.schemes.contains(&Scheme::Https),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Secret;

    fn secret(header: &str, value: &str) -> SecretGrant {
        SecretGrant {
            name: "key".to_owned(),
            value: Secret::new(value),
            send_to: HostPattern::Exact(Host::Domain("a.example".to_owned())),
            header: header.to_owned(),
            prefix: "Bearer ".to_owned(),
        }
    }

    #[test]
    fn what_no_header_can_carry_is_refused_without_showing_it() {
        for (header, value) in [
            ("authorization", "hunter2\r\nx: y"),
            ("authorization", "hunter2\0"),
            ("no header", "hunter2"),
            ("host", "hunter2"),
            ("content-length", "hunter2"),
            ("transfer-encoding", "hunter2"),
            ("connection", "hunter2"),
        ] {
            let error = Credential::new(&secret(header, value)).unwrap_err();
            assert!(error.contains("`key`"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_credential_replaces_what_the_guest_set_and_does_not_print() {
        let credential = Credential::new(&secret("x-key", "hunter2")).unwrap();
        let mut headers = HeaderMap::new();
        headers.append("x-key", HeaderValue::from_static("mine"));
        headers.append("x-key", HeaderValue::from_static("mine too"));
        credential.add(&mut headers);
        let values: Vec<_> = headers.get_all("x-key").iter().collect();
        assert_eq!(values, ["Bearer hunter2"]);
        assert!(!format!("{headers:?} {credential:?}").contains("hunter2"));
    }
}

//! Which certificate authorities a grant trusts.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::OnceCell;

use super::error::Error;

/// The system's authorities. They are read once and never change, and only if a request wants
/// them: that is 300 KB of files.
static SYSTEM: OnceCell<Arc<RootCertStore>> = OnceCell::const_new();

/// How one grant speaks TLS: versions 1.2 and 1.3, HTTP/1.1 within, no client certificate.
/// Sessions are resumed under the same grant alone.
#[derive(Debug, Default)]
pub struct Tls(OnceCell<Arc<ClientConfig>>);

impl Tls {
    /// With the authorities in the PEM file `ca` alone, or those of the system. The error is a
    /// sentence for people.
    pub fn new(ca: Option<&Path>) -> Result<Tls, String> {
        let Some(ca) = ca else {
            return Ok(Tls::default());
        };
        let roots = read(ca).map_err(|reason| format!("`{}` {reason}", ca.display()))?;
        let config = config(Arc::new(roots)).map_err(|error| format!("TLS fails: {error}"))?;
        Ok(Tls(OnceCell::new_with(Some(config))))
    }

    /// Ready for a connection.
    pub async fn config(&self) -> Result<Arc<ClientConfig>, Error> {
        let made = self.0.get_or_try_init(|| async {
            let roots = SYSTEM.get_or_try_init(system).await?;
            config(roots.clone()).map_err(|error| Error::Tls(error.to_string()))
        });
        made.await.cloned()
    }
}

fn read(ca: &Path) -> Result<RootCertStore, String> {
    let unreadable = |error| format!("cannot be read as certificates: {error}");
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(ca).map_err(unreadable)? {
        roots
            .add(certificate.map_err(unreadable)?)
            .map_err(|error| format!("has a certificate that is no authority's: {error}"))?;
    }
    if roots.is_empty() {
        return Err("has no certificates".to_owned());
    }
    Ok(roots)
}

async fn system() -> Result<Arc<RootCertStore>, Error> {
    let none = || Error::Tls("this system has no certificate authorities".to_owned());
    let found = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs)
        .await
        .map_err(|_| none())?;
    let mut roots = RootCertStore::empty();
    // Some systems list certificates that are long out of use; the others count.
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err(none());
    }
    Ok(Arc::new(roots))
}

fn config(roots: Arc<RootCertStore>) -> Result<Arc<ClientConfig>, rustls::Error> {
    // Named, because there is no default where crates want different ones.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_authorities_that_has_none_is_refused_by_name() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        for (file, reason) in [
            ("Cargo.toml", "has no certificates"),
            ("nowhere.pem", "cannot be read as certificates"),
        ] {
            let error = Tls::new(Some(&folder.join(file))).unwrap_err();
            assert!(error.contains(file) && error.contains(reason), "{error}");
        }
    }
}

//! Makes keys.

/// Tells a scanner of leaked secrets what it found.
const PREFIX: &str = "toolhost_";

/// A new key and what a config says of it.
pub struct Minted {
    /// The key itself: whoever has it may call. It is kept nowhere.
    pub key: String,
    /// `server.auth.keys[].hash`
    pub hash: String,
}

/// A key of 256 random bits.
pub fn mint() -> Minted {
    // As in the cache of compiled code: a generator for cryptography, seeded by the system.
    let secret = blake3::Hash::from_bytes(rand::random());
    let key = format!("{PREFIX}{}", secret.to_hex());
    let hash = format!("blake3:{}", blake3::hash(key.as_bytes()).to_hex());
    Minted { key, hash }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_another_and_matches_its_hash() {
        let [one, two] = [mint(), mint()];
        assert_ne!(one.key, two.key);
        assert_eq!(one.key.len(), PREFIX.len() + 64);
        let hash = blake3::hash(one.key.as_bytes());
        assert_eq!(one.hash, format!("blake3:{hash}"));
    }
}

//! Compiled components on disk: only what this host wrote itself, checked before it is loaded.
//!
//! wasmtime trusts compiled code as it trusts itself and checks no integrity, so each file
//! carries a keyed BLAKE3 hash over its name and content, under a key that stands beside it
//! and that only the owner can read. A file that does not match is compiled anew.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};
use std::path::Path;

use cap_std::ambient_authority;
use cap_std::fs::{Dir, DirBuilder, DirBuilderExt, MetadataExt, OpenOptions, OpenOptionsExt};
use wasmtime::Engine;
use wasmtime::component::Component;

const KEY_FILE: &str = "key";
const HASH_LEN: usize = 32;

/// The folder of compiled components, for one engine.
pub struct Cache {
    dir: Dir,
    key: [u8; HASH_LEN],
    /// Engine settings, target and exact wasmtime version, as one word.
    compatibility: u64,
}

impl Cache {
    /// Opens the folder, making it if need be. A folder that others can write to is refused.
    pub fn open(path: &Path, engine: &Engine) -> io::Result<Cache> {
        let mut builder = DirBuilder::new();
        builder.mode(0o700);
        std::fs::create_dir_all(path.parent().unwrap_or(path))?;
        let parent = Dir::open_ambient_dir(path.parent().unwrap_or(path), ambient_authority())?;
        let name = path
            .file_name()
            .ok_or_else(|| io::Error::other("the path names no folder"))?;
        parent
            .create_dir_with(name, &builder)
            .or_else(already_there)?;
        let dir = parent.open_dir(name)?;
        if dir.dir_metadata()?.mode() & 0o022 != 0 {
            return Err(io::Error::other(
                "others may write to it; run `chmod 700` on it",
            ));
        }
        if dir.dir_metadata()?.uid() != own_uid()? {
            return Err(io::Error::other("it belongs to another user"));
        }
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Ok(Cache {
            key: key(&dir)?,
            dir,
            compatibility: hasher.finish(),
        })
    }

    /// The component compiled from `wasm` by an engine like this one, if it is here and whole.
    pub fn get(&self, engine: &Engine, wasm: &[u8]) -> Option<Component> {
        let name = self.name(wasm);
        let mut bytes = Vec::new();
        self.dir.open(&name).ok()?.read_to_end(&mut bytes).ok()?;
        let (hash, code) = bytes.split_first_chunk::<HASH_LEN>()?;
        if self.hash(&name, code) != *hash {
            tracing::warn!(file = %name, "a cached component does not match its hash and is compiled anew");
            return None;
        }
        #[expect(
            unsafe_code,
            reason = "the keyed hash proves that this host wrote the code with this very engine"
        )]
        // SAFETY: `code` is the unchanged output of `Component::serialize`.
        let component = unsafe { Component::deserialize(engine, code) };
        component
            .inspect_err(
                |error| tracing::warn!(file = %name, %error, "a cached component does not load"),
            )
            .ok()
    }

    /// Keeps `component`, which was compiled from `wasm`. Best effort: a full disk costs only
    /// time at the next start.
    pub fn put(&self, wasm: &[u8], component: &Component) {
        let name = self.name(wasm);
        if let Err(error) = self.write(&name, component) {
            tracing::warn!(file = %name, %error, "a compiled component cannot be cached");
        }
    }

    fn write(&self, name: &str, component: &Component) -> io::Result<()> {
        let code = component
            .serialize()
            .map_err(|error| io::Error::other(error.to_string()))?;
        let draft = format!("{name}.{:016x}", rand::random::<u64>());
        let mut file = self.dir.open_with(
            &draft,
            OpenOptions::new().write(true).create_new(true).mode(0o600),
        )?;
        let written = file
            .write_all(&self.hash(name, &code))
            .and_then(|()| file.write_all(&code))
            .and_then(|()| file.sync_all())
            // Atomic: another host that starts at the same time reads all or nothing.
            .and_then(|()| self.dir.rename(&draft, &self.dir, name));
        if written.is_err() {
            let _ = self.dir.remove_file(&draft);
        }
        written
    }

    fn name(&self, wasm: &[u8]) -> String {
        format!(
            "{}-{:016x}.cwasm",
            blake3::hash(wasm).to_hex(),
            self.compatibility
        )
    }

    fn hash(&self, name: &str, code: &[u8]) -> [u8; HASH_LEN] {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(name.as_bytes()).update(code);
        *hasher.finalize().as_bytes()
    }
}

/// The user that this process acts as, who owns its entry under `/proc`.
fn own_uid() -> io::Result<u32> {
    std::fs::metadata("/proc/self").map(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata))
}

/// Reads the folder's key, making it first if there is none. Hosts that start together agree
/// on one: a key appears whole or not at all.
fn key(dir: &Dir) -> io::Result<[u8; HASH_LEN]> {
    if !dir.exists(KEY_FILE) {
        let draft = format!("{KEY_FILE}.{:016x}", rand::random::<u64>());
        let mut file = dir.open_with(
            &draft,
            OpenOptions::new().write(true).create_new(true).mode(0o600),
        )?;
        file.write_all(&rand::random::<[u8; HASH_LEN]>())?;
        file.sync_all()?;
        let linked = dir.hard_link(&draft, dir, KEY_FILE);
        dir.remove_file(&draft)?;
        linked.or_else(already_there)?;
    }
    let mut file = dir.open(KEY_FILE)?;
    if file.metadata()?.mode() & 0o077 != 0 {
        return Err(io::Error::other(
            "others may read its `key`; delete the folder",
        ));
    }
    let mut key = [0; HASH_LEN];
    file.read_exact(&mut key)?;
    Ok(key)
}

fn already_there(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::AlreadyExists {
        Ok(())
    } else {
        Err(error)
    }
}

//! Compiled components on disk: only what this host wrote itself, checked before it is loaded.
//!
//! wasmtime trusts compiled code as it trusts itself and checks no integrity, so each file
//! carries a keyed BLAKE3 hash over its name and content, under a key that stands beside it
//! and that only the owner can read. A file that does not match is compiled anew.

use std::io::{self, Read, Write};
use std::path::Path;

use cap_std::ambient_authority;
use cap_std::fs::{Dir, DirBuilder, DirBuilderExt, MetadataExt, OpenOptions, OpenOptionsExt};
use wasmtime::Engine;
use wasmtime::component::Component;

const KEY_FILE: &str = "key";
const HASH_LEN: usize = 32;

/// Machine code that this host made: fresh from its compiler, or proven by the keyed hash.
pub struct Code(Vec<u8>);

impl Code {
    /// Takes what `Engine::precompile_component` gave, unchanged, for an engine whose stamp is
    /// that of the engine that will load it. Nothing else may be given.
    pub fn compiled(bytes: Vec<u8>) -> Code {
        Code(bytes)
    }

    /// Makes it runnable.
    pub fn load(&self, engine: &Engine) -> wasmtime::Result<Component> {
        #[expect(
            unsafe_code,
            reason = "a `Code` is made by this host's compiler alone, directly or by way of the keyed hash"
        )]
        // SAFETY: the bytes are the unchanged output of `Engine::precompile_component`.
        unsafe {
            Component::deserialize(engine, &self.0)
        }
    }
}

/// The folder of compiled components, for engines of one stamp.
pub struct Cache {
    dir: Dir,
    key: [u8; HASH_LEN],
    stamp: String,
}

impl Cache {
    /// Opens the folder, making it if need be. A folder that others can write to is refused.
    pub fn open(path: &Path, stamp: String) -> io::Result<Cache> {
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
        Ok(Cache {
            key: key(&dir)?,
            dir,
            stamp,
        })
    }

    /// The code of `wasm` for engines of this stamp, if it is here and whole.
    pub fn get(&self, wasm: &[u8]) -> Option<Code> {
        let name = self.name(wasm);
        let mut bytes = Vec::new();
        self.dir.open(&name).ok()?.read_to_end(&mut bytes).ok()?;
        // The hash stands last, so that the code need not be moved.
        let proven = match bytes.split_last_chunk::<HASH_LEN>() {
            Some((code, hash)) => self.hash(&name, code) == *hash,
            None => false,
        };
        if !proven {
            tracing::warn!(file = %name, "a cached component does not match its hash and is compiled anew");
            return None;
        }
        bytes.truncate(bytes.len() - HASH_LEN);
        Some(Code(bytes))
    }

    /// Keeps the code of `wasm`. Best effort: a full disk costs only time at the next start.
    pub fn put(&self, wasm: &[u8], code: &Code) {
        let name = self.name(wasm);
        if let Err(error) = self.write(&name, code) {
            tracing::warn!(file = %name, %error, "a compiled component cannot be cached");
        }
    }

    fn write(&self, name: &str, Code(code): &Code) -> io::Result<()> {
        let draft = format!("{name}.{:016x}", rand::random::<u64>());
        let mut file = self.dir.open_with(
            &draft,
            OpenOptions::new().write(true).create_new(true).mode(0o600),
        )?;
        let written = file
            .write_all(code)
            .and_then(|()| file.write_all(&self.hash(name, code)))
            .and_then(|()| file.sync_all())
            // Atomic: another host that starts at the same time reads all or nothing.
            .and_then(|()| self.dir.rename(&draft, &self.dir, name));
        if written.is_err() {
            let _ = self.dir.remove_file(&draft);
        }
        written
    }

    fn name(&self, wasm: &[u8]) -> String {
        format!("{}-{}.cwasm", blake3::hash(wasm).to_hex(), self.stamp)
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use tempfile::TempDir;

    use super::*;

    const WASM: &[u8] = b"a component";
    const CODE: &[u8] = b"its machine code";
    const STAMP: &str = "0123456789abcdef";

    fn open(dir: &TempDir, stamp: &str) -> Cache {
        Cache::open(&dir.path().join("cache"), stamp.to_owned()).unwrap()
    }

    fn code(cache: &Cache) -> Option<Vec<u8>> {
        cache.get(WASM).map(|Code(bytes)| bytes)
    }

    /// A cache that has the code of [`WASM`], and the file that it is in.
    fn filled() -> (TempDir, Cache, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let cache = open(&dir, STAMP);
        assert_eq!(code(&cache), None);
        cache.put(WASM, &Code(CODE.to_vec()));
        let file = dir.path().join("cache").join(cache.name(WASM));
        (dir, cache, file)
    }

    #[test]
    fn code_is_found_again_by_its_component_and_stamp() {
        let (dir, cache, _) = filled();
        assert_eq!(code(&cache).as_deref(), Some(CODE));
        assert_eq!(code(&open(&dir, STAMP)).as_deref(), Some(CODE));
        assert!(cache.get(b"another component").is_none());
        let left = fs::read_dir(dir.path().join("cache")).unwrap().count();
        assert_eq!(left, 2, "the key and the code, and no draft");
    }

    /// Row 50: each byte flipped, each length cut; never loaded.
    #[test]
    fn a_file_that_was_touched_is_never_loaded() {
        let (_dir, cache, file) = filled();
        let whole = fs::read(&file).unwrap();
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            fs::write(&file, flipped).unwrap();
            assert_eq!(code(&cache), None, "byte {at} flipped");
            fs::write(&file, &whole[..at]).unwrap();
            assert_eq!(code(&cache), None, "cut to {at} bytes");
        }
        fs::write(&file, [&whole[..], b"\0"].concat()).unwrap();
        assert_eq!(code(&cache), None, "a byte appended");
        cache.put(WASM, &Code(CODE.to_vec()));
        assert_eq!(code(&cache).as_deref(), Some(CODE), "compiled anew");
    }

    /// Row 50: code of another folder; never loaded.
    #[test]
    fn code_of_another_key_is_never_loaded() {
        let (dir, _, file) = filled();
        let (_other_dir, _, foreign) = filled();
        fs::copy(foreign, &file).unwrap();
        assert_eq!(code(&open(&dir, STAMP)), None);
    }

    /// Row 50: code for another engine, also under the name of this one; never loaded.
    #[test]
    fn code_of_another_engine_or_version_is_never_loaded() {
        let (dir, _, file) = filled();
        let other = open(&dir, "fedcba9876543210");
        assert_eq!(code(&other), None);
        // Nor under a name that says otherwise.
        fs::copy(&file, dir.path().join("cache").join(other.name(WASM))).unwrap();
        assert_eq!(code(&other), None);
        fs::copy(
            &file,
            dir.path().join("cache").join(open(&dir, STAMP).name(b"x")),
        )
        .unwrap();
        assert!(open(&dir, STAMP).get(b"x").is_none());
    }

    #[test]
    fn a_folder_or_key_that_others_can_reach_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let (dir, cache, _) = filled();
        let path = dir.path().join("cache");
        let key = path.join(KEY_FILE);
        assert_eq!(
            fs::metadata(&key).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(cache.dir.dir_metadata().unwrap().mode() & 0o777, 0o700);
        for (target, mode, words) in [(&path, 0o777, "chmod 700"), (&key, 0o644, "`key`")] {
            let before = fs::metadata(target).unwrap().permissions();
            fs::set_permissions(target, fs::Permissions::from_mode(mode)).unwrap();
            let error = Cache::open(&path, STAMP.to_owned())
                .err()
                .unwrap()
                .to_string();
            assert!(error.contains(words), "{error}");
            fs::set_permissions(target, before).unwrap();
        }
        assert!(Cache::open(&path, STAMP.to_owned()).is_ok());
    }
}

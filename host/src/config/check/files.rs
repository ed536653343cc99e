//! `files` of grants and manifests: folders that a guest sees.

use std::fs;
use std::path::Path;

use super::Check;
use super::amount::saturate;
use super::read::{Fields, Spot};
use crate::policy::{Access, FileGrant, FileNeed};

/// Longest path of a folder in the guest.
const GUEST_BYTES_MAX: usize = 256;

impl Check<'_> {
    /// `files` of a provider's grants.
    pub(super) fn files(&mut self, grants: &Fields<'_>) -> Vec<FileGrant> {
        if let Some(spot) = grants.get("files").filter(|spot| !spot.node.is_vacant()) {
            self.refuse_forbidden(&spot, "files");
        }
        let mut files = Vec::new();
        let mut seen = Vec::new();
        for spot in self.few(grants, "files") {
            let schema = "providers.tool_runtime[].config.grants.files[]";
            if let Some(fields) = self.entry(spot, schema) {
                files.extend(self.file_grant(&fields, &mut seen));
            }
        }
        files
    }

    /// `files` of a manifest.
    pub(super) fn file_needs(&mut self, manifest: &Fields<'_>) -> Vec<FileNeed> {
        let mut needs = Vec::new();
        let mut seen = Vec::new();
        for spot in self.few(manifest, "files") {
            let Some(fields) = self.entry(spot, "files[]") else {
                continue;
            };
            let guest = self.guest_path(&fields, &mut seen);
            let access = self.access(&fields);
            needs.extend(guest.map(|guest| FileNeed { guest, access }));
        }
        needs
    }

    fn file_grant(
        &mut self,
        fields: &Fields<'_>,
        seen: &mut Vec<(String, u64)>,
    ) -> Option<FileGrant> {
        let host = self.required_path(fields, "host");
        if let Some((spot, path)) = &host {
            self.expect_folder(spot, path);
        }
        let guest = self.guest_path(fields, seen);
        let before = self.problems.len();
        let access = self.access(fields);
        if access == Access::Write {
            let spot = fields.missing("access");
            self.refuse_forbidden(&fields.get("access").unwrap_or(spot), "files.write");
        } else if self.problems.len() == before {
            self.refuse_quotas(fields);
        }
        Some(FileGrant {
            bytes: self.amount_or_default(fields, "bytes"),
            files: saturate(self.amount_or_default(fields, "files")),
            host: host?.1,
            guest: guest?,
            access,
        })
    }

    fn access(&mut self, fields: &Fields<'_>) -> Access {
        self.choice(fields, "access", [Access::Read, Access::Write])
    }

    /// Reports bounds of what a guest writes where it may not write at all.
    fn refuse_quotas(&mut self, fields: &Fields<'_>) {
        for name in ["bytes", "files"] {
            if let Some(spot) = fields.get(name) {
                let message = format!("`{name}` bounds what a guest writes, and this one reads");
                let remedy = format!("remove `{name}`, or write `access: write`");
                self.problem(&spot, message, remedy);
            }
        }
    }

    fn expect_folder(&mut self, spot: &Spot<'_>, path: &Path) {
        let shown = spot.node.shown();
        let message = match fs::metadata(path) {
            Ok(found) if found.is_dir() => return,
            Ok(_) => format!("{shown} is no folder"),
            Err(error) => format!("{shown} cannot be opened: {}", error.kind()),
        };
        let remedy =
            "make the folder or correct the path; relative ones start at the folder of this file";
        self.problem(spot, message, remedy);
    }

    /// An absolute path that no other entry has; `seen` are those paths and their lines.
    fn guest_path(&mut self, fields: &Fields<'_>, seen: &mut Vec<(String, u64)>) -> Option<String> {
        let (spot, guest) = self.required(fields, "guest")?;
        let shown = spot.node.shown();
        if !is_guest_path(&guest) {
            let message = format!("{shown} is no path of a folder in the guest");
            let remedy =
                "write an absolute path such as `/data`, without `.`, `..` and empty parts";
            self.problem(&spot, message, remedy);
            return None;
        }
        if let Some((_, line)) = seen.iter().find(|(other, _)| *other == guest) {
            let message = format!("{shown} is a folder of the guest already, in line {line}");
            self.problem(&spot, message, "give one of the two another `guest`");
            return None;
        }
        seen.push((guest.clone(), spot.line));
        Some(guest)
    }
}

fn is_guest_path(text: &str) -> bool {
    let is_plain = |part: &str| {
        !matches!(part, "" | "." | "..") && !part.contains(|c: char| c.is_control() || c == '\\')
    };
    let Some(inner) = text.strip_prefix('/') else {
        return false;
    };
    text.len() <= GUEST_BYTES_MAX && (inner.is_empty() || inner.split('/').all(is_plain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::check::tests::{Folder, check, granted, problems, read};

    #[test]
    fn folders_are_read_only_unless_written_otherwise() {
        let folder = Folder::new("folders");
        let host = folder.path().display();
        let text = granted(&format!(
            "{{files: [{{host: {host}, guest: /data}}, {{host: {host}, guest: /data/out, access: write, bytes: 1KiB, files: 5}}, {{host: {host}, guest: /, access: write}}]}}"
        ));
        let config = read(&text, &[]).unwrap_or_else(|problems| panic!("{problems}"));
        let files = &config.providers[0].grants.files;
        assert_eq!(files[0].host, folder.path());
        assert_eq!((&*files[0].guest, files[0].access), ("/data", Access::Read));
        assert_eq!(
            (&*files[1].guest, files[1].access),
            ("/data/out", Access::Write)
        );
        assert_eq!((files[1].bytes, files[1].files), (1024, 5));
        assert_eq!((files[2].bytes, files[2].files), (16 << 20, 1000));
    }

    #[test]
    fn a_folder_that_is_none_is_a_problem() {
        for (entry, message, remedy) in [
            ("{guest: /d}", "`host` is missing", "write `host: …`"),
            ("{host: /}", "`guest` is missing", "write `guest: …`"),
            ("{host: '', guest: /d}", "the path is empty", "write a path"),
            (
                "{host: ./nowhere, guest: /d}",
                "`./nowhere` cannot be opened",
                "make the folder",
            ),
            (
                "{host: /proc/self/status, guest: /d}",
                "is no folder",
                "make the folder",
            ),
            ("{host: /, guest: d}", "`d` is no path", "`/data`"),
            ("{host: /, guest: ''}", "`` is no path", "`/data`"),
            ("{host: /, guest: /d/}", "`/d/` is no path", "empty parts"),
            ("{host: /, guest: //d}", "is no path", "empty parts"),
            ("{host: /, guest: /a/../d}", "is no path", "`..`"),
            ("{host: /, guest: /./d}", "is no path", "`.`"),
            ("{host: /, guest: '/a\\d'}", "is no path", "`/data`"),
            ("{host: /, guest: \"/a\\0\"}", "is no path", "`/data`"),
            (
                "{host: /, guest: /d, access: wirte}",
                "is none of `read`, `write`",
                "write `write`",
            ),
            (
                "{host: /, guest: /d, access: wirte, bytes: 1KiB}",
                "none of",
                "write `write`",
            ),
            (
                "{host: /, guest: /d, bytes: 1KiB}",
                "`bytes` bounds",
                "`access: write`",
            ),
            (
                "{host: /, guest: /d, access: read, files: 1}",
                "`files` bounds",
                "remove `files`",
            ),
            (
                "{host: /, guest: /d, mode: rw}",
                "key `mode` is unknown",
                "known keys",
            ),
            (
                "{host: /, guest: /d}, {host: /, guest: /d}",
                "already, in line 1",
                "another",
            ),
        ] {
            check(&granted(&format!("{{files: [{entry}]}}")), message, remedy);
        }
        let text = granted("{files: [{host: '${env.H}', guest: '${env.H}'}]}");
        let found = problems(&text, &[("H", "hunter2")]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found.iter().all(|problem| !problem.contains("hunter2")),
            "{found:?}"
        );
    }
}

//! The grants of the network that operations need: their hosts, methods and paths, no more.

use serde_json::{Value, json};

use super::notes::Notes;
use super::operation::Operation;
use super::server::Server;
use crate::policy::quote;

/// Entries of a list of grants.
const ENTRIES_MAX: usize = 64;

/// An entry of `grants.network`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    server: Server,
    methods: Vec<String>,
    path: String,
}

impl Entry {
    /// As the config has it.
    pub fn yaml(&self) -> String {
        let list = |texts: &[String]| {
            let texts: Vec<String> = texts.iter().map(|text| quote(text)).collect();
            format!("[{}]", texts.join(", "))
        };
        let mut yaml = format!("- {{ host: {}, ", quote(&self.server.host));
        if self.server.scheme == "http" {
            yaml += "schemes: [http], ";
        }
        yaml += &format!(
            "methods: {}, path: {}",
            list(&self.methods),
            quote(&self.path)
        );
        if let Some(port) = self.server.port {
            yaml += &format!(", ports: [{port}]");
        }
        if !self.server.addresses.is_empty() {
            yaml += &format!(", addresses: {}", list(&self.server.addresses));
        }
        yaml + " }"
    }

    /// How many segments its path has.
    fn depth(&self) -> usize {
        self.path.matches('/').count()
    }

    /// The same for everything below the first `depth` segments.
    fn cut(&self, depth: usize) -> Entry {
        let segments = self.path.split('/').skip(1).take(depth);
        let mut path: String = segments.map(|segment| format!("/{segment}")).collect();
        path.push_str("/**");
        Entry {
            path,
            ..self.clone()
        }
    }

    pub fn to_json(&self) -> Value {
        json!({
            "host": self.server.host,
            "scheme": self.server.scheme,
            "port": self.server.port,
            "methods": self.methods,
            "path": self.path,
            "addresses": self.server.addresses,
        })
    }
}

/// Derives the grants. If there are more than a config may have, those that have the most of their
/// paths in common are granted together, until there are no more. The error is a sentence for
/// people.
pub fn derive(operations: &[Operation<'_>], notes: &mut Notes) -> Result<Vec<Entry>, String> {
    let mut entries = entries(operations);
    let all = entries.len();
    if all <= ENTRIES_MAX {
        return Ok(entries);
    }
    let deepest = entries.iter().map(Entry::depth).max().unwrap_or(0);
    for depth in (0..deepest).rev() {
        while entries.len() > ENTRIES_MAX
            && let Some(together) = fullest(&entries, depth)
        {
            join(&mut entries, &together, depth);
        }
    }
    if entries.len() > ENTRIES_MAX {
        return Err(format!(
            "the operations are on more than {ENTRIES_MAX} hosts; choose with `--tag TAG` or \
             `--only OPERATION,…`"
        ));
    }
    notes.add(
        "",
        format!(
            "the operations have {all} different paths, and a provider at most {ENTRIES_MAX} \
             grants: paths that begin alike are granted together, as the config shows by `/**`"
        ),
    );
    Ok(entries)
}

/// An entry for each server and path.
fn entries(operations: &[Operation<'_>]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for operation in operations {
        // The base of a URL is in the pattern.
        let server = Server {
            base: String::new(),
            ..operation.server.clone()
        };
        add(
            &mut entries,
            Entry {
                server,
                methods: vec![operation.method.clone()],
                path: operation.pattern.clone(),
            },
        );
    }
    entries
}

/// Adds an entry, or its methods to the one of the same path.
fn add(entries: &mut Vec<Entry>, new: Entry) {
    let mut same = entries.iter_mut();
    let same = same.find(|entry| entry.server == new.server && entry.path == new.path);
    let Some(entry) = same else {
        entries.push(new);
        return;
    };
    for method in new.methods {
        if !entry.methods.contains(&method) {
            entry.methods.push(method);
        }
    }
}

/// What most entries have in common that are deeper than `depth`, if two have something.
fn fullest(entries: &[Entry], depth: usize) -> Option<Entry> {
    let mut groups: Vec<(Entry, usize)> = Vec::new();
    for entry in entries.iter().filter(|entry| entry.depth() > depth) {
        let cut = entry.cut(depth);
        let mut known = groups.iter_mut();
        match known.find(|(one, _)| one.server == cut.server && one.path == cut.path) {
            Some((_, count)) => *count += 1,
            None => groups.push((cut, 1)),
        }
    }
    let most = groups.iter().map(|(_, count)| *count).max()?;
    let fullest = groups.into_iter().find(|(_, count)| *count == most);
    fullest.filter(|_| most > 1).map(|(entry, _)| entry)
}

/// Puts `together` in the place of all that it is cut from.
fn join(entries: &mut Vec<Entry>, together: &Entry, depth: usize) {
    let mut joined: Vec<Entry> = Vec::new();
    for entry in entries.drain(..) {
        let is_part = entry.depth() > depth
            && entry.server == together.server
            && entry.cut(depth).path == together.path;
        add(&mut joined, if is_part { entry.cut(depth) } else { entry });
    }
    *entries = joined;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(method: &str, host: &str, pattern: String) -> Operation<'static> {
        Operation {
            name: String::new(),
            method: method.to_owned(),
            server: Server {
                scheme: "https".to_owned(),
                host: host.to_owned(),
                port: None,
                base: "/v1".to_owned(),
                addresses: Vec::new(),
            },
            pattern,
            schemes: Vec::new(),
            is_optional: false,
            line: String::new(),
        }
    }

    fn yaml(operations: &[Operation<'_>]) -> (Vec<String>, Vec<String>) {
        let mut notes = Notes::default();
        let entries = derive(operations, &mut notes).unwrap();
        (entries.iter().map(Entry::yaml).collect(), notes.lines())
    }

    #[test]
    fn operations_get_their_own_methods_and_paths() {
        let mut local = operation("GET", "[::1]", "/x".to_owned());
        local.server.scheme = "http".to_owned();
        local.server.port = Some(8080);
        local.server.addresses = vec!["::1/128".to_owned()];
        let (entries, notes) = yaml(&[
            operation("GET", "a.example", "/v1/pets".to_owned()),
            operation("POST", "a.example", "/v1/pets".to_owned()),
            operation("GET", "a.example", "/v1/pets/*".to_owned()),
            operation("GET", "b.example", "/v1/pets/*".to_owned()),
            operation("GET", "b.example", "/v1/pets/*".to_owned()),
            local,
        ]);
        let expected = [
            "- { host: a.example, methods: [GET, POST], path: /v1/pets }",
            "- { host: a.example, methods: [GET], path: /v1/pets/* }",
            "- { host: b.example, methods: [GET], path: /v1/pets/* }",
            "- { host: \"[::1]\", schemes: [http], methods: [GET], path: /x, ports: [8080], addresses: [\"::1/128\"] }",
        ];
        assert_eq!(entries, expected);
        assert_eq!(notes, [""; 0]);
    }

    #[test]
    fn too_many_paths_are_granted_together_where_they_have_most_in_common() {
        let many = |count: usize, path: fn(usize) -> String| -> Vec<Operation<'static>> {
            (0..count)
                .map(|n| operation("GET", "a.example", path(n)))
                .collect()
        };
        let entry = |path: &str| format!("- {{ host: a.example, methods: [GET], path: {path} }}");
        let (entries, notes) = yaml(&many(64, |n| format!("/v1/a/{n}")));
        assert_eq!((entries.len(), notes.len()), (64, 0));
        let (entries, notes) = yaml(&many(200, |n| format!("/v1/a{}/{n}/x", n % 3)));
        let expected = [0, 1, 2].map(|n| entry(&format!("/v1/a{n}/**")));
        assert_eq!(entries, expected);
        assert!(notes[0].contains("200 different paths"), "{notes:?}");
        // One group is enough, and the others stay as they are.
        let (entries, _) = yaml(&many(70, |n| match n % 7 {
            0 => format!("/v1/big/{n}"),
            other => format!("/v1/{other}/x/{n}"),
        }));
        assert!(entries.len() <= 64 && entries.contains(&entry("/v1/2/x/9")));
        let (entries, _) = yaml(&many(200, |n| format!("/{n}")));
        assert_eq!(entries, [entry("/**")]);
        let hosts: Vec<_> = (0..100)
            .map(|n| operation("GET", &format!("h{n}.example"), "/".to_owned()))
            .collect();
        assert!(derive(&hosts, &mut Notes::default()).is_err());
    }
}

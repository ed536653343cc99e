//! `toolhost`.

use std::path::PathBuf;
use std::time::Duration;

use super::Check;
use super::amount::saturate;
use super::read::Fields;
use crate::config::{Admission, Runtime, env};

/// A folder that the host itself writes to.
struct OwnDir {
    key: &'static str,
    variable: &'static str,
    /// The variable that names the parent folder.
    xdg: &'static str,
    /// The parent folder without that variable, from the home folder on.
    in_home: &'static str,
}

const CACHE: OwnDir = OwnDir {
    key: "cache_dir",
    variable: "TOOLHOST_CACHE_DIR",
    xdg: "XDG_CACHE_HOME",
    in_home: ".cache",
};

const DATA: OwnDir = OwnDir {
    key: "data_dir",
    variable: "TOOLHOST_DATA_DIR",
    xdg: "XDG_DATA_HOME",
    in_home: ".local/share",
};

impl Check<'_> {
    pub(super) fn runtime(&mut self, toolhost: &Fields<'_>) -> Runtime {
        let data_dir = self.own_dir(toolhost, &DATA);
        self.keeps_data = data_dir.is_some();
        Runtime {
            components_dir: self.path(toolhost, "components_dir"),
            cache_dir: self.own_dir(toolhost, &CACHE),
            data_dir,
            component_bytes_max: self.amount_or_default(toolhost, "component_bytes_max"),
            compile_timeout: Duration::from_nanos(
                self.amount_or_default(toolhost, "compile_timeout"),
            ),
            compile_memory_bytes: self.amount_or_default(toolhost, "compile_memory"),
            compile_workers: saturate(self.amount_or_default(toolhost, "compile_workers")),
            pool: self.flag(toolhost, "pool"),
            limits: self.default_limits(toolhost),
        }
    }

    pub(super) fn admission(&mut self, toolhost: &Fields<'_>) -> Admission {
        Admission {
            concurrency: saturate(self.amount_or_default(toolhost, "concurrency")),
            queue: saturate(self.amount_or_default(toolhost, "queue")),
            queue_wait: Duration::from_nanos(self.amount_or_default(toolhost, "queue_wait")),
            group_concurrency: saturate(self.amount_or_default(toolhost, "group_concurrency")),
            tool_queue: saturate(self.amount_or_default(toolhost, "tool_queue")),
        }
    }

    /// Variable over file over the user's folder; a null in the file means none.
    fn own_dir(&mut self, toolhost: &Fields<'_>, dir: &OwnDir) -> Option<PathBuf> {
        let from_file = self.path(toolhost, dir.key);
        if let Some(text) = env::variable(self.environment, dir.variable) {
            return Some(env::expand_home(&text, self.environment));
        }
        if toolhost.get_or_null(dir.key).is_some() {
            return from_file;
        }
        // The XDG specification has relative paths ignored.
        let absolute = |name| {
            env::variable(self.environment, name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let users = absolute(dir.xdg).or_else(|| Some(absolute("HOME")?.join(dir.in_home)))?;
        Some(users.join("toolhost"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::check::tests::read;
    use crate::policy::Limits;

    #[test]
    fn toolhost_keys_set_what_they_say() {
        let text = "\
toolhost:
  components_dir: ~/tools
  cache_dir: cache
  data_dir: data
  component_bytes_max: 1MiB
  compile_timeout: 2m
  compile_memory: 1GiB
  compile_workers: 4
  limits: {fuel: 10K, memory: 1MiB, timeout: 250ms, output: 1KB, log: 0B, concurrency: 2, hostcalls: 2M, tables: 5, handles: 6, http_requests: 0}
  body_bytes_max: 2MiB
  grace: 1s
  allowed_hosts: [Tools.Example.com]
  concurrency: 3
  queue: 4
  queue_wait: 500ms
  group_concurrency: 5
  tool_queue: 0
";
        let config = read(text, &[("HOME", "/h")]).unwrap();
        assert_eq!(
            config.runtime.components_dir,
            Some(PathBuf::from("/h/tools"))
        );
        assert_eq!(config.runtime.cache_dir, Some(PathBuf::from("conf/cache")));
        assert_eq!(config.runtime.component_bytes_max, 1 << 20);
        let timeout = Duration::from_millis(250);
        let limits = Limits {
            fuel: 10_000,
            memory_bytes: 1 << 20,
            timeout,
            output_bytes: 1_000,
            log_bytes: 0,
            concurrency: 2,
            hostcalls: 2_000_000,
            tables: 5,
            handles: 6,
            http_requests: 0,
        };
        assert_eq!(config.runtime.data_dir, Some(PathBuf::from("conf/data")));
        assert_eq!(config.runtime.compile_timeout, Duration::from_secs(120));
        assert_eq!(config.runtime.compile_memory_bytes, 1 << 30);
        assert_eq!(config.runtime.compile_workers, 4);
        assert_eq!(config.runtime.limits, limits);
        assert_eq!(config.server.body_bytes_max, 2 << 20);
        assert_eq!(config.server.grace, Duration::from_secs(1));
        assert_eq!(config.server.allowed_hosts, ["tools.example.com"]);
        assert_eq!(
            (config.admission.concurrency, config.admission.queue),
            (3, 4)
        );
        assert_eq!(config.admission.queue_wait, Duration::from_millis(500));
        assert_eq!(config.admission.group_concurrency, 5);
        assert_eq!(config.admission.tool_queue, 0);
        let default = read("{}", &[]).unwrap();
        assert_eq!(default.runtime.limits, Limits::DEFAULT);
        assert_eq!(
            (default.admission.concurrency, default.admission.queue),
            (64, 1024)
        );
        assert_eq!(default.runtime.components_dir, None);
        assert_eq!(default.runtime.compile_timeout, Duration::from_secs(180));
        assert_eq!(default.runtime.compile_memory_bytes, 2 << 30);
        assert_eq!(default.runtime.compile_workers, 2);
        assert_eq!(default.admission.group_concurrency, 64);
        assert_eq!(default.admission.tool_queue, 256);
    }

    #[test]
    fn a_folder_of_the_host_is_the_variable_the_file_or_the_users() {
        let home = ("HOME", "/h");
        let xdg = ("XDG_CACHE_HOME", "/x");
        let own = ("TOOLHOST_CACHE_DIR", "/own");
        let written = "toolhost: {cache_dir: ~/c}";
        let xdg_data = ("XDG_DATA_HOME", "/x");
        let own_data = ("TOOLHOST_DATA_DIR", "/own");
        let no_data = "toolhost: {data_dir: null}";
        for (text, variables, expected) in [
            ("{}", &[][..], None),
            ("{}", &[home, xdg], Some("/h/.local/share/toolhost")),
            ("{}", &[home, xdg_data], Some("/x/toolhost")),
            ("toolhost: {data_dir: d}", &[home, xdg_data], Some("conf/d")),
            ("toolhost: {data_dir: d}", &[own_data], Some("/own")),
            (no_data, &[home, xdg_data], None),
            (no_data, &[own_data], Some("/own")),
        ] {
            let data_dir = read(text, variables).unwrap().runtime.data_dir;
            assert_eq!(
                data_dir,
                expected.map(PathBuf::from),
                "{text} {variables:?}"
            );
        }
        for (text, variables, expected) in [
            ("{}", &[][..], None),
            ("{}", &[home], Some("/h/.cache/toolhost")),
            ("{}", &[home, xdg], Some("/x/toolhost")),
            (
                "{}",
                &[home, ("XDG_CACHE_HOME", "relative")],
                Some("/h/.cache/toolhost"),
            ),
            ("{}", &[home, xdg, own], Some("/own")),
            (written, &[home], Some("/h/c")),
            (written, &[home, own], Some("/own")),
            ("toolhost: {cache_dir: null}", &[home, xdg], None),
        ] {
            let config = read(text, variables).unwrap();
            assert_eq!(
                config.runtime.cache_dir,
                expected.map(PathBuf::from),
                "{text} {variables:?}"
            );
        }
    }
}

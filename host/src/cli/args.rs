//! What can be typed.

mod project;
mod test;
mod traces;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;
use clap::{Args, Parser, Subcommand};

pub use project::{Build, Dev, New};
pub use test::Test;
pub use traces::{
    LIST_MAX, Limits, TracesCommand, TracesFrom, TracesList, TracesSearch, TracesShow, TracesStats,
    Went,
};

/// Runs AI tools as WebAssembly components in sandboxes, behind Llama Stack's tool-runtime API.
#[derive(Debug, Parser)]
#[command(name = "toolhost", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the tools of a config over HTTP; the shipped tools if there is no config
    Serve(Serve),
    /// Check a config and load its components without serving; print what would be served
    Check(Check),
    /// Look at tools
    #[command(subcommand)]
    Tools(ToolsCommand),
    /// Run a tool, in this process or on a running host
    Invoke(Invoke),
    /// Make the folder of a new tool, in a language of your choice
    New(New),
    /// Build the component of a tool with its language's toolchain
    Build(Build),
    /// Serve a tool while you write it: build and reload it whenever a file changes
    Dev(Dev),
    /// Look at what was called, and what became of it
    #[command(subcommand)]
    Traces(TracesCommand),
    /// Propose limits for a tool from what its calls used up
    Limits(Limits),
    /// Look at component files and prepare them
    #[command(subcommand)]
    Component(ComponentCommand),
    /// Make tools of what others describe
    #[command(subcommand)]
    Import(ImportCommand),
    /// Compile the component on stdin, within bounds; a host starts this by itself
    #[command(hide = true)]
    CompileWorker(CompileWorker),
    /// Make the calls in a tool project's tests, without a network, and compare what comes back
    Test(Test),
    /// Make API keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// Attack a running host of any make with hostile tools, and judge it
    Conformance(Conformance),
}

#[derive(Debug, Subcommand)]
pub enum ToolsCommand {
    /// List every tool
    List(List),
    /// Show one tool: description, arguments, limits
    Show(Show),
}

#[derive(Debug, Subcommand)]
pub enum ComponentCommand {
    /// Print the tools, types and imports of a component file
    Inspect(Inspect),
    /// Make a component file of a core module, such as C and Go compile to
    New(NewComponent),
    /// Write the doc comments of a WIT package into a component file
    EmbedDocs(EmbedDocs),
    /// Write what a component needs to be granted into its file
    EmbedManifest(EmbedManifest),
}

#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Write a config whose tools are the operations of an HTTP API
    Openapi(ImportOpenApi),
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Print a new key, once, and the lines that let a config accept it
    New(NewKey),
}

#[derive(Debug, Subcommand)]
pub enum ConformanceCommand {
    /// Write the tools that attack, with a list and a config, into a folder
    Export(ConformanceExport),
    /// Attack a running host that offers these tools; the same as without a command
    Run(ConformanceRun),
}

#[derive(Debug, Args)]
pub struct Serve {
    /// The config file (YAML)
    pub config: Option<PathBuf>,
    /// The address to listen on, over the config's `server.host` [default: 127.0.0.1]
    #[arg(long)]
    pub host: Option<String>,
    /// The port to listen on, over LLAMA_STACK_PORT and the config's `server.port`; 0 takes a
    /// free one [default: 8321]
    #[arg(long)]
    pub port: Option<u16>,
}

#[derive(Debug, Args)]
pub struct Check {
    /// The config file (YAML)
    pub config: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Where tools are looked for.
#[derive(Args)]
pub struct From {
    /// The config file (YAML); the shipped tools if left out
    #[arg(long, conflicts_with = "endpoint")]
    pub config: Option<PathBuf>,
    /// A running host, such as http://127.0.0.1:8321
    #[arg(long)]
    pub endpoint: Option<String>,
    /// The API key to send to the running host [default: the variable TOOLHOST_API_KEY, which
    /// other users of this machine do not see]
    #[arg(long, requires = "endpoint", value_name = "KEY")]
    pub api_key: Option<String>,
}

impl fmt::Debug for From {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the key.
        let From {
            config, endpoint, ..
        } = self;
        f.debug_struct("From")
            .field("config", config)
            .field("endpoint", endpoint)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    pub from: From,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Show {
    /// The tool: `tool`, `group/tool` or `group::tool`
    pub tool: String,
    #[command(flatten)]
    pub from: From,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Invoke {
    /// The tool: `tool`, `group/tool` or `group::tool`
    pub tool: String,
    /// Arguments, such as `city=Tokyo`; a value that the tool does not take as text is JSON
    pub arguments: Vec<String>,
    /// All arguments as one JSON object
    #[arg(long, conflicts_with = "arguments")]
    pub args: Option<String>,
    #[command(flatten)]
    pub from: From,
    /// Print the whole result as JSON, failures too
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ImportOpenApi {
    /// The description of the API: a file of OpenAPI 3.0 or 3.1 (YAML or JSON)
    pub spec: PathBuf,
    /// The config file to write [default: stdout]
    #[arg(short, long)]
    pub output: Option<PathBuf>,
    /// The name of the tool group [default: made of the API's title]
    #[arg(long)]
    pub name: Option<String>,
    /// The server to send requests to, in place of those that the description names
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// The only operations to import, by operationId or name of the tool
    #[arg(long, value_name = "OPERATION", value_delimiter = ',')]
    pub only: Vec<String>,
    /// The only operations to import, by their tag
    #[arg(long, conflicts_with = "only")]
    pub tag: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct NewKey {
    /// Its name in logs: 1 to 64 of A-Z a-z 0-9 _ - .
    pub name: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Conformance {
    #[command(subcommand)]
    pub command: Option<ConformanceCommand>,
    #[command(flatten)]
    pub run: ConformanceRun,
}

#[derive(Debug, Args)]
pub struct ConformanceExport {
    /// The folder, new or empty
    pub folder: PathBuf,
}

#[derive(Args)]
pub struct ConformanceRun {
    /// The running host, such as http://127.0.0.1:8321; it may come to harm
    #[arg(long)]
    pub endpoint: Option<String>,
    /// The API key to send to it [default: the variable TOOLHOST_API_KEY, which other users of
    /// this machine do not see]
    #[arg(long, value_name = "KEY")]
    pub api_key: Option<String>,
    /// The only rows to run, such as 1,3,33
    #[arg(long, value_name = "ROWS", value_delimiter = ',')]
    pub only: Vec<u8>,
    /// The time that the host gives the tools
    #[arg(long, default_value = "1s", value_name = "TIME", value_parser = humantime::parse_duration)]
    pub timeout: Duration,
    /// The memory that the host gives the tools
    #[arg(long, default_value = "64MiB", value_name = "SIZE")]
    pub memory: ByteSize,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

impl fmt::Debug for ConformanceRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the key.
        let ConformanceRun { endpoint, only, .. } = self;
        f.debug_struct("ConformanceRun")
            .field("endpoint", endpoint)
            .field("only", only)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Args)]
pub struct Inspect {
    /// The component file
    pub component: PathBuf,
    /// World-level functions that are tools too
    #[arg(long = "function")]
    pub functions: Vec<String>,
    /// Run its `list-tools` in a sandbox without grants, to show the tools of a provider too
    #[arg(long)]
    pub list_tools: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct NewComponent {
    /// The core module, for WASI's first preview or for no system at all
    pub module: PathBuf,
    /// The WIT package of its world, whose doc comments are written into the component too; may be
    /// left out if the module says itself of which world it is
    #[arg(long)]
    pub wit: Option<PathBuf>,
    /// The world in there; may be left out if there is only one
    #[arg(long, requires = "wit")]
    pub world: Option<String>,
    /// The component file to write
    #[arg(short, long)]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct EmbedDocs {
    /// The WIT package: its folder or file
    pub wit: PathBuf,
    /// The component file to read
    pub component: PathBuf,
    /// The component file to write; may be the same
    #[arg(short, long)]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct EmbedManifest {
    /// The component file to read
    pub component: PathBuf,
    /// The manifest: network, files, env, secrets, config and keyvalue that it needs (YAML)
    #[arg(long)]
    pub manifest: PathBuf,
    /// The component file to write [default: the one that is read]
    #[arg(short, long)]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct CompileWorker {
    /// Size of the component, in bytes
    #[arg(long)]
    pub input: usize,
    /// Memory that it may take, in bytes
    #[arg(long)]
    pub memory: u64,
    /// Seconds that it may take
    #[arg(long)]
    pub seconds: u64,
    /// The engine that the code is for
    #[arg(long)]
    pub engine: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}

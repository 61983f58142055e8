//! The real binary as a process of its own: to be killed, and to be looked at from outside.

use std::{
    fs,
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStderr, Command, Stdio},
};

use contract::loads::LoadRow;
use tempfile::TempDir;

use crate::fixture::{Company, Engine, TestServer};

/// A running server, ours or another; killed when it is dropped.
pub struct Process {
    child: Child,
    pub base: String,
}

impl Process {
    /// The desk, on a database that is there already.
    pub fn start(folder: &str, url: &str) -> Self {
        Self::start_with(folder, url, "127.0.0.1:0", &[])
    }

    pub fn start_with(folder: &str, url: &str, listen: &str, more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_headhaul"));
        command
            .args(["serve", "--listen", listen, "--data-dir", folder, "--database-url", url])
            .args(["--sign-ins-per-minute", "10000"])
            .args(more)
            .env("RUST_LOG", "headhaul=info");
        Self::run(command)
    }

    /// Anything that says `Listening at` and where.
    pub fn run(mut command: Command) -> Self {
        tokio::task::block_in_place(|| {
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
            let mut lines: Lines<BufReader<ChildStderr>> = BufReader::new(child.stderr.take().unwrap()).lines();
            let base = lines.by_ref().map(Result::unwrap).find_map(|line| {
                let (_, rest) = line.split_once("Listening at ")?;
                Some(rest.trim_end_matches("\u{1b}[0m").trim().to_owned())
            });
            // The rest is read so that the process never waits for us.
            std::thread::spawn(move || lines.for_each(drop));
            Self { child, base: base.expect("it listens") }
        })
    }

    /// Where it listens, without the scheme.
    pub fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// How much memory it has, in KiB.
    pub fn memory_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub fn kill(self) {
        drop(self);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that is gone already can't be killed, and a test that panics must leave nothing behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A database with a dispatched load, and no server on it.
pub async fn prepared(engine: Engine) -> (TempDir, String, LoadRow) {
    let server = TestServer::start(engine).await;
    let load = server.dispatched_load().await;
    let (folder, url) = server.let_go().await;
    (folder, url, load)
}

/// A database with two companies in it, and no server on it.
pub struct Ground {
    pub folder: TempDir,
    pub url: String,
    pub blue: Company,
    pub prairie: Company,
}

impl Ground {
    pub async fn prepare(engine: Engine) -> Self {
        let server = TestServer::start(engine).await;
        let (blue, prairie) = (server.blue.clone(), server.prairie.clone());
        let (folder, url) = server.let_go().await;
        Self { folder, url, blue, prairie }
    }

    /// A node of it.
    pub fn node(&self, listen: &str, more: &[&str]) -> Process {
        Process::start_with(&self.folder.path().display().to_string(), &self.url, listen, more)
    }
}

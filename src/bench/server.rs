//! The servers that are measured: each a process of its own on core 0, started afresh for every measurement.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use tempfile::TempDir;

use crate::{Options, seed};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stack {
    /// Headhaul.
    Ours,
    /// Node as the standard has it: one message for each update.
    Each,
    /// Node putting the updates of a quarter of a second together, as ours does.
    Batching,
}

impl Stack {
    /// As the table calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ours => "Headhaul",
            Self::Each => "Node, as the standard",
            Self::Batching => "Node, batching",
        }
    }
}

/// The files that all measurements start from.
pub struct Bench {
    folder: TempDir,
    /// The loads that have a truck.
    pub loads: Vec<String>,
}

impl Bench {
    /// Fills a desk with the trucks, once.
    pub async fn prepare(options: &Options) -> anyhow::Result<Self> {
        let mut bench = Self { folder: tempfile::tempdir()?, loads: Vec::new() };
        let server = bench.ours("seed", None)?;
        bench.loads = seed::fill(&server.base, options.trucks).await?;
        server.stop()?;
        Ok(bench)
    }

    /// A fresh server of a stack.
    pub fn start(&self, stack: Stack) -> anyhow::Result<Server> {
        match stack {
            Stack::Ours => self.copy("run").and_then(|()| self.ours("run", None)),
            Stack::Each => node("--each"),
            Stack::Batching => node("--batch"),
        }
    }

    /// Ours on another database.
    pub fn ours_on(&self, url: &str) -> anyhow::Result<Server> {
        self.ours("other", Some(url))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn copy(&self, to: &str) -> anyhow::Result<()> {
        let to = self.path(to);
        let _ = fs::remove_dir_all(&to);
        fs::create_dir_all(&to)?;
        for file in fs::read_dir(self.path("seed"))? {
            let file = file?.path();
            fs::copy(&file, to.join(file.file_name().unwrap_or_default()))?;
        }
        Ok(())
    }

    fn ours(&self, folder: &str, url: Option<&str>) -> anyhow::Result<Server> {
        let folder = self.path(folder);
        fs::create_dir_all(&folder)?;
        let mut command = on_core_0(Path::new(env!("CARGO_BIN_EXE_headhaul")));
        command.args(["serve", "--demo", "--simulator", "off", "--listen", "127.0.0.1:0"]);
        command.args(["--sockets-per-user", "100000", "--sign-ins-per-minute", "100000", "--data-dir"]).arg(folder);
        if let Some(url) = url {
            command.args(["--database-url", url]);
        }
        command.env("RUST_LOG", "headhaul=info");
        Server::run(command)
    }
}

/// A program held to the server's core.
fn on_core_0(program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]).arg(program);
    command
}

fn node(mode: &str) -> anyhow::Result<Server> {
    let mut command = on_core_0(Path::new("node"));
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/end2end/peer/bench.mjs")).arg(mode);
    Server::run(command)
}

/// Processor time that a process has used so far.
fn cpu_of(process: &str) -> anyhow::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in brackets may hold anything, so fields are counted from behind it: utime and stime are 14 and 15.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|ticks| ticks.parse::<u64>().ok()).context("a number");
    // The kernel's clock ticks a hundred times a second for everybody who asks (proc(5), USER_HZ).
    Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}

/// How busy the load client itself is: one that has no time left would measure itself.
pub struct OwnWork {
    begun: Instant,
    before: Duration,
}

impl OwnWork {
    /// From now on.
    pub fn begin() -> anyhow::Result<Self> {
        Ok(Self { begun: Instant::now(), before: cpu_of("self")? })
    }

    /// The part of its core that it used since then, of a hundred.
    pub fn percent(&self) -> anyhow::Result<f64> {
        let spent = cpu_of("self")?.saturating_sub(self.before);
        Ok(spent.as_secs_f64() / self.begun.elapsed().as_secs_f64() * 100.0)
    }
}

/// A server that runs; killed when dropped.
pub struct Server {
    child: Child,
    /// `http://…`.
    pub base: String,
}

impl Server {
    /// Anything that says `Listening at` and where.
    fn run(mut command: Command) -> anyhow::Result<Self> {
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().context("taskset and the server")?;
        let mut lines = BufReader::new(child.stderr.take().context("its words")?).lines();
        let base = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, rest) = line.split_once("Listening at ")?;
            Some(rest.trim_end_matches("\u{1b}[0m").trim().to_owned())
        });
        // The rest is read so that the server never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        match base {
            Some(base) => Ok(Self { child, base }),
            None => bail!("the server does not listen: {:?}", child.wait()),
        }
    }

    /// Processor time that it has used so far.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        cpu_of(&self.child.id().to_string())
    }

    /// Seconds of processor time that it has used since it had used `before`.
    pub fn cpu_since(&self, before: Duration) -> anyhow::Result<f64> {
        Ok(self.cpu()?.saturating_sub(before).as_secs_f64())
    }

    /// Memory in KiB.
    pub fn memory_kib(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// Takes it down in good order, so that its files are whole.
    pub fn stop(mut self) -> anyhow::Result<()> {
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

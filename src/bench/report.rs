//! The figures: every repeat kept, the median told, as a table and as plots.

use std::{collections::BTreeMap, fmt::Write as _, fs, process::Command};

use crate::{Options, plot, server::Stack};

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Microseconds.
    Micros,
    /// Milliseconds.
    Millis,
    /// Bytes.
    Bytes,
    /// KiB.
    Kib,
    /// Of something, for each second.
    PerSecond,
    /// Of a hundred.
    Percent,
    /// Pieces.
    Count,
}

impl Unit {
    /// A value in this unit.
    pub fn of(self, value: f64) -> String {
        match self {
            Self::Micros => format!("{value:.2} µs"),
            Self::Millis => format!("{value:.1} ms"),
            Self::Bytes => format!("{value:.1} B"),
            Self::Kib => format!("{value:.1} KiB"),
            Self::PerSecond => thousands(value),
            Self::Percent => format!("{value:.0} %"),
            Self::Count => format!("{value:.2}"),
        }
    }

    /// Whether more is better.
    pub const fn grows(self) -> bool {
        matches!(self, Self::PerSecond)
    }

    /// Whether it is a result that is compared, rather than how it came about.
    pub const fn is_result(self) -> bool {
        !matches!(self, Self::Percent | Self::Count)
    }
}

fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The figures of one line of the table.
pub struct Line {
    /// What is measured.
    pub what: String,
    /// In which unit.
    pub unit: Unit,
    /// Each stack's values, one for each repeat.
    pub values: BTreeMap<Stack, Vec<f64>>,
}

impl Line {
    /// The value in the middle of a stack's repeats.
    pub fn median(&self, stack: Stack) -> Option<f64> {
        let mut values = self.values.get(&stack)?.clone();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    }

    /// How many times better ours is.
    fn ratio(&self, to: Stack) -> Option<f64> {
        let (ours, theirs) = (self.median(Stack::Ours)?, self.median(to)?);
        let ratio = if self.unit.grows() { ours / theirs } else { theirs / ours };
        self.unit.is_result().then_some(ratio)
    }
}

/// All figures.
#[derive(Default)]
pub struct Report {
    lines: Vec<Line>,
}

impl Report {
    /// Notes a figure.
    pub fn add(&mut self, what: &str, unit: Unit, stack: Stack, value: f64) {
        println!("{:<24} {what}: {}", stack.name(), unit.of(value));
        let at = self.lines.iter().position(|line| line.what == what).unwrap_or_else(|| {
            self.lines.push(Line { what: what.to_owned(), unit, values: BTreeMap::new() });
            self.lines.len() - 1
        });
        self.lines[at].values.entry(stack).or_default().push(value);
    }

    /// Writes the table and the plots.
    pub fn write(&self, options: &Options) -> anyhow::Result<()> {
        fs::create_dir_all(&options.out)?;
        let table = self.table(options);
        print!("\n{table}");
        fs::write(options.out.join("live.md"), table)?;
        for (name, what) in [
            ("event-cpu", "CPU per delivered event"),
            ("fleet", "positions delivered per CPU second"),
            ("memory", "memory per idle connection after that"),
        ] {
            if let Some(line) = self.lines.iter().find(|line| line.what == what) {
                fs::write(options.out.join(format!("{name}.svg")), plot::bars(line))?;
            }
        }
        Ok(())
    }

    fn table(&self, options: &Options) -> String {
        let Options { watchers, changes, trucks, viewers, waiting, reports_per_second, repeats, .. } = options;
        let mut text = format!(
            "# The live plane beside the standard's stack on Node\n\n\
             Made by `make bench` on {}.\n\n\
             Single events: {changes} status changes, {watchers} watchers. The map: {trucks} trucks, {viewers} viewers. \
             Delays: {reports_per_second} reports a second, {waiting} sockets that wait for them. The server has core 0 and \
             the load core 1; CPU is the server process's own, from `/proc`. Medians of {repeats} repeats in alternating \
             order, with the lowest and the highest. Headhaul stores every change and every position for good before it tells \
             of it; the servers on Node (socket.io with `ws`) store nothing.\n\n\
             | | Headhaul | Node, as the standard | Node, batching | times better than the standard | than batching |\n\
             |---|---|---|---|---|---|\n",
            machine()
        );
        for line in &self.lines {
            let cell = |stack| {
                let Some(median) = line.median(stack) else { return String::new() };
                let values = &line.values[&stack];
                let (low, high) =
                    values.iter().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(*value), high.max(*value)));
                format!("{} ({} to {})", line.unit.of(median), line.unit.of(low), line.unit.of(high))
            };
            let ratio = |to| line.ratio(to).map(|ratio| format!("{ratio:.1}")).unwrap_or_default();
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} |",
                line.what,
                cell(Stack::Ours),
                cell(Stack::Each),
                cell(Stack::Batching),
                ratio(Stack::Each),
                ratio(Stack::Batching)
            );
        }
        text
    }
}

/// What it ran on.
fn machine() -> String {
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
    };
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("an unknown processor", |(_, name)| name);
    let cores = cpus.lines().filter(|line| line.starts_with("processor")).count();
    format!("{cores} cores of {model}, Linux {}, Node {}", said("uname", &["-r"]), said("node", &["--version"]))
}

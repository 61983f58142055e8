//! What can be set. Flags and environment say the same thing; nothing at all gives a working desk.

use std::{
    fs,
    io::Write,
    net::{IpAddr, SocketAddr},
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use url::Url;

use crate::{clock::new_secret, relay};

/// Whether the demo's trucks drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// They do.
    On,
    /// They stand still.
    Off,
}

/// The settings of `headhaul serve`.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// Where to listen
    #[arg(long, env = "HEADHAUL_LISTEN", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    /// Where the SQLite file and generated secrets are kept
    #[arg(long, env = "HEADHAUL_DATA_DIR", default_value = "./data")]
    pub data_dir: PathBuf,
    /// `sqlite://…` or `postgres://…` [default: a SQLite file in the data directory]
    #[arg(long, env = "DATABASE_URL")]
    pub database_url: Option<String>,
    /// `redis://…` or `rediss://…`, by which several nodes on one PostgreSQL hear of each other at once [default: none]
    #[arg(long, env = "REDIS_URL")]
    pub redis_url: Option<String>,
    /// The channel on which the nodes speak there, one for each cluster that shares a Redis
    #[arg(long, env = "HEADHAUL_REDIS_CHANNEL", default_value = "headhaul")]
    pub redis_channel: String,
    /// A file with the secret that signs tokens [default: generated once into the data directory]
    #[arg(long)]
    pub jwt_secret_file: Option<PathBuf>,
    /// The secret that signs tokens, itself
    #[arg(skip = std::env::var("HEADHAUL_JWT_SECRET").ok())]
    pub jwt_secret: Option<String>,
    /// The address that browsers use [default: derived from --listen]
    #[arg(long, env = "HEADHAUL_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Further origins whose pages may write with the session cookie
    #[arg(long = "allowed-origin", env = "HEADHAUL_ALLOWED_ORIGINS", value_delimiter = ',')]
    pub allowed_origins: Vec<String>,
    /// How often sockets are asked whether they live, in milliseconds
    #[arg(long, env = "HEADHAUL_PING_INTERVAL_MS", default_value_t = 25_000)]
    pub ping_interval_ms: u64,
    /// How long they may take to answer, in milliseconds
    #[arg(long, env = "HEADHAUL_PING_TIMEOUT_MS", default_value_t = 20_000)]
    pub ping_timeout_ms: u64,
    /// Accept a socket's token in the address as well: addresses end up in logs
    #[arg(long, env = "HEADHAUL_TOKEN_IN_QUERY", action = clap::ArgAction::Set, default_value_t = false, num_args = 0..=1, default_missing_value = "true")]
    pub token_in_query: bool,
    /// Where map tiles come from, with {z}, {x} and {y} [default: the built-in base map]
    #[arg(long, env = "HEADHAUL_TILE_URL")]
    pub tile_url: Option<String>,
    /// Whose tiles they are, shown on the map; an https address as its last word becomes a link
    #[arg(long, env = "HEADHAUL_TILE_CREDIT")]
    pub tile_credit: Option<String>,
    /// Fill an empty database with the demo companies, and drive their trucks
    #[arg(long, env = "HEADHAUL_DEMO", action = clap::ArgAction::Set, default_value_t = false, num_args = 0..=1, default_missing_value = "true")]
    pub demo: bool,
    /// Whether the demo's trucks drive
    #[arg(long, env = "HEADHAUL_SIMULATOR", value_enum, default_value_t = Switch::On)]
    pub simulator: Switch,
    /// How many minutes pass for the demo's trucks in one
    #[arg(long, env = "HEADHAUL_SIMULATOR_SPEED", default_value_t = 60.0)]
    pub simulator_speed: f64,
    /// Further plain loads for the demo, for measuring
    #[arg(long, env = "HEADHAUL_DEMO_LOADS", default_value_t = 0)]
    pub demo_loads: usize,
    /// Sign-in attempts that one address may make in a minute
    #[arg(long, env = "HEADHAUL_SIGN_INS_PER_MINUTE", default_value_t = 60)]
    pub sign_ins_per_minute: u32,
    /// Sockets that one user may have at once
    #[arg(long, env = "HEADHAUL_SOCKETS_PER_USER", default_value_t = 10)]
    pub sockets_per_user: usize,
    /// Connections that one address may have at once, whatever is done on them
    #[arg(long, env = "HEADHAUL_CONNECTIONS_PER_ADDRESS", default_value_t = 10_000)]
    pub connections_per_address: usize,
    /// Sockets that one address may be refused in a minute before it is not looked at any more
    #[arg(long, env = "HEADHAUL_FAILED_HANDSHAKES_PER_MINUTE", default_value_t = 300)]
    pub failed_handshakes_per_minute: u32,
    /// Events that one socket may send in a second; twice as many at once
    #[arg(long, env = "HEADHAUL_EVENTS_PER_SECOND", default_value_t = 20)]
    pub events_per_second: u32,
    /// Position reports that one socket may send in a second; four times as many at once
    #[arg(long, env = "HEADHAUL_LOCATIONS_PER_SECOND", default_value_t = 5)]
    pub locations_per_second: u32,
    /// Events and reports that all sockets of one user may send in a second; four times as many at once
    #[arg(long, env = "HEADHAUL_USER_EVENTS_PER_SECOND", default_value_t = 100)]
    pub user_events_per_second: u32,
    /// Loads that one socket may join at once
    #[arg(long, env = "HEADHAUL_LOADS_PER_SOCKET", default_value_t = 500)]
    pub loads_per_socket: usize,
    /// How long a reader may take nothing of what it is sent before it is cut, in milliseconds
    #[arg(long, env = "HEADHAUL_STALLED_READER_MS", default_value_t = 15_000)]
    pub stalled_reader_ms: u64,
    /// Proxies whose `X-Forwarded-For` is believed [default: none]
    #[arg(long = "trusted-proxy", env = "HEADHAUL_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpAddr>,
    /// How long reported positions are kept, in days; where a truck was last stays known
    #[arg(long, env = "HEADHAUL_KEEP_POSITIONS_DAYS", default_value_t = 90)]
    pub keep_positions_days: u32,
}

impl Config {
    /// Checks what the types can't.
    ///
    /// # Errors
    /// One line that says which setting is wrong, and why.
    pub fn check(&self) -> anyhow::Result<()> {
        for (setting, url) in std::iter::once(("--public-url", self.public_url.as_ref()))
            .chain(self.allowed_origins.iter().map(|origin| ("--allowed-origin", Some(origin))))
        {
            if let Some(url) = url {
                origin_of(url)
                    .with_context(|| format!("{setting}: `{url}` must begin with http:// or https:// and a host"))?;
            }
        }
        if let Some(url) = &self.database_url
            && !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme))
        {
            bail!("--database-url: must begin with sqlite: or postgres:");
        }
        if let Some(url) = &self.redis_url {
            if !["redis:", "rediss:"].iter().any(|scheme| url.starts_with(scheme)) {
                bail!("--redis-url: must begin with redis: or, for a connection that is encrypted, rediss:");
            }
            if self.database_url().starts_with("sqlite:") {
                bail!(
                    "--redis-url: is for several nodes, and those need a PostgreSQL that they share (--database-url)"
                );
            }
        }
        if let Some(url) = &self.tile_url {
            let is_address = ["http://", "https://", "/"].iter().any(|start| url.starts_with(start));
            if !is_address || !["{z}", "{x}", "{y}"].iter().all(|part| url.contains(part)) {
                bail!("--tile-url: must be an address with {{z}}, {{x}} and {{y}} in it");
            }
        }
        if self.ping_interval_ms == 0 || self.ping_timeout_ms == 0 {
            bail!("--ping-interval-ms and --ping-timeout-ms: must be more than 0");
        }
        if !(1.0..=600.0).contains(&self.simulator_speed) {
            bail!("--simulator-speed: must be 1 to 600");
        }
        for (setting, is_nothing) in [
            ("--sign-ins-per-minute", self.sign_ins_per_minute == 0),
            ("--sockets-per-user", self.sockets_per_user == 0),
            ("--connections-per-address", self.connections_per_address == 0),
            ("--failed-handshakes-per-minute", self.failed_handshakes_per_minute == 0),
            ("--events-per-second", self.events_per_second == 0),
            ("--locations-per-second", self.locations_per_second == 0),
            ("--user-events-per-second", self.user_events_per_second == 0),
            ("--loads-per-socket", self.loads_per_socket == 0),
            ("--stalled-reader-ms", self.stalled_reader_ms == 0),
        ] {
            if is_nothing {
                bail!("{setting}: must be more than 0");
            }
        }
        // A fix may come as late as 7 days, and must be known again when it comes once more.
        if self.keep_positions_days < 8 {
            bail!("--keep-positions-days: must be at least 8");
        }
        Ok(())
    }

    /// Where everything is kept.
    pub fn database_url(&self) -> String {
        self.database_url.clone().unwrap_or_else(|| format!("sqlite://{}", self.data_dir.join("headhaul.db").display()))
    }

    /// Whether cookies are for encrypted connections only.
    pub fn secure_cookies(&self) -> bool {
        self.public_url.as_deref().and_then(origin_of).is_some_and(|origin| origin.starts_with("https://"))
    }

    /// The address that browsers use, without a slash at the end.
    pub fn address(&self, listening: SocketAddr) -> String {
        self.public_url.as_deref().and_then(origin_of).unwrap_or_else(|| format!("http://{listening}"))
    }

    /// The origins whose pages may write with the session cookie. On a loopback address both of its names are meant.
    pub fn origins(&self, listening: SocketAddr) -> Vec<String> {
        let mut origins: Vec<String> = self.allowed_origins.iter().filter_map(|url| origin_of(url)).collect();
        if let Some(url) = &self.public_url {
            origins.extend(origin_of(url));
        } else {
            origins.push(format!("http://{listening}"));
            if listening.ip().is_loopback() {
                origins.push(format!("http://localhost:{}", listening.port()));
            }
        }
        origins
    }

    /// How nodes hear of each other, if there may be several.
    pub fn relay(&self, secret: &str) -> Option<relay::Settings> {
        let url = self.redis_url.clone()?;
        Some(relay::Settings { url, channel: self.redis_channel.clone(), secret: secret.to_owned() })
    }

    /// The secret that signs tokens: given, or generated once.
    ///
    /// # Errors
    /// When it can't be read or written, or is too short.
    pub fn secret(&self) -> anyhow::Result<String> {
        let secret = if let Some(secret) = &self.jwt_secret {
            secret.clone()
        } else if let Some(path) = &self.jwt_secret_file {
            fs::read_to_string(path).with_context(|| format!("--jwt-secret-file: {} can't be read", path.display()))?
        } else {
            let path = self.data_dir.join("jwt-secret");
            match fs::read_to_string(&path) {
                Ok(secret) => secret,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    let secret = new_secret();
                    fs::OpenOptions::new()
                        .write(true)
                        .create_new(true)
                        .mode(0o600)
                        .open(&path)
                        .and_then(|mut file| file.write_all(secret.as_bytes()))
                        .with_context(|| format!("--data-dir: {} can't be written", path.display()))?;
                    secret
                }
                Err(error) => {
                    return Err(error).with_context(|| format!("--data-dir: {} can't be read", path.display()));
                }
            }
        };
        let secret = secret.trim().to_owned();
        if secret.len() < 32 {
            bail!("--jwt-secret-file: the secret must have at least 32 characters");
        }
        Ok(secret)
    }

    /// Makes the data directory.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn prepare(&self) -> anyhow::Result<()> {
        fs::create_dir_all(&self.data_dir)
            .with_context(|| format!("--data-dir: {} can't be made", self.data_dir.display()))
    }
}

/// Scheme, host and port of a URL, as browsers send them in `Origin`: in small letters and without a port that goes
/// without saying.
fn origin_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for (url, origin) in [
            ("https://Desk.Example:443/", "https://desk.example"),
            ("HTTP://desk.example:80", "http://desk.example"),
            ("https://desk.example:8443/x?y#z", "https://desk.example:8443"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(origin_of(url).as_deref(), Some(origin));
        }
        for url in ["desk.example", "ftp://desk.example", "https://", "javascript:alert(1)"] {
            assert_eq!(origin_of(url), None, "{url}");
        }
    }
}

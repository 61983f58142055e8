//! `headhaul check`: what works and what doesn't.

use crate::{config::Config, store::Store};

/// Tries the configuration and the database; prints one line for each and gives whether all is well.
pub async fn check(config: &Config) -> bool {
    let mut well = true;
    let mut say = |what: &str, outcome: anyhow::Result<String>| match outcome {
        Ok(text) => println!("{what}: {text}"),
        Err(error) => {
            well = false;
            println!("{what}: {error:#}");
        }
    };
    say(
        "configuration",
        config.check().and_then(|()| config.prepare()).and_then(|()| config.secret()).map(|_| "ok".to_owned()),
    );
    let database = async {
        let store = Store::open(&config.database_url()).await?;
        store.ping().await.map_err(|error| anyhow::anyhow!("{error}"))?;
        store.ping_write().await.map_err(|error| anyhow::anyhow!("{error}"))?;
        Ok(format!("{} reads and writes", store.engine()))
    };
    say("database", database.await);
    say("redis", Ok("not used: one node".to_owned()));
    well
}

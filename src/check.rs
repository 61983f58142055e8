//! `headhaul check`: what works and what doesn't.

use anyhow::bail;

use crate::{
    clock::Clock,
    config::Config,
    relay::{self, Heard},
    store::Store,
};

/// Tries the configuration, the database and Redis; prints one line for each and gives whether all is well.
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
    say("redis", redis(config).await);
    well
}

/// Whether Redis answers, and who is heard there.
async fn redis(config: &Config) -> anyhow::Result<String> {
    // Why there is no secret was said above.
    let Some(settings) = config.secret().ok().and_then(|secret| config.relay(&secret)) else {
        return Ok("not used: one node".to_owned());
    };
    let Heard { nodes, forged, stale } = relay::probe(&settings, &Clock::default()).await?;
    if forged > 0 {
        bail!(
            "answers, but somebody speaks there with another secret than this one: every node of a cluster needs the same \
             (--jwt-secret-file, HEADHAUL_JWT_SECRET), and every cluster a channel of its own (--redis-channel)"
        );
    }
    if stale > 0 {
        bail!("answers, but another node's clock differs from this one's by more than half a minute");
    }
    Ok(format!("answers; nodes that run now: {nodes}"))
}

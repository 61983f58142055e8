//! Clients that mean no good, or break off in the middle: they harm nobody, not even themselves.

use std::time::Duration;

use headhaul::simulate::socket::Socket;
use tokio::time::{Instant, timeout};

use crate::fixture::{TestServer, on_both_engines};

#[test]
fn whoever_breaks_off_while_being_let_in_is_not_counted_for_ever() {
    on_both_engines(async |engine| {
        let server = TestServer::start_with(engine, &["--sockets-per-user", "1"]).await;
        let client = server.dispatcher().await;
        for n in 0..300_u64 {
            let patience = Duration::from_micros(1_000 + n % 30 * 200);
            // What is dropped half way closes its connection without a word.
            let _ = timeout(patience, Socket::connect(&server.base, "/events", &client.token)).await;
        }

        let until = Instant::now() + Duration::from_secs(20);
        while let Err(error) = Socket::connect(&server.base, "/events", &client.token).await {
            assert!(Instant::now() < until, "{error}");
        }
        server.stop().await;
    });
}

//! A Redis of a test's own, to be stopped, paused and cut off.

use std::{
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{Instant, sleep},
};

pub struct Redis {
    pub port: u16,
    settings: Vec<String>,
    child: Option<Child>,
}

impl Redis {
    /// Starts one on a port that nobody uses.
    pub async fn start() -> Self {
        Self::start_with(|port| vec!["--port".to_owned(), port.to_string()]).await
    }

    /// The same with settings of its own for the port.
    pub async fn start_with(settings: impl Fn(u16) -> Vec<String>) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let mut redis = Self { port, settings: settings(port), child: None };
        redis.restart().await;
        redis
    }

    /// Starts it again on the same port.
    pub async fn restart(&mut self) {
        let child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(&self.settings)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            assert!(Instant::now() < deadline, "Redis did not start");
            sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn client(&self) -> redis::Client {
        redis::Client::open(self.url()).unwrap()
    }

    /// Kills it.
    pub fn stop(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Lets it hang: its connections stand and nobody answers.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    pub fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// Ends every connection but the one that asks for it.
    pub async fn kill_clients(&self) {
        let mut connection = self.client().get_multiplexed_async_connection().await.unwrap();
        for kind in ["normal", "pubsub"] {
            redis::cmd("CLIENT").arg(&["KILL", "TYPE", kind]).query_async::<i64>(&mut connection).await.unwrap();
        }
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A line to a server that can go dead without either side being told.
pub struct Line {
    pub port: u16,
    dead: Arc<watch::Sender<bool>>,
}

impl Line {
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let dead = Arc::new(watch::Sender::new(false));
        let state = dead.clone();
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut state = state.subscribe();
                tokio::spawn(async move {
                    // A call to a dead line is taken and never answered.
                    if state.wait_for(|dead| !dead).await.is_err() {
                        return;
                    }
                    let Ok(mut far) = TcpStream::connect(("127.0.0.1", port)).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => return,
                        _ = state.wait_for(|dead| *dead) => {}
                    }
                    // What was connected when the line died stays so and hears nothing more, also after it is mended.
                    std::future::pending::<()>().await;
                });
            }
        });
        Self { port: own, dead }
    }

    pub fn cut(&self) {
        self.dead.send_replace(true);
    }

    pub fn mend(&self) {
        self.dead.send_replace(false);
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Redis {
    /// A line to it that can be cut.
    pub async fn line(&self) -> Line {
        Line::to(self.port).await
    }
}

//! Speaking to the sockets without a client in between: letter by letter, well or badly.

use std::{net::SocketAddr, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use crate::fixture::Client;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where a server is.
pub fn address(base: &str) -> SocketAddr {
    base.trim_start_matches("http://").parse().unwrap()
}

/// A WebSocket of the library's, spoken to by hand.
pub struct Raw {
    pub wire: WebSocketStream<TcpStream>,
}

impl Raw {
    pub async fn open(base: &str) -> Self {
        Self::open_on(base, TcpSocket::new_v4().unwrap()).await.unwrap()
    }

    /// Over a connection that can be prepared before.
    pub async fn open_on(base: &str, socket: TcpSocket) -> Result<Self, tokio_tungstenite::tungstenite::Error> {
        Self::open_with(base, socket, &[]).await
    }

    /// With some headers.
    pub async fn open_with(
        base: &str,
        socket: TcpSocket,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, tokio_tungstenite::tungstenite::Error> {
        Self::open_at(base, "", socket, headers).await
    }

    /// With more in the address.
    pub async fn open_at(
        base: &str,
        query: &str,
        socket: TcpSocket,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, tokio_tungstenite::tungstenite::Error> {
        let stream = socket.connect(address(base)).await?;
        let url = format!("{}/socket.io/?EIO=4&transport=websocket{query}", base.replacen("http", "ws", 1));
        let mut request = url.into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (wire, _) = client_async(request, stream).await?;
        Ok(Self { wire })
    }

    /// Says something; that the connection is gone is found out by listening.
    pub async fn say(&mut self, text: impl Into<String>) {
        let _ = self.wire.send(Message::text(text.into())).await;
    }

    /// The next packet; nothing when the connection ends.
    pub async fn hear(&mut self) -> Option<String> {
        loop {
            match timeout(PATIENCE, self.wire.next()).await.expect("something comes, or it ends")? {
                Ok(Message::Text(text)) => return Some(text.to_string()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// Waits for a packet that begins so; nothing when the connection ends before.
    pub async fn hears(&mut self, start: &str) -> Option<String> {
        loop {
            let packet = self.hear().await?;
            if packet.starts_with(start) {
                return Some(packet);
            }
            if packet == "2" {
                self.say("3").await;
            }
        }
    }

    /// Asks to be let into a namespace; gives what is answered.
    pub async fn greet(&mut self, namespace: &str, auth: &Value) -> Option<String> {
        self.say(format!("40{namespace},{auth}")).await;
        loop {
            let packet = self.hears("4").await?;
            // On other namespaces things may be told meanwhile.
            if packet.starts_with("40") || packet.starts_with("44") {
                return Some(packet);
            }
        }
    }

    /// Gets into a namespace.
    pub async fn join(&mut self, namespace: &str, client: &Client) {
        let answer = self.greet(namespace, &json!({ "token": client.token })).await;
        assert!(answer.as_ref().is_some_and(|answer| answer.starts_with("40")), "{answer:?}");
    }

    /// Waits until the server ends the connection.
    pub async fn ends(&mut self) {
        while let Some(packet) = self.hear().await {
            if packet == "2" {
                self.say("3").await;
            }
        }
    }
}

/// A session over calls alone.
pub struct Polls {
    http: reqwest::Client,
    base: String,
    pub session: String,
}

impl Polls {
    /// Opens one; gives the status when it isn't opened.
    pub async fn open(base: &str, headers: &[(&'static str, &str)]) -> Result<Self, reqwest::Response> {
        let http = reqwest::Client::new();
        let mut request = http.get(format!("{base}/socket.io/?EIO=4&transport=polling"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        if answer.status() != 200 {
            return Err(answer);
        }
        let open: Value = serde_json::from_str(answer.text().await.unwrap().trim_start_matches('0')).unwrap();
        Ok(Self { http, base: base.to_owned(), session: open["sid"].as_str().unwrap().to_owned() })
    }

    fn url(&self) -> String {
        format!("{}/socket.io/?EIO=4&transport=polling&sid={}", self.base, self.session)
    }

    pub async fn say(&self, body: impl Into<reqwest::Body>) -> u16 {
        self.http.post(self.url()).body(body).send().await.unwrap().status().as_u16()
    }

    pub async fn hear(&self) -> (u16, String) {
        let answer = self.http.get(self.url()).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Gets into a namespace.
    pub async fn join(&self, namespace: &str, client: &Client) {
        let auth = json!({ "token": client.token });
        let answer = self.greet(namespace, &auth).await;
        assert!(answer.starts_with("40"), "{answer}");
    }

    /// Asks to be let into a namespace; gives what is answered.
    pub async fn greet(&self, namespace: &str, auth: &Value) -> String {
        assert_eq!(self.say(format!("40{namespace},{auth}")).await, 200);
        loop {
            let (status, heard) = self.hear().await;
            assert_eq!(status, 200, "{heard}");
            if let Some(answer) =
                heard.split('\x1e').find(|packet| packet.starts_with("40") || packet.starts_with("44"))
            {
                return answer.to_owned();
            }
        }
    }
}

//! Two nodes behind a balancer, over long-polling: each call of a connection must reach the node that it began on.

use std::{
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, header},
    response::Response,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    net::TcpListener,
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use crate::{
    fixture::{TestServer, alone},
    nodes::redis,
};

/// A balancer that gives each newcomer the next node and a cookie that names it.
#[derive(Clone)]
struct Balancer {
    nodes: Arc<[String]>,
    /// Whether the cookie is heeded.
    sticky: Arc<AtomicBool>,
    next: Arc<AtomicUsize>,
    calls: Arc<[AtomicUsize; 2]>,
    http: reqwest::Client,
}

impl Balancer {
    async fn start(nodes: [&str; 2]) -> (Self, String) {
        let balancer = Self {
            nodes: nodes.map(str::to_owned).into(),
            sticky: Arc::new(AtomicBool::new(true)),
            next: Arc::default(),
            calls: Arc::default(),
            http: reqwest::Client::new(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass).with_state(balancer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (balancer, url)
    }

    fn choose(&self, request: &Request) -> usize {
        let cookies = request.headers().get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let named = cookies.split("; ").find_map(|cookie| cookie.strip_prefix("node=")?.parse().ok());
        let named = named.filter(|node| *node < self.nodes.len() && self.sticky.load(Ordering::Relaxed));
        named.unwrap_or_else(|| self.next.fetch_add(1, Ordering::Relaxed) % self.nodes.len())
    }
}

async fn pass(State(balancer): State<Balancer>, request: Request) -> Response {
    let node = balancer.choose(&request);
    balancer.calls[node].fetch_add(1, Ordering::Relaxed);
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let call = balancer
        .http
        .request(parts.method, format!("{}{path}", balancer.nodes[node]))
        .headers(parts.headers)
        .body(to_bytes(body, 1 << 20).await.unwrap())
        .send()
        .await
        .unwrap();
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = call.status();
    *answer.headers_mut() = call.headers().clone();
    answer.headers_mut().remove(header::TRANSFER_ENCODING);
    let cookie = HeaderValue::from_str(&format!("node={node}; Path=/; HttpOnly; SameSite=Lax")).unwrap();
    answer.headers_mut().append(header::SET_COOKIE, cookie);
    *answer.body_mut() = Body::from(call.bytes().await.unwrap_or_default());
    answer
}

/// The official client, as two people.
struct Official {
    _child: Child,
    says: Lines<BufReader<ChildStdout>>,
}

impl Official {
    fn start(facts: &Value) -> Self {
        let mut child = Command::new("node")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/end2end/behind-a-balancer.mjs"))
            .arg(facts.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let says = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { _child: child, says }
    }

    /// Waits until something was said by each of them.
    async fn both(&mut self, is_it: impl Fn(&Value) -> bool) {
        let mut open = vec![json!(0), json!(1)];
        while !open.is_empty() {
            let line =
                timeout(Duration::from_secs(20), self.says.next_line()).await.expect("it comes").unwrap().unwrap();
            let said: Value = serde_json::from_str(&line).unwrap();
            if is_it(&said) {
                open.retain(|who| *who != said["who"]);
            }
        }
    }
}

#[test]
fn long_polling_works_behind_a_balancer_that_keeps_each_client_at_its_node() {
    alone(async {
        let [a, b] = TestServer::start_pair(&redis()).await;
        let (balancer, url) = Balancer::start([&a.base, &b.base]).await;
        let [first, second] = [a.dispatcher().await, b.sign_in("dispatch2@blueridge.test").await];
        let mut people = Official::start(&json!({ "url": url, "tokens": [first.token, second.token] }));
        people.both(|said| said["what"] == "stands").await;
        assert!(balancer.calls.iter().all(|calls| calls.load(Ordering::Relaxed) > 0), "one is on each node");

        let hear = async |people: &mut Official| {
            for client in [&first, &second] {
                let load = json!(client.create_load().await.id);
                people.both(|said| said["what"] == "load:created" && said["more"] == load).await;
            }
        };
        hear(&mut people).await;

        // Without that a call reaches a node that knows nothing of the connection, and is refused in so many words.
        balancer.sticky.store(false, Ordering::Relaxed);
        let open = format!("{url}/socket.io/?EIO=4&transport=polling");
        let greeting = reqwest::get(&open).await.unwrap().text().await.unwrap();
        let greeting: Value = serde_json::from_str(&greeting[1..]).unwrap();
        let sid = greeting["sid"].as_str().unwrap();
        let mut refused = None;
        for node in [&a.base, &b.base] {
            let answer = reqwest::Client::new()
                .post(format!("{node}/socket.io/?EIO=4&transport=polling&sid={sid}"))
                .body("40/events,{}")
                .send()
                .await
                .unwrap();
            if answer.status() == 400 {
                refused = Some(answer.text().await.unwrap());
            }
        }
        let refused: Value = serde_json::from_str(&refused.expect("one of them doesn't know it")).unwrap();
        assert_eq!(refused, json!({ "code": "1", "message": "Session ID unknown" }));
        people.both(|said| said["what"] == "disconnect" || said["what"] == "connect_error").await;

        // The clients come back by themselves as soon as they are kept at one node again.
        balancer.sticky.store(true, Ordering::Relaxed);
        people.both(|said| said["what"] == "stands").await;
        hear(&mut people).await;
        drop(people);
        a.stop().await;
        b.stop().await;
    });
}

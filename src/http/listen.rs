//! Taking connections, and letting slow ones go.

mod line;
mod seats;

use std::{
    future::Future,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use axum::{Router, extract::ConnectInfo, http::StatusCode};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
};
use tower::Service as _;

pub use line::Line;
use line::{Metered, PACE};
use seats::{Seat, Seats};

/// How long the head of a call may take, and how long a connection without one is kept.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How long nothing is taken after the system refused to give a connection, as when there are too many open files.
const BREATH: Duration = Duration::from_millis(500);

/// How much of a call is kept while it is read, in bytes. Its head must fit, and whatever is sent behind it unasked is
/// read no further.
const BUFFER: usize = 64 * 1024;

/// What somebody is told who has too many connections, in the words of every other refusal.
const TOO_MANY: &str = "HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\nconnection: close\r\n\
    content-length: 80\r\n\r\n{\"error\":{\"code\":\"too_many_connections\",\"message\":\"Too many open connections.\"}}";

/// How connections are kept.
#[derive(Clone, Debug)]
pub struct Manners {
    /// How long the head of a call may take, and how long a connection without one is kept.
    pub head: Duration,
    /// How long a reader may take nothing of what is written to it.
    pub reader: Duration,
    /// How many connections an address may have.
    pub per_address: usize,
    /// The addresses of proxies, whose connections are those of many.
    pub proxies: Arc<[IpAddr]>,
}

/// How much the system may hold of what a connection wasn't sent yet, in bytes, of which it uses twice as much. Left to
/// itself it keeps megabytes for each reader who has stopped reading; this still fills a line of 20 Mbit/s over 100 ms.
const UNSENT: u32 = 128 * 1024;

/// How many connections may wait to be accepted; the system's own bound (`net.core.somaxconn`) may be lower. When everybody
/// comes back at once, those for whom there is no place are not refused but try again after 1, 3 and 7 seconds.
const WAITING: u32 = 65_535;

/// Listens at an address.
///
/// # Errors
/// When it can't be used.
pub fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    // What is accepted takes after it.
    socket.set_send_buffer_size(UNSENT)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// Answers until `stop`; then takes no new connections and ends when what was begun is finished.
pub async fn serve(listener: TcpListener, router: Router, manners: Manners, stop: impl Future<Output = ()>) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(manners.head).max_buf_size(BUFFER);
    let seats = Seats::default();
    let (going, goes) = watch::channel(false);
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Some(stream) = seated(stream, peer.ip(), &seats, &manners) else { continue };
                tokio::spawn(converse(builder.clone(), stream, peer, router.clone(), goes.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "A connection could not be taken");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    drop((listener, goes));
    going.send_replace(true);
    // Every connection holds the other end as long as it lives.
    going.closed().await;
}

/// Gives a new connection its place, or says that its address has too many.
fn seated(stream: TcpStream, from: IpAddr, seats: &Seats, manners: &Manners) -> Option<Metered<TcpStream>> {
    let seat: Option<Seat> = if manners.proxies.contains(&from) {
        None
    } else if let Some(seat) = seats.take(from, manners.per_address) {
        Some(seat)
    } else {
        metrics::counter!("headhaul_connections_refused").increment(1);
        // Whoever has so many can do without the word if it doesn't fit.
        let _ = stream.try_write(TOO_MANY.as_bytes());
        return None;
    };
    // What is told is told at once.
    let _ = stream.set_nodelay(true);
    Some(Metered::new(stream, Line::default(), PACE, manners.reader, seat))
}

/// Answers the calls of one connection until either side has had enough.
async fn converse(
    builder: http1::Builder,
    stream: Metered<TcpStream>,
    peer: SocketAddr,
    router: Router,
    mut goes: watch::Receiver<bool>,
) {
    let line = stream.line().clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(line.clone());
        let (answer, line) = (router.clone().call(request), line.clone());
        async move {
            let answer = answer.await;
            if answer.as_ref().is_ok_and(|answer| answer.status() == StatusCode::SWITCHING_PROTOCOLS) {
                line.became_socket();
            }
            answer
        }
    });
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let going = async {
        // The sender lives until all connections have ended.
        let _ = goes.wait_for(|going| *going).await;
    };
    // How a connection ended concerns nobody but its other side.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = going => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        sync::oneshot,
        time::timeout,
    };

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    fn manners(per_address: usize) -> Manners {
        Manners { head: Duration::from_millis(50), reader: LONG, per_address, proxies: [].into() }
    }

    /// A server that lets go after 50 ms, what stops it, and whether it has ended.
    async fn start(router: Router) -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
        start_with(router, manners(100)).await
    }

    async fn start_with(
        router: Router,
        manners: Manners,
    ) -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let stopped = async { drop(stopped.await) };
        (address, stop, tokio::spawn(serve(listener, router, manners, stopped)))
    }

    async fn say(address: SocketAddr, text: &str) -> TcpStream {
        let mut wire = TcpStream::connect(address).await.expect("a connection");
        wire.write_all(text.as_bytes()).await.expect("it listens");
        wire
    }

    async fn all(mut wire: TcpStream) -> String {
        let mut answer = String::new();
        // A connection that is let go may also be reset.
        let _ = timeout(LONG, wire.read_to_string(&mut answer)).await.expect("it is let go");
        answer
    }

    #[tokio::test]
    async fn a_head_that_does_not_come_is_not_waited_for() {
        let (address, _stop, _) = start(Router::new()).await;

        for begun in ["", "GET / HTTP/1.1\r\nhost: x\r\nx-slow: "] {
            let answer = all(say(address, begun).await).await;
            assert!(!answer.contains("200"), "{answer}");
        }
    }

    #[tokio::test]
    async fn an_address_has_so_many_connections_and_a_trusted_proxy_any_number() {
        let patient = Manners { head: LONG, ..manners(2) };
        let (address, _stop, _) = start_with(Router::new(), patient.clone()).await;
        let (first, _second) = (say(address, "").await, say(address, "").await);
        let answered = async || all(say(address, "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await).await;
        assert!(!answered().await.contains("404 Not Found"), "the third is refused");
        drop(first);
        let taken = async { while !answered().await.contains("404 Not Found") {} };
        timeout(LONG, taken).await.expect("a place that is free again can be taken");

        let proxies = [address.ip()].into();
        let (address, _stop, _) = start_with(Router::new(), Manners { proxies, ..patient }).await;
        let mut open = Vec::new();
        for _ in 0..10 {
            open.push(say(address, "").await);
        }
        let answer = all(say(address, "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await).await;
        assert!(answer.contains("404 Not Found"), "{answer}");
    }

    #[test]
    fn the_word_for_too_many_is_as_long_as_it_says() {
        let (head, body) = TOO_MANY.split_once("\r\n\r\n").expect("head and body");
        assert!(head.ends_with(&format!("content-length: {}", body.len())), "{}", body.len());
        let told: contract::refusal::Refused = serde_json::from_str(body).expect("a refusal");
        assert_eq!(told.error.code, contract::Code::TooManyConnections);
    }

    #[tokio::test]
    async fn an_answer_may_take_longer_and_is_finished_when_the_server_goes_down() {
        let (begun, begins) = oneshot::channel::<()>();
        let begun = std::sync::Mutex::new(Some(begun));
        let (finish, finished) = oneshot::channel::<()>();
        let finished = tokio::sync::Mutex::new(Some(finished));
        let state = Arc::new((begun, finished));
        let slow = get(async move |ConnectInfo(peer): ConnectInfo<SocketAddr>| {
            drop(state.0.lock().expect("nobody panics").take());
            if let Some(finished) = state.1.lock().await.take() {
                let _ = finished.await;
            }
            peer.ip().to_string()
        });
        let (address, stop, served) = start(Router::new().route("/", slow)).await;

        let wire = say(address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        let _ = begins.await;
        // Twice as long as the head of a call may take.
        tokio::time::sleep(Duration::from_millis(100)).await;
        drop(stop);
        let answer = tokio::spawn(all(wire));
        let refuses = async { while TcpStream::connect(address).await.is_ok() {} };
        timeout(LONG, refuses).await.expect("nobody new is taken");
        assert!(!served.is_finished());
        drop(finish);
        assert!(answer.await.expect("no panic").ends_with("127.0.0.1"));
        timeout(LONG, served).await.expect("it ends").expect("no panic");
    }
}

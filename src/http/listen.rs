//! Taking connections, and letting slow ones go.

use std::{future::Future, net::SocketAddr, pin::pin, time::Duration};

use axum::{Router, extract::ConnectInfo};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tower::Service as _;

/// How long the head of a call may take, and how long a connection without one is kept.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How long nothing is taken after the system refused to give a connection, as when there are too many open files.
const BREATH: Duration = Duration::from_millis(500);

/// Answers until `stop`; then takes no new connections and ends when what was begun is finished.
pub async fn serve(listener: TcpListener, router: Router, patience: Duration, stop: impl Future<Output = ()>) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(patience);
    let (going, goes) = watch::channel(false);
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => {
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

/// Answers the calls of one connection until either side has had enough.
async fn converse(
    builder: http1::Builder,
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    mut goes: watch::Receiver<bool>,
) {
    // What is told is told at once.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().call(request)
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

    /// A server that lets go after 50 ms, what stops it, and whether it has ended.
    async fn start(router: Router) -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let stopped = async { drop(stopped.await) };
        (address, stop, tokio::spawn(serve(listener, router, Duration::from_millis(50), stopped)))
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
    async fn an_answer_may_take_longer_and_is_finished_when_the_server_goes_down() {
        let (begun, begins) = oneshot::channel::<()>();
        let begun = std::sync::Mutex::new(Some(begun));
        let (finish, finished) = oneshot::channel::<()>();
        let finished = tokio::sync::Mutex::new(Some(finished));
        let state = std::sync::Arc::new((begun, finished));
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

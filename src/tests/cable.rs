//! A cable between clients and a server that can be cut, and then what is on its way is lost, as it is in the world; or
//! frozen, and then nobody reads at the client's end.

use std::{net::SocketAddr, pin::pin, time::Duration};

use tokio::{
    io::copy_bidirectional,
    net::{TcpSocket, TcpStream},
    sync::watch,
    time::sleep,
};

/// How long the far end of a silently cut connection lies there, unless the server lets go of it before.
const LYING: Duration = Duration::from_secs(30);

/// The state of a cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Whole,
    /// Both ends were told: a reset.
    Reset,
    /// The server was told nothing: its end stands, and nobody reads there.
    Silent,
    /// Nothing goes through, and nobody was told anything.
    Frozen,
}

/// A way to a server; gone when dropped.
pub struct Cable {
    /// Where clients connect, as `http://…`.
    pub base: String,
    state: watch::Sender<State>,
}

impl Cable {
    /// Lays a cable to a server.
    pub fn lay(to: SocketAddr) -> Self {
        // As the server itself: whoever finds no place in the queue would try again seconds later.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let listener = socket.listen(65_535).unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (state, mut seen) = watch::channel(State::Whole);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    Ok((near, _)) = listener.accept() => {
                        if *seen.borrow() == State::Whole {
                            tokio::spawn(carry(near, to, seen.clone()));
                        } else {
                            hang_up(near);
                        }
                    }
                    gone = seen.changed() => if gone.is_err() { return },
                }
            }
        });
        Self { base, state }
    }

    /// Cuts it; new connections are refused until it is mended. `silently`: the server doesn't learn of it.
    pub fn cut(&self, silently: bool) {
        self.state.send_replace(if silently { State::Silent } else { State::Reset });
    }

    /// Lets nothing through any more, without a word to either side.
    pub fn freeze(&self) {
        self.state.send_replace(State::Frozen);
    }

    /// Makes it whole again: for new connections, and for those that were frozen.
    pub fn mend(&self) {
        self.state.send_replace(State::Whole);
    }
}

/// Ends a connection with a reset instead of a farewell.
fn hang_up(end: TcpStream) {
    let _ = end.set_zero_linger();
}

async fn carry(mut near: TcpStream, to: SocketAddr, mut state: watch::Receiver<State>) {
    let Ok(mut far) = TcpStream::connect(to).await else { return hang_up(near) };
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let how = {
        let mut copying = pin!(copy_bidirectional(&mut near, &mut far));
        loop {
            let now = *state.borrow_and_update();
            match now {
                State::Whole => tokio::select! {
                    _ = copying.as_mut() => return,
                    gone = state.changed() => if gone.is_err() { return },
                },
                State::Frozen => {
                    if state.changed().await.is_err() {
                        return;
                    }
                }
                State::Reset | State::Silent => break now,
            }
        }
    };
    hang_up(near);
    if how == State::Silent {
        tokio::select! {
            () = sleep(LYING) => {}
            () = async { while state.changed().await.is_ok() {} } => {}
        }
    }
    hang_up(far);
}

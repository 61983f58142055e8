//! One connection's line: how fast its socket may be read, how long its reader may stand still, and a way to hang up.
//!
//! The socket library has no hook for any of this: whoever sends pongs or greetings without end is never paced, and a
//! writer that waits for a reader who has stopped reading waits for ever, with everything that is queued for it.

use std::{
    io::{self, ErrorKind, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::task::AtomicWaker;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep},
};

use super::seats::Seat;

/// How fast something may be read.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Bytes in a second.
    pub per_second: f64,
    /// Bytes at once, after a pause.
    pub at_once: f64,
}

/// How fast a socket may be read. Twenty events a second on each of four namespaces and the positions of a truck are a
/// quarter of it; the longest message is 64 KiB.
pub const PACE: Pace = Pace { per_second: 64.0 * 1024.0, at_once: 512.0 * 1024.0 };

/// What every read costs beyond its bytes: a pong has one letter and still has to be read.
const READING: f64 = 32.0;

/// How many seconds' worth must have gathered before a socket is read again: it isn't read letter by letter.
const ENOUGH_S: f64 = 0.05;

/// A connection, as others may refer to it. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Line(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// Whether it has become a WebSocket, which is paced; calls have limits of their own.
    is_socket: AtomicBool,
    hung_up: AtomicBool,
    gone: AtomicBool,
    reader: AtomicWaker,
    writer: AtomicWaker,
}

impl Line {
    /// From now on a WebSocket is spoken on it.
    pub fn became_socket(&self) {
        self.0.is_socket.store(true, Ordering::Release);
    }

    /// Ends it at once, whatever still waits to be written to it.
    pub fn hang_up(&self) {
        self.0.hung_up.store(true, Ordering::Release);
        self.0.reader.wake();
        self.0.writer.wake();
    }

    /// Whether this is the same connection.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether it has ended, whoever ended it.
    pub fn is_gone(&self) -> bool {
        self.0.gone.load(Ordering::Acquire)
    }

    fn is_hung_up(&self) -> bool {
        self.0.hung_up.load(Ordering::Acquire)
    }
}

/// A connection that is read at a pace once it is a socket, written to no longer than its reader takes something, and
/// ended when its line is hung up.
pub struct Metered<S> {
    stream: S,
    line: Line,
    pace: Pace,
    patience: Duration,
    left: f64,
    filled_at: Instant,
    /// Until when it isn't read.
    paused: Option<Pin<Box<Sleep>>>,
    /// Until when its reader must take something.
    stalled: Option<Pin<Box<Sleep>>>,
    /// Its place among its address's connections.
    _seat: Option<Seat>,
}

impl<S> Metered<S> {
    /// A connection whose reader may stand still so long.
    pub fn new(stream: S, line: Line, pace: Pace, patience: Duration, seat: Option<Seat>) -> Self {
        let (left, filled_at) = (pace.at_once, Instant::now());
        Self { stream, line, pace, patience, left, filled_at, paused: None, stalled: None, _seat: seat }
    }

    /// How others refer to it.
    pub const fn line(&self) -> &Line {
        &self.line
    }

    /// Waits until this socket may be read again.
    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.line.0.is_socket.load(Ordering::Acquire) {
            return Poll::Ready(());
        }
        if let Some(paused) = &mut self.paused {
            ready!(paused.as_mut().poll(cx));
            self.paused = None;
        }
        let now = Instant::now();
        let filled = self.left + now.duration_since(self.filled_at).as_secs_f64() * self.pace.per_second;
        self.left = filled.min(self.pace.at_once);
        self.filled_at = now;
        if self.left > 0.0 {
            return Poll::Ready(());
        }
        metrics::counter!("headhaul_reads_paced").increment(1);
        let wait = Duration::from_secs_f64(ENOUGH_S - self.left / self.pace.per_second);
        ready!(self.paused.insert(Box::pin(sleep(wait))).as_mut().poll(cx));
        self.paused = None;
        Poll::Ready(())
    }

    /// What a write gave, unless the reader has stood still for too long.
    fn watched<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        self.line.0.writer.register(cx.waker());
        if self.line.is_hung_up() {
            return Poll::Ready(Err(ErrorKind::BrokenPipe.into()));
        }
        let patience = self.patience;
        ready!(self.stalled.get_or_insert_with(|| Box::pin(sleep(patience))).as_mut().poll(cx));
        metrics::counter!("headhaul_readers_cut", "why" => "stalled").increment(1);
        self.line.hang_up();
        Poll::Ready(Err(ErrorKind::TimedOut.into()))
    }
}

impl<S> Drop for Metered<S> {
    fn drop(&mut self) {
        self.line.0.gone.store(true, Ordering::Release);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.line.0.reader.register(cx.waker());
        if this.line.is_hung_up() {
            return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
        }
        ready!(this.poll_turn(cx));
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
        this.left -= (buf.filled().len() - before) as f64 + READING;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.line.is_hung_up() {
            return Poll::Ready(Err(ErrorKind::BrokenPipe.into()));
        }
        let written = Pin::new(&mut this.stream).poll_write(cx, buf);
        this.watched(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.line.is_hung_up() {
            return Poll::Ready(Err(ErrorKind::BrokenPipe.into()));
        }
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, bufs);
        this.watched(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
        time::timeout,
    };

    use super::*;

    const LONG: Duration = Duration::from_secs(20);
    const MUCH: usize = 600 * 1024;

    fn line(patience: Duration) -> (Metered<DuplexStream>, DuplexStream, Line) {
        let (near, far) = duplex(64 * 1024);
        let line = Line::default();
        let pace = Pace { per_second: 1024.0 * 1024.0, at_once: 100.0 * 1024.0 };
        (Metered::new(near, line.clone(), pace, patience, None), far, line)
    }

    /// How long it takes to read what comes as fast as it can.
    async fn read_much(metered: &mut Metered<DuplexStream>, mut far: DuplexStream) -> Duration {
        let sends = tokio::spawn(async move { far.write_all(&vec![0; MUCH]).await });
        let began = Instant::now();
        timeout(LONG, metered.read_exact(&mut vec![0; MUCH])).await.expect("it comes").expect("all of it");
        sends.await.expect("no panic").expect("all of it");
        began.elapsed()
    }

    #[tokio::test]
    async fn a_socket_is_read_no_faster_than_it_may_send() {
        let (mut metered, far, line) = line(LONG);
        line.became_socket();

        let took = read_much(&mut metered, far).await;
        assert!(took >= Duration::from_millis(400), "500 KiB beyond what may come at once: {took:?}");
    }

    #[tokio::test]
    async fn calls_are_read_as_fast_as_they_come() {
        let (mut metered, far, _line) = line(LONG);
        let left = metered.left;

        read_much(&mut metered, far).await;
        assert!(metered.paused.is_none() && metered.left < left, "more than a socket may send at once");
    }

    #[tokio::test]
    async fn a_reader_that_takes_nothing_is_let_go_and_one_that_takes_something_is_not() {
        let patience = Duration::from_secs(1);
        let (mut metered, mut far, _line) = line(patience);
        let slow = tokio::spawn(async move {
            for _ in 0..20 {
                sleep(Duration::from_millis(100)).await;
                far.read_exact(&mut [0; 16 * 1024]).await.expect("there is more");
            }
            // It takes no more, but stays.
            (Instant::now(), far)
        });
        let fault = async {
            loop {
                if let Err(fault) = metered.write_all(&[0; 16 * 1024]).await {
                    return fault;
                }
            }
        };
        assert_eq!(timeout(LONG, fault).await.expect("it ends").kind(), ErrorKind::TimedOut);
        let (stopped, _far) = slow.await.expect("it took all that it wanted");
        assert!(stopped.elapsed() >= patience / 2, "and only then it was let go");
    }

    #[tokio::test]
    async fn hanging_up_ends_what_reads_and_what_writes() {
        let (metered, _far, line) = line(LONG);
        let (mut reads, mut writes) = tokio::io::split(metered);
        let reading = tokio::spawn(async move { reads.read_u8().await.map_err(|fault| fault.kind()) });
        let writing =
            tokio::spawn(async move { writes.write_all(&vec![0; 1024 * 1024]).await.map_err(|fault| fault.kind()) });
        tokio::task::yield_now().await;
        line.hang_up();

        let (read, written) = (timeout(LONG, reading).await, timeout(LONG, writing).await);
        assert_eq!(read.expect("it ends").expect("no panic"), Err(ErrorKind::ConnectionAborted));
        assert_eq!(written.expect("it ends").expect("no panic"), Err(ErrorKind::BrokenPipe));
    }
}

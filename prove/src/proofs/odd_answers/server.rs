//! A server on loopback that sends the bytes it is given, for one account at a time.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use fastrand::Rng;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::mutate::Sent;
use super::vendor::World;

/// The account that is answered for, and what was sent.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) world: World,
    /// How many plain answers are sent before the odd one.
    pub(crate) plain: usize,
    pub(crate) random: Rng,
    pub(crate) sent: Vec<Sent>,
}

/// The server. It stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    turn: Arc<Mutex<Option<Turn>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start() -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let turn = Arc::new(Mutex::new(None));
        let shared = Arc::clone(&turn);
        let (stop, stopped) = oneshot::channel::<()>();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::spawn(move || {
            runtime.block_on(async move {
                let Ok(listener) = TcpListener::from_std(listener) else { return };
                let accept = async {
                    while let Ok((stream, _)) = listener.accept().await {
                        tokio::spawn(connection(stream, Arc::clone(&shared)));
                    }
                };
                tokio::select! {
                    () = accept => {}
                    _ = stopped => {}
                }
            });
        });
        Ok(Self { address, turn, stop: Some(stop), thread: Some(thread) })
    }

    /// Starts to answer for an account.
    pub(crate) fn begin(&self, turn: Turn) {
        *self.lock() = Some(turn);
    }

    /// Stops answering, and returns what was sent.
    pub(crate) fn end(&self) -> Option<Turn> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Turn>> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has already failed the case that caused it.
            let _ = thread.join();
        }
    }
}

async fn connection(mut stream: TcpStream, turn: Arc<Mutex<Option<Turn>>>) {
    // The client went away, which ends the connection and nothing else.
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::new();
    loop {
        let Some((head, body)) = request(&mut stream, &mut buffer).await else { return };
        let answer = {
            let mut turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
            turn.as_mut().map(|turn| turn.answer(&head, &body))
        };
        let Some(answer) = answer else { return };
        if stream.write_all(&answer).await.is_err() {
            return;
        }
    }
}

/// Reads one request: its first line and its body.
async fn request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<(String, Vec<u8>)> {
    loop {
        let end = buffer.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
            });
            let whole = end + 4 + length.unwrap_or(0usize);
            if buffer.len() >= whole {
                let body = buffer[end + 4..whole].to_vec();
                buffer.drain(..whole);
                return Some((head, body));
            }
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}

impl Turn {
    fn answer(&mut self, head: &str, body: &[u8]) -> Vec<u8> {
        let mut first = head.split_whitespace();
        let method = first.next().unwrap_or_default();
        let target = first.next().unwrap_or_default();
        let answer = self.world.answer(method, target, body);
        let sent = if self.sent.len() == self.plain {
            Sent::odd(answer, &self.world, &mut self.random)
        } else {
            Sent::plain(answer)
        };
        let bytes = wire(&sent);
        self.sent.push(sent);
        bytes
    }
}

fn wire(sent: &Sent) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} Any\r\n", sent.status);
    for (name, value) in &sent.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let bodiless = matches!(sent.status, 204 | 304);
    if !bodiless {
        head.push_str(&format!("content-length: {}\r\n", sent.body.len()));
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    if !bodiless {
        bytes.extend_from_slice(&sent.body);
    }
    bytes
}

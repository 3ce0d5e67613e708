//! A server with a script of replies.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The reaction to one request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Sends these bytes and keeps the connection open.
    Send(Vec<u8>),
    /// Sends these bytes and closes the connection.
    Close(Vec<u8>),
    /// Resets the connection.
    Reset,
    /// Sends nothing until the client gives up.
    Silence,
    /// Does nothing while this time passes at once, on the clock of a single-threaded runtime.
    Timeout(Duration),
    /// Sends the first bytes once, then the second ones until the client stops reading.
    Endless(Vec<u8>, Vec<u8>),
}

/// A request that arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    pub(crate) at: Instant,
}

impl Seen {
    /// The method and the target.
    pub(crate) fn line(&self) -> &str {
        let line = self.head.lines().next().unwrap();
        line.strip_suffix(" HTTP/1.1").unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

pub(crate) struct Server {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

struct State {
    script: Mutex<VecDeque<Reply>>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    sent: AtomicUsize,
    /// Number of requests seen.
    count: watch::Sender<usize>,
    /// Number of connections closed.
    ended: watch::Sender<usize>,
}

impl Server {
    /// Starts a server that replies to one request after the other. The last reply repeats.
    pub(crate) async fn start(script: impl IntoIterator<Item = Reply>) -> Self {
        Self::listen(TcpListener::bind("127.0.0.1:0").await.unwrap(), script)
    }

    pub(crate) fn listen(listener: TcpListener, script: impl IntoIterator<Item = Reply>) -> Self {
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            script: Mutex::new(script.into_iter().collect()),
            seen: Mutex::new(Vec::new()),
            connections: AtomicUsize::new(0),
            sent: AtomicUsize::new(0),
            count: watch::Sender::new(0),
            ended: watch::Sender::new(0),
        });
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let state = Arc::clone(&shared);
                tokio::spawn(async move {
                    let _ = state.converse(stream).await;
                    state.ended.send_modify(|ended| *ended += 1);
                });
            }
        });
        Self { address, state, task }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Returns the number of bytes sent by [`Reply::Endless`].
    pub(crate) fn sent(&self) -> usize {
        self.state.sent.load(Ordering::SeqCst)
    }

    /// Waits for this number of requests.
    pub(crate) async fn has_seen(&self, count: usize) {
        self.state.count.subscribe().wait_for(|seen| *seen >= count).await.unwrap();
    }

    /// Waits until this number of connections are closed.
    pub(crate) async fn has_lost(&self, count: usize) {
        self.state.ended.subscribe().wait_for(|ended| *ended >= count).await.unwrap();
    }
}

/// Lets this time pass at once, on the clock of a single-threaded runtime.
pub(crate) async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl State {
    async fn converse(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut buffer = Vec::new();
        while let Some(seen) = read_request(&mut stream, &mut buffer).await? {
            self.seen.lock().unwrap().push(seen);
            self.count.send_modify(|count| *count += 1);
            let reply = {
                let mut script = self.script.lock().unwrap();
                if script.len() > 1 { script.pop_front() } else { script.front().cloned() }
            };
            match reply.unwrap() {
                Reply::Send(bytes) => stream.write_all(&bytes).await?,
                Reply::Close(bytes) => return stream.write_all(&bytes).await,
                Reply::Reset => return stream.set_zero_linger(),
                Reply::Silence => {
                    // Until the client goes away.
                    stream.read_to_end(&mut Vec::new()).await?;
                    return Ok(());
                }
                Reply::Timeout(time) => {
                    pass(time).await;
                    stream.read_to_end(&mut Vec::new()).await?;
                    return Ok(());
                }
                Reply::Endless(first, more) => {
                    stream.write_all(&first).await?;
                    loop {
                        stream.write_all(&more).await?;
                        self.sent.fetch_add(more.len(), Ordering::SeqCst);
                    }
                }
            }
        }
        Ok(())
    }
}

/// Reads the next request. Returns `None` when the client has closed the connection.
async fn read_request(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
) -> std::io::Result<Option<Seen>> {
    loop {
        let end = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8(buffer[..end].to_vec()).unwrap();
            let mut seen = Seen { head, body: Vec::new(), at: Instant::now() };
            let length: usize =
                seen.header("content-length").map_or(0, |length| length.parse().unwrap());
            if buffer.len() >= end + 4 + length {
                seen.body = buffer[end + 4..end + 4 + length].to_vec();
                buffer.drain(..end + 4 + length);
                return Ok(Some(seen));
            }
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
}

/// Returns a response with these headers and this body.
pub(crate) fn response(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut bytes = format!("HTTP/1.1 {status} Whatever\r\n");
    for (name, value) in headers {
        bytes += &format!("{name}: {value}\r\n");
    }
    bytes += &format!("content-length: {}\r\n\r\n", body.len());
    [bytes.as_bytes(), body].concat()
}

/// Returns a reply that sends such a response.
pub(crate) fn reply(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Reply {
    Reply::Send(response(status, headers, body))
}

/// Returns a reply that sends a good response.
pub(crate) fn fine() -> Reply {
    reply(200, &[("content-type", "application/json")], "{}")
}

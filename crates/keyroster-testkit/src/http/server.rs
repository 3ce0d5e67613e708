//! A small HTTP server on loopback, on its own thread.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http_body_util::BodyExt as _;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::call::Call;

/// What is sent back, byte for byte.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wire {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether the connection closes after half of the body.
    pub(crate) broken_off: bool,
}

/// Answers a call. None closes the connection.
pub(crate) type Answer = dyn Fn(&Call) -> Option<Wire> + Send + Sync;

/// A running server; it stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    /// Starts on a free port, on its own thread, so that it answers even if a provider blocks its thread.
    pub(crate) fn start(answer: Arc<Answer>) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::spawn(move || {
            runtime.block_on(async move {
                tokio::select! {
                    () = serve(listener, answer) => {}
                    // Nothing is ever sent: the sender is dropped.
                    _ = stopped => {}
                }
            });
        });
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        // The last owner of a vendor may be the server's own thread, which cannot join itself.
        let own = |thread: &std::thread::JoinHandle<()>| {
            thread.thread().id() == std::thread::current().id()
        };
        if let Some(thread) = self.thread.take().filter(|thread| !own(thread)) {
            // A panic there came from the harness, and its request has failed.
            let _ = thread.join();
        }
    }
}

async fn serve(listener: std::net::TcpListener, answer: Arc<Answer>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(connection(stream, Arc::clone(&answer)));
    }
}

async fn connection(stream: TcpStream, answer: Arc<Answer>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let answer = Arc::clone(&answer);
        async move { respond(answer.as_ref(), request).await }
    });
    // An error is an intended cut, or a client that went away.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn respond(answer: &Answer, request: Request<Incoming>) -> Result<Response<Sent>, Cut> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Cut)?.to_bytes().to_vec();
    let mut headers = BTreeMap::new();
    for (name, value) in &head.headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.insert(name.as_str().to_owned(), value);
    }
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let call = Call::new(head.method.as_str(), target, headers, body);
    let wire = answer(&call).ok_or(Cut)?;
    let mut response = Response::builder().status(wire.status);
    for (name, value) in &wire.headers {
        response = response.header(name, value);
    }
    response.body(Sent::new(wire.body, wire.broken_off)).map_err(|_| Cut)
}

/// The error that makes hyper close the connection.
#[derive(Debug)]
struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is cut")
    }
}

impl std::error::Error for Cut {}

/// A body that may end halfway.
struct Sent {
    data: Option<Bytes>,
    promised: u64,
    broken_off: bool,
}

impl Sent {
    fn new(mut body: Vec<u8>, broken_off: bool) -> Self {
        let promised = body.len() as u64 + u64::from(broken_off);
        if broken_off {
            body.truncate(body.len() / 2);
        }
        Self {
            data: Some(body.into()).filter(|data: &Bytes| !data.is_empty()),
            promised,
            broken_off,
        }
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if let Some(data) = self.data.take() {
            self.promised -= data.len() as u64;
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        Poll::Ready(self.broken_off.then_some(Err(Cut)))
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && !self.broken_off
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}

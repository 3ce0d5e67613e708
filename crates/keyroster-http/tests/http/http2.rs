//! HTTP/2 lets a server say that it did not process a request. Default clients believe any proxy that says so
//! and retry a create. We do not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use keyroster_core::ErrorKind;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::support::tls::certificate;
use crate::support::{child_argument, client, create, naive, run_in_child};

/// How the server says that it did not process a request.
#[derive(Clone, Copy, Debug)]
enum Refusal {
    Stream,
    Goaway,
}

/// A server that counts requests and refuses all of them.
struct Refuser {
    port: u16,
    requests: Arc<AtomicUsize>,
}

impl Refuser {
    async fn start(refusal: Refusal, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (count, tls) = (Arc::clone(&count), tls.clone());
                // The client closes the connection, which is an error here.
                tokio::spawn(async move { converse(stream, tls, refusal, &count).await.ok() });
            }
        });
        Self { port, requests }
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

async fn converse(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    refusal: Refusal,
    requests: &AtomicUsize,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    match tls {
        Some(tls) => refuse(tls.accept(stream).await?, refusal, requests).await?,
        None => refuse(stream, refusal, requests).await?,
    }
    Ok(())
}

async fn refuse(
    stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    refusal: Refusal,
    requests: &AtomicUsize,
) -> Result<(), h2::Error> {
    let mut connection = h2::server::handshake(stream).await?;
    while let Some(request) = connection.accept().await {
        let (request, mut respond) = request?;
        if request.method() == http::Method::POST {
            requests.fetch_add(1, Ordering::SeqCst);
        }
        match refusal {
            Refusal::Stream => respond.send_reset(h2::Reason::REFUSED_STREAM),
            Refusal::Goaway => {
                respond.send_reset(h2::Reason::REFUSED_STREAM);
                connection.graceful_shutdown();
            }
        }
    }
    Ok(())
}

/// Uses TLS, as with a vendor. The root is trusted through `SSL_CERT_FILE`, which needs a child process.
#[tokio::test]
async fn a_refused_create_is_not_retried() {
    let test = "http2::a_refused_create_is_not_retried";
    if let Some(port) = child_argument() {
        let account = client(&format!("https://localhost:{port}")).build();
        let error = account.send(create()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Indeterminate, "{error}");
        assert!(!error.to_string().contains("certificate"), "{error}");
        return;
    }
    for refusal in [Refusal::Stream, Refusal::Goaway] {
        let (tls, root) = certificate("localhost", &["h2"]);
        let server = Refuser::start(refusal, Some(tls)).await;
        let folder = std::env::temp_dir().join(format!("keyroster-http-{}", server.port));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("root.pem");
        std::fs::write(&file, root).unwrap();
        let variables = [("SSL_CERT_FILE", file.to_str().unwrap())];
        run_in_child(test, &server.port.to_string(), &variables).await;
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(server.requests(), 1, "{refusal:?}");
    }
}

#[tokio::test]
async fn a_default_client_retries_it() {
    let server = Refuser::start(Refusal::Stream, None).await;
    let url = format!("http://127.0.0.1:{}/keys", server.port);
    let plain = naive::builder().http2_prior_knowledge().build().unwrap();
    plain.post(&url).body("one").send().await.unwrap_err();
    assert!(server.requests() > 1, "{} requests", server.requests());

    let server = Refuser::start(Refusal::Stream, None).await;
    let url = format!("http://127.0.0.1:{}/keys", server.port);
    let never = naive::builder().http2_prior_knowledge().retry(reqwest::retry::never());
    never.build().unwrap().post(&url).body("one").send().await.unwrap_err();
    assert_eq!(server.requests(), 1);
}

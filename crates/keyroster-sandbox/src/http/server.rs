//! The HTTP server: connections, latency and faults.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::exchange::{Call, Reply};
use crate::fault::Action;
use crate::http::body::{Cut, ReplyBody};
use crate::http::control;
use crate::log::Vendor;
use crate::world::World;
use crate::{openrouter, pinata};

/// Maximum length of a request body; longer ones get 413. The longest one that either vendor documents
/// has a few hundred bytes.
const BODY_CAP: usize = 1024 * 1024;

/// Accepts connections until the task is aborted, which drops all connections.
pub(crate) async fn serve(listener: TcpListener, world: Arc<World>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&world)));
                }
                // Probably out of file descriptors. Some may become free.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, world: Arc<World>) {
    // Replies are small. Without this, the second write of a kept connection waits.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let world = Arc::clone(&world);
        async move { respond(&world, request).await }
    });
    // An error here is an intended cut, or a client that went away.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        // An idle connection is kept until the client closes it.
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn respond(world: &World, request: Request<Incoming>) -> Result<Response<ReplyBody>, Cut> {
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    let query = head.uri.query().unwrap_or_default();
    let method = head.method.as_str();
    let body = match Limited::new(body, BODY_CAP).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            let error = json!({"error": {"code": 413, "message": "Request body too large"}});
            let mut reply = Reply::json(413, "application/json", &error);
            // The rest of the body is still on its way.
            reply.set("connection", "close");
            return Ok(response(reply, None));
        }
        Err(_) => return Err(Cut),
    };
    if control::owns(path) {
        return Ok(response(control::handle(world, method, path, &body), None));
    }
    let vendor = Vendor::of(path);
    let (position, applied) = world.arrive(vendor, method, path, query);
    let call = Call { method, path, query, headers: &head.headers, body: &body };
    let committed = match &applied.action {
        Some(Action::Respond { commit, .. } | Action::Cut { commit }) => *commit,
        _ => true,
    };
    // The operation is carried out at once, and only the reply is late: a client that stops waiting cannot
    // undo it.
    let real = committed.then(|| world.operate(vendor, &call));
    world.run_hook(position).await;
    let wait = world.config.latency + Duration::from_millis(applied.delay_ms);
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    let truncate = match &applied.action {
        Some(Action::Truncate { bytes }) => Some(*bytes),
        _ => None,
    };
    let reply = match applied.action {
        Some(Action::Cut { .. }) => return Err(Cut),
        Some(Action::Respond { status, headers, body, .. }) => {
            let mut reply = scripted(vendor, path, status, body);
            for (name, value) in headers {
                reply.set(&name, value);
            }
            reply
        }
        _ => real.ok_or(Cut)?,
    };
    world.answered(position, reply.status);
    Ok(response(reply, truncate))
}

fn scripted(vendor: Vendor, path: &str, status: u16, body: Option<Value>) -> Reply {
    match (body, vendor) {
        (Some(Value::String(text)), _) => {
            let headers = vec![("content-type".to_owned(), "text/plain; charset=utf-8".to_owned())];
            Reply { status, headers, body: text.into_bytes() }
        }
        (Some(body), _) => Reply::json(status, "application/json", &body),
        (None, Vendor::Pinata) => pinata::canonical(status, path),
        (None, Vendor::OpenRouter) => openrouter::canonical(status),
    }
}

fn response(reply: Reply, truncate: Option<usize>) -> Response<ReplyBody> {
    let body = match truncate {
        Some(bytes) => ReplyBody::truncated(reply.body, bytes),
        None => ReplyBody::whole(reply.body),
    };
    let mut response = Response::new(body);
    let status = StatusCode::from_u16(reply.status);
    *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

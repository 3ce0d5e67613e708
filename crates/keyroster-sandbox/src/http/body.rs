//! A response body that may be truncated.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::Sleep;

/// How long the connection stays open after a truncated body, so that the written part is sent.
const FLUSH: Duration = Duration::from_millis(5);

/// The error that makes hyper close the connection.
#[derive(Debug)]
pub(crate) struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fault cut the connection")
    }
}

impl std::error::Error for Cut {}

impl From<Infallible> for Cut {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

#[derive(Debug)]
pub(crate) struct ReplyBody {
    data: Option<Bytes>,
    /// Number of bytes left according to `content-length`.
    promised: u64,
    /// The wait before the cut of a truncated body.
    cut: Option<Pin<Box<Sleep>>>,
}

impl ReplyBody {
    pub(crate) fn whole(body: Vec<u8>) -> Self {
        Self { promised: body.len() as u64, data: Some(body.into()), cut: None }
    }

    /// The first bytes of this body, or all if there are no more.
    pub(crate) fn truncated(body: Vec<u8>, bytes: usize) -> Self {
        if bytes >= body.len() {
            return Self::whole(body);
        }
        let promised = body.len() as u64;
        let data = Bytes::from(body).slice(..bytes);
        let data = Some(data).filter(|data| !data.is_empty());
        Self { data, promised, cut: Some(Box::pin(tokio::time::sleep(FLUSH))) }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if let Some(data) = self.data.take() {
            self.promised -= data.len() as u64;
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        match &mut self.cut {
            None => Poll::Ready(None),
            Some(wait) => {
                ready!(wait.as_mut().poll(context));
                Poll::Ready(Some(Err(Cut)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && self.cut.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}

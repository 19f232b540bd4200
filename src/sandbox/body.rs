//! Answers on their way to the wire: whole bodies, logs that grow, and bodies that break off.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::body::{Bytes, Frame, SizeHint};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use tokio::sync::mpsc;

use super::exchange::{Answer, Content};
use super::ids;
use super::shared::Shared;

/// The body of a response.
pub(crate) enum Body {
    Whole(Option<Bytes>),
    Pieces {
        pieces: mpsc::Receiver<io::Result<Bytes>>,
        /// An end that is held back until what came before it is on the wire.
        end: Option<io::Error>,
    },
}

impl From<mpsc::Receiver<io::Result<Bytes>>> for Body {
    fn from(pieces: mpsc::Receiver<io::Result<Bytes>>) -> Self {
        Self::Pieces { pieces, end: None }
    }
}

impl Body {
    /// The response for `answer`; with `truncate` its body ends half-way and the connection with it.
    pub(crate) fn respond(shared: &Arc<Shared>, answer: Answer, truncate: bool) -> hyper::Response<Self> {
        let (kind, body, length) = match answer.content {
            Content::Empty => (None, Self::Whole(None), None),
            Content::Json(value) => whole("application/json", value.to_string().into(), truncate),
            Content::List(items, _) => {
                whole("application/json", serde_json::Value::Array(items).to_string().into(), truncate)
            }
            Content::Bytes(kind, bytes) => whole(kind, bytes.into(), truncate),
            Content::Output { id, from } => {
                (Some("text/plain; charset=utf-8"), follow(shared, id, from, truncate).into(), None)
            }
        };
        let mut response = hyper::Response::new(body);
        *response.status_mut() = hyper::StatusCode::from_u16(answer.status).unwrap_or_default();
        let headers = response.headers_mut();
        if let Some(kind) = kind {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        if let Some(length) = length {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        let id = ("request-id", ids::fresh());
        for (name, value) in answer.headers.into_iter().chain([id]) {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

fn whole(kind: &'static str, bytes: Bytes, truncate: bool) -> (Option<&'static str>, Body, Option<usize>) {
    if !truncate {
        return (Some(kind), Body::Whole(Some(bytes)), None);
    }
    let (sender, receiver) = mpsc::channel(2);
    // The channel has room for both.
    let _ = sender.try_send(Ok(bytes.slice(..bytes.len() / 2)));
    let _ = sender.try_send(Err(io::ErrorKind::ConnectionReset.into()));
    (Some(kind), receiver.into(), Some(bytes.len()))
}

/// Sends the output of a build or release command as it grows, until it is complete.
fn follow(
    shared: &Arc<Shared>,
    id: String,
    from: usize,
    truncate: bool,
) -> mpsc::Receiver<io::Result<Bytes>> {
    let (sender, receiver) = mpsc::channel(4);
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let mut progress = shared.subscribe();
        let mut sent = from;
        loop {
            let (piece, over) = shared.with(|store| match store.world.output(&id) {
                Some((output, over)) => {
                    (Bytes::copy_from_slice(output.as_bytes().get(sent..).unwrap_or_default()), over)
                }
                None => (Bytes::new(), true),
            });
            let cut = truncate && !piece.is_empty();
            let piece = if cut { piece.slice(..piece.len() / 2) } else { piece };
            sent += piece.len();
            if !piece.is_empty() && sender.send(Ok(piece)).await.is_err() {
                return;
            }
            if cut {
                let _ = sender.send(Err(io::ErrorKind::ConnectionReset.into())).await;
                return;
            }
            if over || progress.changed().await.is_err() {
                return;
            }
        }
    });
    receiver
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Pieces { pieces, end } => {
                if let Some(error) = end.take() {
                    return Poll::Ready(Some(Err(error)));
                }
                match pieces.poll_recv(context) {
                    Poll::Ready(Some(Err(error))) => {
                        *end = Some(error);
                        context.waker().wake_by_ref();
                        Poll::Pending
                    }
                    other => other.map(|piece| piece.map(|piece| piece.map(Frame::data))),
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
            Self::Pieces { .. } => SizeHint::default(),
        }
    }
}

//! The rest of a body that nobody reads. A connection that is closed with bytes unread is reset,
//! and the reset can overtake the answer: so where a request is refused early, what the client
//! still sends is taken and thrown away, within bounds.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header;
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// How much is thrown away, in bytes.
const MOST: u64 = 16 * 1024 * 1024;
/// How long that may take.
const TIME: Duration = Duration::from_secs(2);

/// Around every route: reads what the route left of the body before the answer goes out.
pub(crate) async fn take_rest(request: Request, next: Next) -> Response {
    // A client that waits for leave sends nothing after a refusal; to read would give it leave.
    let waits = request.headers().contains_key(header::EXPECT);
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let (left, mut rest) = oneshot::channel();
    let lent = Lent {
        body: Some(body),
        begun: false,
        left: Some(left),
    };
    let response = next.run(Request::from_parts(parts, Body::new(lent))).await;
    if let Ok(Left { body, begun }) = rest.try_recv()
        && (begun || !waits)
    {
        throw_away(body).await;
    }
    response
}

/// Reads a body to its end, or to the bounds.
pub(crate) async fn throw_away<B: HttpBody<Data = Bytes> + Unpin>(mut body: B) {
    let all = async {
        let mut read = 0;
        while let Some(Ok(frame)) = body.frame().await {
            read += frame.data_ref().map_or(0, |data| data.len() as u64);
            if read > MOST {
                return;
            }
        }
    };
    if timeout(TIME, all).await.is_err() {
        tracing::debug!("the rest of a body did not come in time");
    }
}

/// A body that comes back when it is let go before its end.
struct Lent {
    body: Option<Body>,
    begun: bool,
    left: Option<oneshot::Sender<Left>>,
}

/// What was let go.
struct Left {
    body: Body,
    /// Whether anybody began to read it.
    begun: bool,
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.begun = true;
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map(HttpBody::size_hint)
            .unwrap_or_default()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(body), Some(left)) = (self.body.take(), self.left.take())
            && !body.is_end_stream()
        {
            // Where the answer has gone out already, nobody waits for it.
            let begun = self.begun;
            let _ = left.send(Left { body, begun });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::post;
    use http::StatusCode;
    use hyper_util::service::TowerToHyperService;
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpStream};
    use tokio_util::sync::CancellationToken;

    use crate::http::server;

    /// A server that refuses without a look at the body.
    async fn refusing() -> (SocketAddr, CancellationToken) {
        let routes = Router::new()
            .route("/", post(|| async { StatusCode::PAYLOAD_TOO_LARGE }))
            .layer(from_fn(take_rest));
        let listener = server::listen(0).await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        tokio::spawn(server::serve(
            listener,
            TowerToHyperService::new(routes),
            stop.clone(),
        ));
        (address, stop)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_sends_too_much_reads_the_answer_and_no_reset() {
        const BODY: usize = 12 * 1024 * 1024;
        let (address, stop) = refusing().await;
        let answer = tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            let head = format!(
                "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {BODY}\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&vec![b' '; BODY]).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        });
        let answer = answer.await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        stop.cancel();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_waits_for_leave_gets_none() {
        let (address, stop) = refusing().await;
        let answer = tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\nExpect: 100-continue\r\n\r\n";
            stream.write_all(head.as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        });
        let answer = answer.await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        stop.cancel();
    }
}

//! Connections on the loopback interface. `axum::serve` has no time limit for headers; here each
//! connection has one, so that sockets that say nothing cost a task and no more.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::descriptors;

/// How long a client may take to send the head of a request, the wait between two included.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// The same for those that come when half of all connections are taken: who says nothing must make
/// room for who does.
const CROWDED_HEAD_TIME: Duration = Duration::from_secs(2);
/// How long what is under way may take at the end.
const LAST_ANSWERS: Duration = Duration::from_secs(2);
/// How long to wait when the system has no more file descriptors.
const NO_DESCRIPTORS: Duration = Duration::from_millis(100);

/// Opens a listener on 127.0.0.1 alone; port 0 is one of the system's choosing.
pub(crate) async fn listen(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
}

/// Serves connections until `stop`, then lets what is under way finish, for a moment.
pub(crate) async fn serve<S, B>(listener: TcpListener, service: S, stop: CancellationToken)
where
    S: hyper::service::Service<http::Request<Incoming>, Response = http::Response<B>>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: hyper::body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    serve_at_most(descriptors::connections(), listener, service, stop).await;
}

async fn serve_at_most<S, B>(
    most: usize,
    listener: TcpListener,
    service: S,
    stop: CancellationToken,
) where
    S: hyper::service::Service<http::Request<Incoming>, Response = http::Response<B>>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: hyper::body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let connections = TaskTracker::new();
    let room = Arc::new(Semaphore::new(most));
    loop {
        let next = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = stop.cancelled() => break,
            next = next => next,
        };
        match accepted {
            Ok((stream, _)) => {
                let head_time = if room.available_permits() < most / 2 {
                    CROWDED_HEAD_TIME
                } else {
                    HEAD_TIME
                };
                let (service, stop) = (service.clone(), stop.clone());
                connections.spawn(async move {
                    connection(stream, head_time, service, stop).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(NO_DESCRIPTORS).await;
            }
        }
    }
    drop(listener);
    connections.close();
    if timeout(LAST_ANSWERS, connections.wait()).await.is_err() {
        tracing::debug!("connections were cut at the end");
    }
}

async fn connection<S, B>(
    stream: TcpStream,
    head_time: Duration,
    service: S,
    stop: CancellationToken,
) where
    S: hyper::service::Service<http::Request<Incoming>, Response = http::Response<B>>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: hyper::body::Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_time)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            match timeout(LAST_ANSWERS, connection).await {
                Ok(ended) => ended,
                Err(_) => return,
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::service::service_fn;
    use std::convert::Infallible;
    use std::time::Instant;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn who_says_nothing_makes_room_for_who_does() {
        let listener = listen(0).await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let service =
            service_fn(|_| async { Ok::<_, Infallible>(http::Response::new("here\n".to_owned())) });
        let serving = tokio::spawn(serve_at_most(4, listener, service, stop.clone()));
        let mut stalled = Vec::new();
        for _ in 0..6 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(b"GET / HT").await.unwrap();
            stalled.push(stream);
        }
        let began = Instant::now();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("here\n"), "{answer}");
        assert!(began.elapsed() < HEAD_TIME, "{:?}", began.elapsed());
        stop.cancel();
        serving.await.unwrap();
    }
}

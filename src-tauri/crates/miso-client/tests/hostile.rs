//! A server that answers with whatever bytes a test wants, byte for byte, on real sockets.

use std::io::Write;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use url::Url;

use crate::far_end::{Asked, FarEnd, discovery};

/// What it does with a request.
#[derive(Clone)]
pub enum Act {
    /// Writes these bytes and keeps the connection.
    Say(Bytes),
    /// Writes these bytes and closes it.
    Cut(Bytes),
    /// Writes the first bytes, then the second for ever.
    Flood(Bytes, Bytes),
    /// Writes these bytes and no more, and says when the client has gone.
    Hold(Bytes, Arc<Notify>),
}

type Script = Arc<dyn Fn(&Asked) -> Act + Send + Sync>;

/// Starts it; the provider in it is well, everything else is the script's.
pub async fn hostile(
    script: impl Fn(&Asked) -> Act + Send + Sync + 'static,
) -> (FarEnd, Arc<Mutex<Vec<Asked>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (far_end, script) = (FarEnd::at(&url), Arc::new(script) as Script);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (log, url) = (seen.clone(), far_end.url.clone());
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(socket, script.clone(), log.clone(), url.clone()));
        }
    });
    (far_end, seen)
}

/// One connection; its end is the client's business.
async fn serve(socket: TcpStream, script: Script, log: Arc<Mutex<Vec<Asked>>>, url: Url) {
    let mut socket = BufReader::new(socket);
    while let Some(asked) = request(&mut socket).await {
        let act = match asked.line.as_str() {
            "GET /.well-known/openid-configuration" => json(200, &discovery(&url).to_string()),
            "GET /jwks" => json(200, r#"{"keys": []}"#),
            "POST /token" => json(
                200,
                r#"{"access_token": "access-1", "token_type": "Bearer", "expires_in": 600}"#,
            ),
            _ => {
                log.lock().unwrap().push(asked.clone());
                script(&asked)
            }
        };
        let sent = match act {
            Act::Say(bytes) => socket.write_all(&bytes).await,
            Act::Cut(bytes) => {
                let _ = socket.write_all(&bytes).await;
                let _ = socket.shutdown().await;
                return;
            }
            Act::Flood(first, then) => {
                let mut sent = socket.write_all(&first).await;
                while sent.is_ok() {
                    sent = socket.write_all(&then).await;
                }
                sent
            }
            Act::Hold(bytes, gone) => {
                let _ = socket.write_all(&bytes).await;
                let rest = socket.read_to_end(&mut Vec::new()).await;
                drop(rest);
                gone.notify_one();
                return;
            }
        };
        if sent.is_err() {
            return;
        }
    }
}

async fn request(socket: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut first = String::new();
    socket.read_line(&mut first).await.ok()?;
    let line = first.strip_suffix(" HTTP/1.1\r\n")?.to_owned();
    let (mut length, mut token, mut key, mut is_live) = (0, None, None, false);
    loop {
        let mut header = String::new();
        socket.read_line(&mut header).await.ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "authorization" => token = value.strip_prefix("Bearer ").map(str::to_owned),
            "idempotency-key" => key = Some(value.to_owned()),
            "accept" => is_live = value == "text/event-stream",
            _ => {}
        }
    }
    let mut body = vec![0; length];
    socket.read_exact(&mut body).await.ok()?;
    let body = String::from_utf8(body).ok()?;
    Some(Asked {
        issuer: String::new(),
        line,
        token,
        body,
        key,
        is_live,
        unless: None,
        matching: None,
    })
}

/// A whole JSON answer.
pub fn json(status: u16, body: &str) -> Act {
    answer(
        status,
        &[("content-type", "application/json")],
        body.as_bytes(),
    )
}

/// A whole answer.
pub fn answer(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Act {
    let mut bytes = head(status, headers);
    write!(bytes, "content-length: {}\r\n\r\n", body.len()).unwrap();
    bytes.extend_from_slice(body);
    Act::Say(bytes.into())
}

/// An answer whose connection ends before the body that was promised.
pub fn cut(status: u16, body: &str) -> Act {
    let mut bytes = head(status, &[("content-type", "application/json")]);
    write!(bytes, "content-length: {}\r\n\r\n{body}", body.len() + 10).unwrap();
    Act::Cut(bytes.into())
}

/// A body that never ends.
pub fn endless(begin: &str, repeated: &str) -> Act {
    endless_of("application/json", begin, repeated)
}

/// The same as a stream of events.
pub fn endless_stream(begin: &str, repeated: &str) -> Act {
    endless_of("text/event-stream", begin, repeated)
}

fn endless_of(kind: &str, begin: &str, repeated: &str) -> Act {
    let mut bytes = head(200, &[("content-type", kind)]);
    bytes.extend_from_slice(b"connection: close\r\n\r\n");
    bytes.extend_from_slice(begin.as_bytes());
    let repeated = repeated.repeat(64 * 1024 / repeated.len());
    Act::Flood(bytes.into(), repeated.into())
}

/// A body of some bytes that become a thousand times as many when they are unpacked, for ever.
pub fn gzip_bomb() -> Act {
    let mut bytes = head(
        200,
        &[
            ("content-type", "application/json"),
            ("content-encoding", "gzip"),
        ],
    );
    bytes.extend_from_slice(b"connection: close\r\n\r\n");
    // RFC 1952 §2.3: the header of a member; its deflate blocks follow.
    bytes.extend_from_slice(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
    let mut packed = Vec::with_capacity(1 << 16);
    Compress::new(Compression::best(), false)
        .compress_vec(&[b' '; 1 << 20], &mut packed, FlushCompress::Full)
        .unwrap();
    Act::Flood(bytes.into(), packed.into())
}

fn head(status: u16, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status} Whatever\r\n").into_bytes();
    for (name, value) in headers {
        write!(bytes, "{name}: {value}\r\n").unwrap();
    }
    bytes
}

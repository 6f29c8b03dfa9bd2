//! Small real proxies on loopback, HTTP CONNECT and SOCKS5, that take one name to this machine.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// A proxy that knows where `miso.test` is; nobody else does.
pub struct Relay {
    pub address: SocketAddr,
    passed: Arc<AtomicUsize>,
}

/// What a proxy speaks.
#[derive(Clone, Copy)]
pub enum Speaks {
    HttpConnect,
    Socks5,
    /// HTTP, and lets nobody through without a password.
    AsksForPassword,
    /// HTTP, and lets nobody through at all, with this head.
    Refuses(&'static str),
}

const ASKING: &str =
    "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n";

impl Relay {
    pub async fn start(speaks: Speaks) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let passed = Arc::new(AtomicUsize::new(0));
        let count = passed.clone();
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let count = count.clone();
                tokio::spawn(async move {
                    let passed = match speaks {
                        Speaks::HttpConnect => connect(socket).await,
                        Speaks::Socks5 => socks5(socket).await,
                        Speaks::AsksForPassword => refuse(socket, ASKING).await,
                        Speaks::Refuses(head) => refuse(socket, head).await,
                    };
                    let Some((mut here, mut there)) = passed else {
                        return;
                    };
                    count.fetch_add(1, Ordering::SeqCst);
                    let _ = copy_bidirectional(&mut here, &mut there).await;
                });
            }
        });
        Self { address, passed }
    }

    /// Connections that went through it.
    pub fn passed(&self) -> usize {
        self.passed.load(Ordering::SeqCst)
    }
}

async fn connect(mut here: TcpStream) -> Option<(TcpStream, TcpStream)> {
    let head = head_of(&mut here).await?;
    let target = head.strip_prefix("CONNECT ")?.split(' ').next()?;
    let (name, port) = target.rsplit_once(':')?;
    let there = reach(name, port.parse().ok()?).await?;
    here.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
        .await
        .ok()?;
    Some((here, there))
}

async fn refuse(mut here: TcpStream, head: &str) -> Option<(TcpStream, TcpStream)> {
    head_of(&mut here).await?;
    here.write_all(head.as_bytes()).await.ok()?;
    None
}

async fn head_of(here: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(here.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// RFC 1928 without authentication, names only: who asks for an address has looked it up himself.
async fn socks5(mut here: TcpStream) -> Option<(TcpStream, TcpStream)> {
    let _version = here.read_u8().await.ok()?;
    let mut methods = vec![0; here.read_u8().await.ok()?.into()];
    here.read_exact(&mut methods).await.ok()?;
    here.write_all(&[5, 0]).await.ok()?;
    let mut request = [0; 4];
    here.read_exact(&mut request).await.ok()?;
    assert_eq!(request, [5, 1, 0, 3], "a connection to a name");
    let mut name = vec![0; here.read_u8().await.ok()?.into()];
    here.read_exact(&mut name).await.ok()?;
    let port = here.read_u16().await.ok()?;
    let there = reach(std::str::from_utf8(&name).ok()?, port).await?;
    here.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.ok()?;
    Some((here, there))
}

async fn reach(name: &str, port: u16) -> Option<TcpStream> {
    assert_eq!(name, "miso.test");
    TcpStream::connect(("127.0.0.1", port)).await.ok()
}

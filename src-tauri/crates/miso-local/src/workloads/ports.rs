//! Ports for processes. Between the moment a port is chosen and the moment the process opens it,
//! the system would give it out again.

use std::collections::HashSet;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;

/// How many ports are looked at before it is given up.
const ATTEMPTS: usize = 100;

/// Ports of all processes, of all instances in this process.
static HELD: LazyLock<Mutex<HashSet<u16>>> = LazyLock::new(Mutex::default);

/// A port that no other process of ours is given as long as this is held. Another program may
/// still take it before the process opens it: then the process says so and is started again with
/// another.
#[derive(Debug)]
pub(super) struct HeldPort(pub(super) u16);

impl HeldPort {
    /// A port that is free now.
    pub(super) async fn free() -> io::Result<Self> {
        // Kept open while others are looked at, so that each of them is another one.
        let mut seen = Vec::new();
        for _ in 0..ATTEMPTS {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let port = listener.local_addr()?.port();
            if held().insert(port) {
                return Ok(Self(port));
            }
            seen.push(listener);
        }
        Err(io::Error::new(
            io::ErrorKind::AddrInUse,
            "no port is free for it",
        ))
    }
}

impl Drop for HeldPort {
    fn drop(&mut self) {
        held().remove(&self.0);
    }
}

fn held() -> MutexGuard<'static, HashSet<u16>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_port_is_given_out_twice() {
        let mut ports = Vec::new();
        for _ in 0..2_000 {
            ports.push(HeldPort::free().await.unwrap());
        }
        let different: HashSet<u16> = ports.iter().map(|port| port.0).collect();
        assert_eq!(different.len(), ports.len());
        drop(ports);
        assert!(held().is_disjoint(&different));
    }
}

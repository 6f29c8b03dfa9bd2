//! Ports for processes. Between the moment a port is chosen and the moment the process opens it,
//! the system would give it out again.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::Ipv4Addr;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;

/// How many ports are looked at before it is given up.
const ATTEMPTS: usize = 100;

/// Ports of all workloads, of all instances in this process.
static PORTS: LazyLock<Mutex<Ports>> = LazyLock::new(Mutex::default);

#[derive(Debug, Default)]
struct Ports {
    held: HashSet<u16>,
    /// How many may open each although they were told another.
    wanted: HashMap<u16, usize>,
}

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
            if ports().give(port) {
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
        ports().held.remove(&self.0);
    }
}

/// A port that a workload may open although it was told another. As long as several may, nobody can
/// tell whose it is once it is open.
#[derive(Debug)]
pub(super) struct WantedPort(pub(super) u16);

impl WantedPort {
    /// `None` where another workload of ours was given that port.
    pub(super) fn of(port: u16) -> Option<Self> {
        let mut ports = ports();
        if ports.held.contains(&port) {
            return None;
        }
        *ports.wanted.entry(port).or_default() += 1;
        Some(Self(port))
    }

    /// Whether nobody else here may open it.
    pub(super) fn is_of_one(&self) -> bool {
        ports().wanted.get(&self.0) == Some(&1)
    }
}

impl Drop for WantedPort {
    fn drop(&mut self) {
        let mut ports = ports();
        if let Some(count) = ports.wanted.get_mut(&self.0) {
            *count -= 1;
            if *count == 0 {
                ports.wanted.remove(&self.0);
            }
        }
    }
}

impl Ports {
    /// Whether a port was free to be given, which it is no more.
    fn give(&mut self, port: u16) -> bool {
        !self.wanted.contains_key(&port) && self.held.insert(port)
    }
}

fn ports() -> MutexGuard<'static, Ports> {
    PORTS.lock().unwrap_or_else(PoisonError::into_inner)
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
        assert!(super::ports().held.is_disjoint(&different));
    }

    #[tokio::test]
    async fn a_port_that_several_may_open_is_nobodys_until_one_is_left() {
        let held = HeldPort::free().await.unwrap();
        assert!(WantedPort::of(held.0).is_none(), "it was given to another");
        let port = held.0;
        drop(held);
        let one = WantedPort::of(port).unwrap();
        assert!(one.is_of_one());
        let other = WantedPort::of(port).unwrap();
        assert!(!one.is_of_one() && !other.is_of_one());
        assert!(!super::ports().give(port), "no process is given it");
        drop(one);
        assert!(other.is_of_one());
        drop(other);
        assert!(!super::ports().wanted.contains_key(&port));
    }
}

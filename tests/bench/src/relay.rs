//! A relay between a client and a MySQL server that counts what the client waits for.
//!
//! The server's own counter `Questions` does not tell: it counts the statements of a text that came in
//! one message, and leaves out preparing, pinging and resetting.

use anyhow::Result;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// A relay; its threads last as long as its connections, and its listener as long as this process.
#[derive(Debug)]
pub struct Relay {
    port: u16,
    round_trips: Arc<AtomicU64>,
}

impl Relay {
    /// A relay to a server on `port` of the loopback address.
    ///
    /// # Errors
    ///
    /// No free port.
    pub fn to(port: u16) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let relay = Self {
            port: listener.local_addr()?.port(),
            round_trips: Arc::default(),
        };
        let round_trips = Arc::clone(&relay.round_trips);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if let Err(error) = connect(client, port, &round_trips) {
                    eprintln!("the relay lost a connection: {error}");
                }
            }
        });
        Ok(relay)
    }

    /// The port that it listens on.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The commands so far that the server answers; greetings are not among them.
    pub fn round_trips(&self) -> u64 {
        self.round_trips.load(Ordering::SeqCst)
    }
}

fn connect(client: TcpStream, port: u16, round_trips: &Arc<AtomicU64>) -> io::Result<()> {
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_server) = (client.try_clone()?, server.try_clone()?);
    let counter = Arc::clone(round_trips);
    thread::spawn(move || forward(from_client, to_server, Some((Packets::default(), counter))));
    thread::spawn(move || forward(server, client, None));
    Ok(())
}

/// Copies until either side ends, then tells the other; a side that broke off is as good as one that
/// ended.
fn forward(mut from: TcpStream, mut to: TcpStream, mut count: Option<(Packets, Arc<AtomicU64>)>) {
    let mut buffer = vec![0; 64 * 1_024];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if let Some((packets, counter)) = &mut count {
            counter.fetch_add(packets.answered(&buffer[..read]), Ordering::SeqCst);
        }
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// Where in the stream of packets a client's side stands.
///
/// A packet is a length of three bytes, low one first, a number that is zero in the first packet of
/// every command, and the content, whose first byte is the command.
#[derive(Debug, Default)]
struct Packets {
    head: Vec<u8>,
    rest: usize,
}

impl Packets {
    /// The commands that begin in `bytes` and that the server answers.
    fn answered(&mut self, mut bytes: &[u8]) -> u64 {
        let mut found = 0;
        while let Some((first, others)) = bytes.split_first() {
            if self.rest > 0 {
                let skipped = self.rest.min(bytes.len());
                self.rest -= skipped;
                bytes = &bytes[skipped..];
                continue;
            }
            bytes = others;
            self.head.push(*first);
            let (length, number, command) = match self.head[..] {
                [a, b, c, number] if [a, b, c] == [0; 3] => (0, number, None),
                [a, b, c, number, command] => (
                    usize::from(a) + (usize::from(b) << 8) + (usize::from(c) << 16),
                    number,
                    Some(command),
                ),
                _ => continue,
            };
            self.head.clear();
            self.rest = length.saturating_sub(1);
            found += u64::from(number == 0 && command.is_some_and(is_answered));
        }
        found
    }
}

/// All but COM_QUIT, COM_STMT_SEND_LONG_DATA and COM_STMT_CLOSE.
const fn is_answered(command: u8) -> bool {
    !matches!(command, 0x01 | 0x18 | 0x19)
}

#[cfg(test)]
mod tests {
    use super::Packets;

    #[test]
    fn commands_are_counted_however_the_stream_is_cut() {
        let mut stream = Vec::new();
        for (number, content) in [
            (1, &b"user and password"[..]),
            (0, b"\x03SELECT 1"),
            (0, b"\x19close"),
            (0, b"\x0e"),
            (3, b""),
            (0, b"\x03SELECT 2"),
            (0, b"\x01"),
        ] {
            stream.extend([content.len() as u8, 0, 0, number]);
            stream.extend(content);
        }
        for size in 1..=stream.len() {
            let mut packets = Packets::default();
            let found: u64 = stream.chunks(size).map(|part| packets.answered(part)).sum();
            assert_eq!(found, 3, "in parts of {size}");
        }
    }
}

//! A wire between client and server that a test can cut at a message of its choice.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// When the wire is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The server never gets the message.
    Before,
    /// The server answers, and the client never gets that.
    Behind,
}

/// A relay on a port of 127.0.0.1, which cuts the connection of one message: the n-th that it is told to count.
pub(crate) struct Relay {
    port: u16,
    counted: Arc<Counted>,
}

struct Counted {
    server: u16,
    /// Messages count whose text begins so.
    begin: &'static str,
    number: u64,
    cut: Cut,
    seen: AtomicU64,
    texts: Mutex<Vec<String>>,
}

impl Relay {
    /// Cuts at the message of this number among those that begin with `begin`, counted over all connections from 1.
    pub(crate) fn cut(server: u16, begin: &'static str, number: u64, cut: Cut) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let counted = Arc::new(Counted {
            server,
            begin,
            number,
            cut,
            seen: AtomicU64::new(0),
            texts: Mutex::default(),
        });
        let shared = counted.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, shared) = (client.unwrap(), shared.clone());
                thread::spawn(move || shared.serve(client));
            }
        });
        Self { port, counted }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The message that it cut at; `None`: there were not so many.
    pub(crate) fn cut_at(&self) -> Option<String> {
        let texts = self.counted.texts.lock().unwrap();
        texts.get(self.counted.number as usize - 1).cloned()
    }
}

impl Counted {
    fn serve(&self, mut client: TcpStream) {
        let Ok(mut server) = TcpStream::connect(("127.0.0.1", self.server)) else {
            return;
        };
        client.set_nodelay(true).unwrap();
        server.set_nodelay(true).unwrap();
        let (mut to_client, mut from_server) =
            (client.try_clone().unwrap(), server.try_clone().unwrap());
        let mute = Arc::new(AtomicBool::new(false));
        let silenced = mute.clone();
        thread::spawn(move || {
            let mut buffer = [0; 65536];
            while let Ok(length @ 1..) = from_server.read(&mut buffer) {
                if silenced.load(Ordering::SeqCst) {
                    // The server has done what it was asked, and nobody hears of it.
                    break;
                }
                if to_client.write_all(&buffer[..length]).is_err() {
                    break;
                }
            }
            let _ = to_client.shutdown(Shutdown::Both);
            let _ = from_server.shutdown(Shutdown::Both);
        });
        while let Ok(message) = message(&mut client) {
            let cut = self.is_reached(&message);
            if cut == Some(Cut::Before) {
                break;
            }
            mute.store(cut.is_some(), Ordering::SeqCst);
            if server.write_all(&message).is_err() {
                break;
            }
            if cut.is_some() {
                return;
            }
        }
        let _ = client.shutdown(Shutdown::Both);
        let _ = server.shutdown(Shutdown::Both);
    }

    /// How the wire is to be cut at this message, if at all.
    fn is_reached(&self, message: &[u8]) -> Option<Cut> {
        const QUERY: u8 = 3;
        let text = match message {
            [_, _, _, 0, QUERY, text @ ..] => String::from_utf8_lossy(text),
            _ => return None,
        };
        // What the heartbeat says, and when, differs from run to run.
        if !text.starts_with(self.begin) || text.contains("name = 'beat'") {
            return None;
        }
        self.texts.lock().unwrap().push(text.into_owned());
        let number = self.seen.fetch_add(1, Ordering::SeqCst) + 1;
        (number == self.number).then_some(self.cut)
    }
}

/// One packet of the protocol, with its head of length and number.
fn message(from: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = [0; 4];
    from.read_exact(&mut head)?;
    let length = u32::from_le_bytes([head[0], head[1], head[2], 0]) as usize;
    let mut message = head.to_vec();
    message.resize(4 + length, 0);
    from.read_exact(&mut message[4..])?;
    Ok(message)
}

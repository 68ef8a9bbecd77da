//! A web service that is told of critical issues, and answers as a test says.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

use crate::child::until;

/// What it answers.
#[derive(Debug, Clone)]
pub enum Says {
    /// This status, and this text behind it.
    Status(u16, String),
    /// These bytes, whatever they mean.
    Bytes(Vec<u8>),
    /// More bytes of an answer with this status than anybody wants.
    TooMuch(u16),
    /// Nothing, as long as the other end waits.
    Nothing,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Method and path.
    pub line: String,
    /// By their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// As it came.
    pub body: String,
}

impl Heard {
    /// Something of the body, by its [pointer](Value::pointer).
    pub fn told(&self, pointer: &str) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        match body.pointer(pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => "missing".to_owned(),
        }
    }
}

/// The service, on a port of its own until the test ends.
pub struct Receiver {
    address: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Receiver {
    /// Answers so one after another; the last for ever.
    pub fn saying(answers: &[Says]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (answers, all) = (answers.to_vec(), heard.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (answers, all) = (answers.clone(), all.clone());
                // A client that goes away in between has not been heard.
                thread::spawn(move || drop(attend(stream.unwrap(), &answers, &all)));
            }
        });
        Self { address, heard }
    }

    /// One that hears.
    pub fn new() -> Self {
        Self::saying(&[Says::Status(200, "thanks".to_owned())])
    }

    /// A URL of it.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// What it has heard by now.
    pub fn by_now(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    /// What it has heard, once that are so many.
    pub fn heard(&self, count: usize) -> Vec<Heard> {
        until("what is to be told", || {
            let heard = self.by_now();
            (heard.len() >= count).then_some(heard)
        })
    }
}

impl Default for Receiver {
    fn default() -> Self {
        Self::new()
    }
}

/// The address of a service that is not there.
pub fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

fn attend(stream: TcpStream, answers: &[Says], all: &Mutex<Vec<Heard>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length");
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body)?;
    let heard = Heard {
        line: line.trim_end().trim_end_matches(" HTTP/1.1").to_owned(),
        headers,
        body: String::from_utf8(body).unwrap(),
    };
    let answer = {
        let mut all = all.lock().unwrap();
        all.push(heard);
        answers[(all.len() - 1).min(answers.len() - 1)].clone()
    };
    answer_with(&answer, stream)
}

fn answer_with(answer: &Says, mut stream: TcpStream) -> std::io::Result<()> {
    match answer {
        Says::Status(status, text) => write!(
            stream,
            "HTTP/1.1 {status} Word\r\nLocation: /elsewhere\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{text}",
            text.len()
        ),
        Says::Bytes(bytes) => stream.write_all(bytes),
        Says::TooMuch(status) => {
            write!(stream, "HTTP/1.1 {status} Word\r\n\r\n")?;
            loop {
                stream.write_all(&[b'x'; 65536])?;
            }
        }
        Says::Nothing => stream.read(&mut [0]).map(drop),
    }
}

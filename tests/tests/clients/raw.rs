//! Requests as they go over the wire, byte by byte.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// A request that no library has a hand in.
#[derive(Clone)]
pub(crate) struct Raw {
    method: &'static str,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    /// Everything behind the headers.
    pub(crate) body: Vec<u8>,
}

impl Raw {
    pub(crate) fn new(method: &'static str, target: impl Into<String>) -> Self {
        Self {
            method,
            target: target.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// A call of CloudTrail's API.
    pub(crate) fn call(target: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::new("POST", "/")
            .header("X-Amz-Target", target)
            .header("Content-Type", "application/x-amz-json-1.1")
            .body(body)
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends the request; its own host is named unless the request names one.
    pub(crate) fn send(&self, url: &str) -> Answer {
        let authority = url.strip_prefix("http://").expect("a server on loopback");
        let names_host = self.headers.iter().any(|(name, _)| name == "host");
        let host = if names_host {
            String::new()
        } else {
            format!("host: {authority}\r\n")
        };
        self.exchange(authority, &host)
    }

    /// Sends the request without a word on which host it is for.
    pub(crate) fn send_without_host(&self, url: &str) -> Answer {
        let authority = url.strip_prefix("http://").expect("a server on loopback");
        self.exchange(authority, "")
    }

    fn exchange(&self, authority: &str, host: &str) -> Answer {
        let headers = self.headers.iter();
        let headers: Vec<String> = headers
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let head = format!(
            "{} {} HTTP/1.1\r\n{host}{}content-length: {}\r\nconnection: close\r\n\r\n",
            self.method,
            self.target,
            headers.concat(),
            self.body.len()
        );
        let mut stream = TcpStream::connect(authority).expect("the server listens");
        let patience = Some(Duration::from_secs(30));
        stream.set_read_timeout(patience).expect("a duration");
        stream.write_all(head.as_bytes()).expect("is sent");
        // A server may answer, and close, before it has read a body that it does not want.
        let _ = stream.write_all(&self.body);
        let mut answer = Vec::new();
        match stream.read_to_end(&mut answer) {
            Ok(_) => {}
            Err(error) => assert!(!answer.is_empty(), "no answer: {error}"),
        }
        Answer::read(&answer)
    }
}

impl Answer {
    fn read(answer: &[u8]) -> Self {
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.expect("headers");
        let head = std::str::from_utf8(&answer[..end]).expect("text");
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").expect("a header");
            (name.to_ascii_lowercase(), value.to_owned())
        };
        Self {
            status: status.and_then(|it| it.parse().ok()).expect("a status"),
            headers: lines.map(header).collect(),
            body: answer[end + 4..].to_vec(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let header = headers.find(|(known, _)| known == name);
        header.map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{error} in {:?}", String::from_utf8_lossy(&self.body));
        })
    }

    /// The code of an error of CloudTrail's API, which says why in words as well.
    pub(crate) fn code(&self) -> String {
        assert_eq!(
            self.header("content-type"),
            Some("application/x-amz-json-1.1")
        );
        let body = self.json();
        assert_ne!(body["message"].as_str().expect("a message"), "");
        body["__type"].as_str().expect("a code").to_owned()
    }
}

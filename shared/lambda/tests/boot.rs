//! Drives `boot` through a Runtime API as Lambda has it.
//!
//! The program is both: started by the test runner it serves two events to a
//! copy of itself, and that copy, which finds Lambda's variables in its
//! environment, is the function.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use lambda::batch::{Batch, Outcome};
use lambda::{boot, notice};
use serde_json::{Value, json};

/// How long the function may take to say something.
const PATIENCE: Duration = Duration::from_mins(1);

fn main() {
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(function())
            .expect("the function runs until it is stopped");
    } else {
        a_function_answers_events_and_logs_with_the_request_id();
    }
}

/// A function as small as one can be.
async fn function() -> Result<(), boot::Error> {
    boot::log();
    let aws = boot::aws().await;
    let region = aws.region().map(ToString::to_string).unwrap_or_default();
    let endpoint = aws.endpoint_url().unwrap_or_default().to_owned();
    boot::run(async |invocation| {
        tracing::info!(region, endpoint, "booted");
        let left = boot::time_left(&invocation.context, SystemTime::now());
        assert!(left > Duration::ZERO, "the deadline is ahead");
        let messages = notice::messages(&invocation.payload)?;
        let mut batch = Batch::of(&messages);
        for message in &messages {
            let outcome = match &message.notice {
                Ok(_) => Outcome::Done,
                Err(refusal) => Outcome::Failed((*refusal).into()),
            };
            batch.settle(&message.id, outcome);
        }
        Ok::<_, boot::Error>(batch.finish()?)
    })
    .await
}

fn a_function_answers_events_and_logs_with_the_request_id() {
    let queue = json!({"Records": [
        {"messageId": "a", "eventSource": "aws:sqs", "body": "CloudTrail validation message."},
        {"messageId": "b", "eventSource": "aws:sqs", "body": "{"},
    ]});
    let direct = json!({"id": "c", "source": "aws.events", "detail-type": "Scheduled Event"});

    let api = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = api.local_addr().expect("an address").to_string();
    let mut function = Command::new(std::env::current_exe().expect("a program"))
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", address)
        .env("AWS_LAMBDA_FUNCTION_NAME", "echo")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .env("LOG_LEVEL", "info")
        .stdout(Stdio::piped())
        .spawn()
        .expect("the function starts");
    let answers = serve(&api, &[queue, direct]);
    function.kill().expect("the function is still waiting");
    let mut logged = String::new();
    let mut stdout = function.stdout.take().expect("is piped");
    stdout.read_to_string(&mut logged).expect("is text");
    function.wait().expect("is stopped");

    let (path, answer) = &answers[0];
    assert!(path.ends_with("/request-0/response"), "{path}");
    assert_eq!(
        answer,
        &json!({"batchItemFailures": [{"itemIdentifier": "b"}]})
    );
    let (path, answer) = &answers[1];
    assert!(path.ends_with("/request-1/error"), "{path}");
    assert_eq!(
        answer["errorMessage"],
        "event is not handled, retried 0, rejected 1"
    );

    let lines: Vec<Value> = logged
        .lines()
        .map(|line| serde_json::from_str(line).expect("is json"))
        .collect();
    let line = |message: &str, id: &str| {
        lines
            .iter()
            .find(|line| line["message"] == message && line["span"]["requestId"] == id)
            .unwrap_or_else(|| panic!("{message} of {id} is logged: {logged}"))
    };
    assert_eq!(line("booted", "request-0")["region"], "eu-west-1");
    assert_eq!(
        line("booted", "request-1")["endpoint"],
        "http://127.0.0.1:1"
    );
    assert_eq!(
        line("message is rejected", "request-0")["reason"],
        "message is not json"
    );
    assert_eq!(line("message is rejected", "request-1")["id"], "c");
}

/// Hands out the events one after the other, and returns where the function
/// answered each and with what. After the last it is left waiting for more.
fn serve(api: &TcpListener, events: &[Value]) -> Vec<(String, Value)> {
    let mut answers = Vec::new();
    let mut handed = 0;
    while answers.len() < events.len() {
        let stream = accept(api);
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        let mut reader = BufReader::new(stream);
        while let Some((request, body)) = receive(&mut reader) {
            if request.ends_with("/invocation/next") {
                let Some(event) = events.get(handed) else {
                    break;
                };
                let id = format!("request-{handed}");
                respond(reader.get_mut(), "200 OK", &id, &event.to_string());
                handed += 1;
            } else {
                answers.push((request, serde_json::from_str(&body).expect("is json")));
                respond(reader.get_mut(), "202 Accepted", "", "{}");
                if answers.len() == events.len() {
                    break;
                }
            }
        }
    }
    answers
}

/// Waits for a connection, but not for ever: a function that has died makes none.
#[expect(
    clippy::disallowed_methods,
    reason = "this side of the program has no runtime that a sleep could stop"
)]
fn accept(api: &TcpListener) -> TcpStream {
    api.set_nonblocking(true).expect("a listener");
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Ok((stream, _)) = api.accept() {
            stream.set_nonblocking(false).expect("a stream");
            return stream;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("the function does not ask for events");
}

/// Reads a request: its path and its body, chunked as the runtime may send it.
fn receive(reader: &mut BufReader<TcpStream>) -> Option<(String, String)> {
    let line = |reader: &mut BufReader<TcpStream>| {
        let mut line = String::new();
        let read = reader.read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim_end().to_owned())
    };
    let path = line(reader)?.split(' ').nth(1)?.to_owned();
    let (mut length, mut chunked) = (0, false);
    loop {
        let header = line(reader)?.to_ascii_lowercase();
        match header.split_once(": ") {
            Some(("content-length", value)) => length = value.parse().ok()?,
            Some(("transfer-encoding", value)) => chunked = value == "chunked",
            Some(_) => {}
            None => break,
        }
    }
    let mut body = Vec::new();
    if chunked {
        loop {
            let size = usize::from_str_radix(&line(reader)?, 16).ok()?;
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk).ok()?;
            if size == 0 {
                break;
            }
            body.extend_from_slice(&chunk[..size]);
        }
    } else {
        body.resize(length, 0);
        reader.read_exact(&mut body).ok()?;
    }
    Some((path, String::from_utf8(body).ok()?))
}

fn respond(stream: &mut TcpStream, status: &str, id: &str, body: &str) {
    let deadline = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .expect("after 1970")
        .as_millis()
        + 60_000;
    let answer = format!(
        "HTTP/1.1 {status}\r\n\
         lambda-runtime-aws-request-id: {id}\r\n\
         lambda-runtime-deadline-ms: {deadline}\r\n\
         lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-west-1:111122223333:function:echo\r\n\
         content-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).expect("is read");
}

//! A listening endpoint on a loopback port of its own.

use std::io;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// How long a stopping endpoint waits for the calls in flight.
const GRACE: Duration = Duration::from_secs(5);

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the fault injector dropped the connection")]
pub(crate) struct Dropped;

/// What a handler answers to one request.
pub(crate) type Answer = Result<Response<Bytes>, Dropped>;

/// An endpoint that answers HTTP/1.1 on `127.0.0.1` until it is stopped.
pub(crate) struct Endpoint {
    url: String,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
}

/// A bound port whose connections nobody answers yet.
///
/// The address has to be known before a handler is built that puts it into
/// its answers, as SQS does with queue URLs.
pub(crate) struct Port {
    listener: TcpListener,
    url: String,
}

impl Port {
    /// Takes a free loopback port.
    pub(crate) async fn open() -> io::Result<Port> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        Ok(Port { listener, url })
    }

    /// Answers the address as a URL without a trailing slash.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Answers every request through `handler`, bodies read whole and up to
    /// `limit` bytes; longer ones are refused with 413.
    pub(crate) fn serve<H, F>(self, limit: usize, handler: H) -> Endpoint
    where
        H: Fn(Request<Bytes>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Answer> + Send + 'static,
    {
        let (stop, stopped) = watch::channel(false);
        let served = tokio::spawn(accept(self.listener, limit, handler, stopped));
        Endpoint {
            url: self.url,
            stop,
            served,
        }
    }
}

impl Endpoint {
    /// Answers the address as a URL without a trailing slash.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Stops accepting, lets the calls in flight finish, and closes.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(true);
        let abort = self.served.abort_handle();
        if tokio::time::timeout(GRACE, self.served).await.is_err() {
            abort.abort();
        }
    }
}

async fn accept<H, F>(
    listener: TcpListener,
    limit: usize,
    handler: H,
    mut stopped: watch::Receiver<bool>,
) where
    H: Fn(Request<Bytes>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = stopped.changed() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, limit, handler.clone(), stopped.clone()));
                }
                // Out of file descriptors, most likely: let some close.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn converse<H, F>(
    stream: TcpStream,
    limit: usize,
    handler: H,
    mut stopped: watch::Receiver<bool>,
) where
    H: Fn(Request<Bytes>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let handler = handler.clone();
        async move {
            match read(request, limit).await {
                Ok(request) => handler(request).await,
                Err(refused) => Ok(refused),
            }
            .map(|answer| answer.map(Full::new))
        }
    });
    let mut connection =
        pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    loop {
        tokio::select! {
            // An error is a client that went away or a drop that was asked for.
            _ = connection.as_mut() => break,
            changed = stopped.changed() => {
                connection.as_mut().graceful_shutdown();
                if changed.is_err() {
                    let _ = connection.as_mut().await;
                    break;
                }
            }
        }
    }
}

async fn read(request: Request<Incoming>, limit: usize) -> Result<Request<Bytes>, Response<Bytes>> {
    if !is_local(request.headers()) {
        return Err(plain(
            StatusCode::FORBIDDEN,
            "only loopback hosts and origins are served",
        ));
    }
    let (parts, body) = request.into_parts();
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(Request::from_parts(parts, body.to_bytes())),
        Err(_) => Err(plain(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is incomplete or longer than this endpoint takes",
        )),
    }
}

/// Whether a request names a loopback host and comes from no foreign page:
/// a web page that rebinds its name to 127.0.0.1 must not reach the data.
fn is_local(headers: &HeaderMap) -> bool {
    let named = |name: header::HeaderName| headers.get(name).map(|value| value.to_str());
    let host = match named(header::HOST) {
        None => true,
        Some(Ok(host)) => is_loopback(host),
        Some(Err(_)) => false,
    };
    let origin = match named(header::ORIGIN) {
        None => true,
        Some(Ok(origin)) => origin.strip_prefix("http://").is_some_and(is_loopback),
        Some(Err(_)) => false,
    };
    host && origin
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

/// Builds an answer of plain text.
pub(crate) fn plain(status: StatusCode, text: &str) -> Response<Bytes> {
    answer(status, "text/plain", text.to_owned())
}

/// Builds an answer.
pub(crate) fn answer(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static(content_type),
    );
    response
}

/// Reads a header as text.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn only_loopback_names_are_served() {
        for host in ["127.0.0.1:8000", "localhost", "localhost:1", "[::1]:80"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["example.com", "127.0.0.1.example.com:80", "::1", ""] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}

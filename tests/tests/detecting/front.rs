//! What stands between the detector and the local SNS: it notes what is published,
//! and fails as it is told.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use local::Cloud;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A message that reached a topic.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    pub(crate) topic: String,
    pub(crate) subject: String,
    /// What programs are told.
    pub(crate) alert: Value,
    pub(crate) attributes: BTreeMap<String, String>,
}

/// What goes wrong with calls, counted from the next.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    /// So many are throttled.
    throttled: AtomicU64,
    /// So many take effect and are answered with an error.
    unanswered: AtomicU64,
    /// Behind so many publications that took effect the whole cloud is killed; none for 0.
    deadly: AtomicU64,
    /// So many to the chat topic are throttled.
    mute: AtomicU64,
}

/// The front of an SNS endpoint.
pub(crate) struct Front {
    pub(crate) url: String,
    published: Arc<Mutex<Vec<Published>>>,
    failures: Arc<Failures>,
    serving: JoinHandle<()>,
}

#[derive(Clone)]
struct Shared {
    cloud: Arc<Cloud>,
    published: Arc<Mutex<Vec<Published>>>,
    failures: Arc<Failures>,
    client: reqwest::Client,
}

/// Takes one from a counter that is not zero, and answers what it was.
fn take(counter: &AtomicU64) -> u64 {
    let less = |count: u64| count.checked_sub(1);
    let order = Ordering::SeqCst;
    counter.fetch_update(order, order, less).unwrap_or(0)
}

impl Front {
    pub(crate) async fn start(cloud: &Arc<Cloud>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (published, failures) = (Arc::default(), Arc::default());
        let shared = Shared {
            cloud: Arc::clone(cloud),
            published: Arc::clone(&published),
            failures: Arc::clone(&failures),
            client: reqwest::Client::new(),
        };
        let router = Router::new().fallback(pass).with_state(shared);
        let serving = tokio::spawn(async move {
            axum::serve(listener, router)
                .await
                .expect("the front serves");
        });
        Self {
            url,
            published,
            failures,
            serving,
        }
    }

    /// Everything that was published so far, in its order.
    pub(crate) fn published(&self) -> Vec<Published> {
        self.published.lock().expect("not poisoned").clone()
    }

    /// Forgets what was published so far.
    pub(crate) fn forget(&self) {
        self.published.lock().expect("not poisoned").clear();
    }

    pub(crate) fn throttle(&self, calls: u64) {
        self.failures.throttled.store(calls, Ordering::SeqCst);
    }

    pub(crate) fn lose_answers(&self, calls: u64) {
        self.failures.unanswered.store(calls, Ordering::SeqCst);
    }

    pub(crate) fn kill_after(&self, publications: u64) {
        self.failures.deadly.store(publications, Ordering::SeqCst);
    }

    pub(crate) fn mute_chat(&self, calls: u64) {
        self.failures.mute.store(calls, Ordering::SeqCst);
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn pass(State(shared): State<Shared>, body: String) -> (StatusCode, String) {
    let failures = &shared.failures;
    let parameters: BTreeMap<String, String> = form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect();
    let topic = parameters.get("TopicArn").cloned().unwrap_or_default();
    if shared.cloud.faults().is_killed() {
        return (StatusCode::INTERNAL_SERVER_ERROR, String::new());
    }
    let is_mute = topic.ends_with("chat") && take(&failures.mute) > 0;
    if is_mute || take(&failures.throttled) > 0 {
        let answer = "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code>\
             <Message>Rate exceeded</Message></Error></ErrorResponse>";
        return (StatusCode::BAD_REQUEST, answer.to_owned());
    }
    let request = shared.client.post(shared.cloud.sns()).body(body);
    let answer = request.send().await.expect("the local sns answers");
    let status = answer.status().as_u16();
    let answer = answer.text().await.expect("a text");
    if status == 200 {
        let published = published(topic, &parameters);
        let mut all = shared.published.lock().expect("not poisoned");
        all.push(published);
    }
    if take(&failures.deadly) == 1 {
        shared.cloud.faults().kill();
    }
    if take(&failures.unanswered) > 0 {
        return (StatusCode::INTERNAL_SERVER_ERROR, String::new());
    }
    (StatusCode::from_u16(status).expect("a status"), answer)
}

fn published(topic: String, parameters: &BTreeMap<String, String>) -> Published {
    assert_eq!(parameters["MessageStructure"], "json");
    let texts: Value = serde_json::from_str(&parameters["Message"]).expect("a text by protocol");
    let default = texts["default"].as_str().expect("a default");
    let attributes = (1..)
        .map_while(|number| {
            let part =
                |part: &str| parameters.get(&format!("MessageAttributes.entry.{number}.{part}"));
            Some((part("Name")?.clone(), part("Value.StringValue")?.clone()))
        })
        .collect();
    Published {
        topic,
        subject: parameters.get("Subject").cloned().unwrap_or_default(),
        alert: serde_json::from_str(default).expect("JSON"),
        attributes,
    }
}

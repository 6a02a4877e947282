//! A history in a table, and the API in front of it.

use std::time::Duration;

use aws::Table;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use index::file::{FileRecord, FileVersion};
use index::segment::{Builder, Source};
use index::{Class, Item, Retention};
use local::{Cloud, Storage};
use lookup::{Clock, History};
use serde_json::Value;
use tower::ServiceExt as _;
use trail::Record;
use trail::digest::sha256;

use crate::records::{NOW, delivery, file};

pub(crate) const RETENTION: Retention = Retention::days(90);

const TABLE: &str = "history";

/// A history with its API.
pub(crate) struct World {
    cloud: Cloud,
    config: SdkConfig,
    pub(crate) table: Table,
    pub(crate) router: Router,
}

/// An answer, whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("is text"))
    }

    /// The error code of `POST /`, with the status.
    pub(crate) fn code(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/x-amz-json-1.1");
        let code = self.json()["__type"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        (self.status.as_u16(), code)
    }

    /// The detail of a problem, with the status.
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        assert_eq!(
            problem["title"],
            self.status.canonical_reason().expect("a known status")
        );
        assert_eq!(problem["type"], "about:blank");
        (
            self.status.as_u16(),
            problem["detail"].as_str().expect("a detail").to_owned(),
        )
    }

    /// The ids of the events of a REST answer; empty for one without.
    pub(crate) fn ids(&self) -> Vec<String> {
        let answer = self.json();
        let events = answer["events"].as_array().expect("events").iter();
        events
            .map(|event| event["event_id"].as_str().unwrap_or_default().to_owned())
            .collect()
    }
}

impl World {
    /// A history without events.
    pub(crate) async fn empty() -> Self {
        let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
        let credentials = Credentials::new("local", "local", None, None, "tests");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(local::REGION))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(cloud.dynamodb())
            .build();
        let table = Table::new(&config, TABLE);
        create(&table).await;
        let router = lookup::router(history(&config, TABLE, 3_000.0), Clock::new(|| NOW));
        Self {
            cloud,
            config,
            table,
            router,
        }
    }

    /// A history of the records of one log file.
    pub(crate) async fn of(records: &[String]) -> Self {
        let world = Self::empty().await;
        world.index(&[(file(1), records)]).await;
        world
    }

    /// The same history in an API of its own.
    pub(crate) fn with(&self, table: &str, read_units: f64, now: i64) -> Router {
        lookup::router(
            history(&self.config, table, read_units),
            Clock::new(move || now),
        )
    }

    /// Indexes files together, as one invocation of the indexer does, but for their records.
    pub(crate) async fn index(&self, files: &[(FileVersion, &[String])]) -> Vec<String> {
        let mut builder = Builder::new(Class::standard(), RETENTION);
        for (version, records) in files {
            let sha256 = sha256(records.concat().as_bytes());
            let source = Source {
                version: version.clone(),
                sha256,
                delivered: NOW,
            };
            let number = builder.source(source);
            for text in *records {
                builder.add(number, 0, &Record::parse(text).expect("a record"));
            }
        }
        let segments = builder.seal().expect("memory for compression");
        for segment in &segments {
            self.put(&segment.header).await;
            self.put(&segment.write_mark(NOW)).await;
            for item in segment.blocks.iter().chain(&segment.pages) {
                self.put(item).await;
            }
            self.put(&segment.tally).await;
            self.put(&segment.directory).await;
        }
        segments
            .iter()
            .map(|segment| segment.id.to_string())
            .collect()
    }

    /// Records that a file is indexed.
    pub(crate) async fn record(&self, version: &FileVersion, segments: &[String]) {
        let record = FileRecord {
            sha256: "00".repeat(32),
            records: 1,
            size: 1,
            etag: None,
            quarantined: 0,
            expired: 0,
            segments: segments.to_vec(),
        };
        let keeping = RETENTION.into();
        self.put(&record.item(version, &delivery(), &Class::standard(), &keeping))
            .await;
    }

    pub(crate) async fn put(&self, item: &Item) {
        self.table.put(item).await.expect("the item is put");
    }

    pub(crate) async fn send(&self, method: Method, uri: &str) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .body(Body::empty());
        answer(&self.router, request.expect("a request")).await
    }

    pub(crate) async fn get(&self, uri: &str) -> Answer {
        self.send(Method::GET, uri).await
    }

    /// Walks all pages of a REST lookup and gives the ids of each.
    pub(crate) async fn walk(&self, uri: &str) -> Vec<Vec<String>> {
        let mut pages = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!("{uri}{cursor}")).await;
            assert_eq!(page.status, StatusCode::OK, "{:?}", page.body);
            pages.push(page.ids());
            assert!(pages.len() < 100, "the walk ends");
            match page.json()["cursor"].as_str() {
                None => return pages,
                Some(next) => cursor = format!("&cursor={next}"),
            }
        }
    }

    pub(crate) async fn post(&self, body: impl Into<Body>) -> Answer {
        let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";
        self.call(Some(target), body).await
    }

    pub(crate) async fn call(&self, target: Option<&str>, body: impl Into<Body>) -> Answer {
        let mut request = Request::post("/").header("content-type", "application/x-amz-json-1.1");
        if let Some(target) = target {
            request = request.header("X-Amz-Target", target);
        }
        answer(&self.router, request.body(body.into()).expect("a request")).await
    }

    pub(crate) async fn stop(self) {
        self.cloud.stop().await;
    }
}

/// Sends a request to a router.
pub(crate) async fn answer(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.expect("never fails");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a whole body");
    Answer {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

fn history(config: &SdkConfig, table: &str, read_units: f64) -> History {
    History::new(
        Table::new(config, table),
        RETENTION,
        read_units,
        Duration::from_secs(8),
    )
}

async fn create(table: &Table) {
    let mut call = table
        .client()
        .create_table()
        .table_name(table.name())
        .billing_mode(BillingMode::PayPerRequest);
    for (name, kind) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
        let attribute = AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S);
        let key = KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind);
        call = call
            .attribute_definitions(attribute.build().expect("an attribute"))
            .key_schema(key.build().expect("a key"));
    }
    call.send().await.expect("the table is created");
}

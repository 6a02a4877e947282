//! What is not offered: other routes, other methods, other hosts.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use axum::middleware::from_fn;
use lookup::loopback_guard;

use crate::world::{World, answer};

const PATHS: [&str; 6] = [
    "/",
    "/v1/events",
    "/v1/events/e1",
    "/v1/alerts",
    "/v1/status",
    "/openapi.json",
];

#[tokio::test]
async fn every_other_method_is_405_everywhere() {
    let world = World::empty().await;
    for path in PATHS.into_iter().chain(["/v1/elsewhere", "/v1/events/"]) {
        for method in [
            "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE",
        ] {
            if (method, path) == ("POST", "/") {
                continue;
            }
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            let refused = world.send(method.clone(), path).await;
            let expected = (405, "nothing can be changed through this API".to_owned());
            assert_eq!(refused.problem(), expected, "{method} {path}");
            let allowed: Vec<&str> = refused.header("allow").split(',').collect();
            let offered: &[&str] = if path == "/" {
                &["GET", "HEAD", "POST"]
            } else {
                &["GET", "HEAD"]
            };
            assert_eq!(allowed, offered, "{method} {path}");
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn routes_are_there_and_others_are_not() {
    let world = World::empty().await;
    for path in PATHS {
        let answer = world.get(path).await;
        let expected = if path == "/v1/events/e1" { 404 } else { 200 };
        assert_eq!(answer.status.as_u16(), expected, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let head = world.send(Method::HEAD, path).await;
        assert_eq!((head.status, head.body.len()), (answer.status, 0), "{path}");
    }
    for path in [
        "/v1",
        "/v1/",
        "/v1/events/",
        "/v1/events/a/b",
        "/v2/events",
        "//",
    ] {
        let detail = "there is no such route, GET / lists those there are";
        assert_eq!(
            world.get(path).await.problem(),
            (404, detail.to_owned()),
            "{path}"
        );
    }
    world.stop().await;
}

#[tokio::test]
async fn the_description_is_served_and_its_routes_are_there() {
    let world = World::empty().await;
    let document = world.get("/openapi.json").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let uri = path.replace("{id}", "e1");
            let answer = world.send(method.clone(), &uri).await;
            assert_ne!(
                answer.status,
                StatusCode::METHOD_NOT_ALLOWED,
                "{method} {path}"
            );
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            assert!(!text.contains("no such route"), "{method} {path}");
        }
    }
    // Every parameter that is described is taken.
    for path in ["/v1/events", "/v1/alerts"] {
        let parameters = document["paths"][path]["get"]["parameters"].as_array();
        for parameter in parameters.expect("some") {
            let name = parameter["name"].as_str().expect("a name");
            let value = match name {
                "start" | "end" => "1h",
                "order" => "newest",
                "limit" => "1",
                "category" => "all",
                "level" => "high",
                "state" => "sent",
                "cursor" => continue,
                _ => "true",
            };
            let answer = world.get(&format!("{path}?{name}={value}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{path} {name}");
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn foreign_hosts_and_origins_are_refused_on_loopback() {
    let world = World::empty().await;
    let guarded = world.router.clone().layer(from_fn(loopback_guard));
    let request = |host: &str, origin: Option<&str>| {
        let mut request = Request::get("/openapi.json").header("host", host);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        // Whoever may have signed it, or not.
        request
            .header("authorization", "AWS4-HMAC-SHA256 x")
            .body(Body::empty())
            .expect("a request")
    };
    let own = answer(
        &guarded,
        request("127.0.0.1:8720", Some("http://127.0.0.1:8720")),
    )
    .await;
    assert_eq!(own.status, StatusCode::OK);
    for (host, origin) in [
        ("rebound.example.com:8720", None),
        ("127.0.0.1:8720", Some("https://example.com")),
    ] {
        let refused = answer(&guarded, request(host, origin)).await;
        assert_eq!(refused.problem().0, 403, "{host}");
    }
    world.stop().await;
}

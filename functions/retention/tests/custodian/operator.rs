//! The operators' routes, as API Gateway calls them.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use retention::{Caller, Custodian, router};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::world::{ACCOUNT, DAY, NOON, OTHER, TIME, World, after, check_stamps};

const COUNSEL: &str = "arn:aws:sts::111122223333:assumed-role/counsel/bob";

/// Makes a hold another than it was.
type Change = fn(&mut Value);

/// Calls a route as API Gateway does; answers status and body.
async fn call(
    custodian: &Arc<Custodian>,
    method: &str,
    path: &str,
    query: &str,
    body: Option<&str>,
) -> (u64, Value) {
    call_as(Some(COUNSEL), custodian, method, path, query, body).await
}

async fn call_as(
    caller: Option<&str>,
    custodian: &Arc<Custodian>,
    method: &str,
    path: &str,
    query: &str,
    body: Option<&str>,
) -> (u64, Value) {
    let identity = caller.map(|arn| {
        json!({"iam": {
            "accessKey": "AKIAIOSFODNN7EXAMPLE", "accountId": "111122223333",
            "callerId": "AROAEXAMPLE:bob", "principalOrgId": "o-abcd1234ef",
            "userArn": arn, "userId": "AROAEXAMPLE:bob",
        }})
    });
    let mut event = json!({
        "version": "2.0",
        "routeKey": format!("{method} {path}"),
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "api.example.com", "content-type": "application/json"},
        "requestContext": {
            "accountId": "111122223333", "apiId": "abc", "domainName": "api.example.com",
            "domainPrefix": "api", "requestId": "request", "routeKey": "$default",
            "stage": "$default", "time": "13/Oct/2026:12:00:00 +0000", "timeEpoch": 1_791_892_800_000_i64,
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1",
                     "sourceIp": "192.0.2.7", "userAgent": "tests"},
        },
        "isBase64Encoded": false,
    });
    if let Some(identity) = identity {
        event["requestContext"]["authorizer"] = identity;
    }
    if let Some(body) = body {
        event["body"] = json!(body);
    }
    let handled = custodian
        .handle(&event, NOON, TIME)
        .await
        .expect("answered");
    let answer = handled.response;
    assert_eq!(answer["headers"]["cache-control"], "no-store");
    let body = answer["body"].as_str().expect("a body");
    let status = answer["statusCode"].as_u64().expect("a status");
    (status, serde_json::from_str(body).expect("json"))
}

fn wanted() -> Value {
    json!({
        "scope": {"account": ACCOUNT},
        "start": "2026-10-01",
        "end": "2026-10-31T12:00:00+02:00",
        "reason": "case 4711",
    })
}

async fn set(custodian: &Arc<Custodian>, wanted: &Value) -> (u64, Value) {
    let body = wanted.to_string();
    call(custodian, "POST", "/v1/operator/holds", "", Some(&body)).await
}

#[tokio::test]
async fn a_hold_is_set_applied_listed_and_lifted_by_whoever_calls() {
    let world = World::start().await;
    world.index("90", ACCOUNT, &[NOON - DAY], NOON).await;
    let custodian = world.custodian("90");
    let (status, hold) = set(&custodian, &wanted()).await;
    assert_eq!(status, 201, "{hold}");
    assert_eq!(hold["set_by"], COUNSEL);
    assert_eq!(hold["set_at"], "2026-10-13T12:00:00Z");
    assert_eq!(hold["start"], "2026-10-01T00:00:00Z");
    assert_eq!(hold["end"], "2026-10-31T10:00:00Z");
    assert_eq!(hold["scope"], json!({"account": ACCOUNT}));
    assert_eq!(hold["active"], true);
    let (_, told) = call(&custodian, "GET", "/v1/operator/retention", "", None).await;
    assert_eq!(told["active_holds"], 1);
    assert_eq!(told["jobs"]["restamp"]["state"], "running", "{told}");
    world.settle("90", NOON + 300).await;
    check_stamps(&world.items().await, &|_, _| None, "held");

    let (status, all) = call(&custodian, "GET", "/v1/operator/holds", "", None).await;
    assert_eq!((status, &all["holds"]), (200, &json!([hold])));
    let path = format!(
        "/v1/operator/holds/{}/lift",
        hold["id"].as_str().expect("an id")
    );
    let (status, lifted) = call(&custodian, "POST", &path, "", None).await;
    assert_eq!(status, 200, "{lifted}");
    assert_eq!(
        (&lifted["lifted_by"], &lifted["active"]),
        (&json!(COUNSEL), &json!(false))
    );
    let (status, problem) = call(&custodian, "POST", &path, "", None).await;
    assert_eq!(status, 409, "{problem}");
    let (_, all) = call(&custodian, "GET", "/v1/operator/holds", "", None).await;
    assert_eq!(all["holds"], json!([lifted]), "nothing of it is lost");
    world.settle("90", NOON + 2_000).await;
    check_stamps(&world.items().await, &|day, _| after(day, 90), "lifted");
}

#[tokio::test]
async fn a_hold_that_is_not_right_is_refused_with_a_reason() {
    let world = World::start().await;
    let custodian = world.custodian("90");
    let changes: [(Change, &str); 11] = [
        (|hold| hold["reason"] = json!("  "), "reason"),
        (|hold| hold["reason"] = json!("x".repeat(3_000)), "reason"),
        (
            |hold| hold["scope"] = json!({"account": "11112222333"}),
            "scope.account",
        ),
        (
            |hold| hold["scope"] = json!({"principal": ""}),
            "scope.principal",
        ),
        (|hold| hold["scope"] = json!("nothing"), "scope"),
        (|hold| hold["start"] = json!("soon"), "start"),
        (|hold| hold["end"] = json!("2026-02-30"), "end"),
        (|hold| hold["end"] = json!("2026-09-30"), "before end"),
        (|hold| hold["start"] = json!(7), "start"),
        (|hold| hold["lifted_at"] = json!(7), "lifted_at"),
        (
            |hold| {
                hold.as_object_mut().expect("an object").remove("reason");
            },
            "reason",
        ),
    ];
    for (number, (change, detail)) in changes.into_iter().enumerate() {
        let mut hold = wanted();
        change(&mut hold);
        let (status, problem) = set(&custodian, &hold).await;
        assert!(
            matches!(status, 400 | 422),
            "change {number}: {status} {problem}"
        );
        let told = problem["detail"].as_str().expect("a detail");
        assert!(told.contains(detail), "change {number}: {told}");
    }
    let (_, listed) = call(&custodian, "GET", "/v1/operator/holds", "", None).await;
    assert_eq!(listed["holds"], json!([]));
    for scope in [json!("everything"), json!({"principal": "alice"})] {
        let mut hold = wanted();
        hold["scope"] = scope;
        hold["end"] = Value::Null;
        let (status, hold) = set(&custodian, &hold).await;
        assert_eq!((status, &hold["end"]), (201, &Value::Null));
    }
    let (status, _) = call(&custodian, "POST", "/v1/operator/holds/none/lift", "", None).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn who_is_not_known_to_the_api_is_refused() {
    let world = World::start().await;
    let custodian = world.custodian("90");
    for (method, path, body) in [
        ("GET", "/v1/operator/retention", None),
        ("GET", "/v1/operator/retention/plan", None),
        ("POST", "/v1/operator/retention/run", None),
        ("GET", "/v1/operator/holds", None),
        ("POST", "/v1/operator/holds", Some(wanted().to_string())),
        ("POST", "/v1/operator/holds/case/lift", None),
        ("POST", "/v1/operator/keys", Some("{}".to_owned())),
        ("POST", "/v1/operator/repair", Some("{}".to_owned())),
    ] {
        let (status, problem) = call_as(None, &custodian, method, path, "", body.as_deref()).await;
        assert_eq!(status, 403, "{method} {path}: {problem}");
    }
    assert!(world.items().await.is_empty());
    let (status, _) = call(&custodian, "GET", "/v1/operator/nothing", "", None).await;
    assert_eq!(status, 404);
    let (status, _) = call(&custodian, "DELETE", "/v1/operator/holds", "", None).await;
    assert_eq!(status, 405);
    let (status, problem) = call(&custodian, "POST", "/v1/operator/holds", "", Some("{")).await;
    assert_eq!(status, 400, "{problem}");
}

#[tokio::test]
async fn on_loopback_the_caller_is_whoever_mounted_the_routes_says() {
    let world = World::start().await;
    let router =
        router(world.custodian("90"), Arc::new(|| NOON)).layer(axum::Extension(Caller::local()));
    let request = Request::post("/v1/operator/holds")
        .header("content-type", "application/json")
        .body(Body::from(wanted().to_string()));
    let response = router
        .oneshot(request.expect("a request"))
        .await
        .expect("an answer");
    assert_eq!(response.status(), StatusCode::CREATED);
    let body = axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .expect("a body");
    let hold: Value = serde_json::from_slice(&body).expect("json");
    assert_eq!(hold["set_by"], "local");
}

#[tokio::test]
async fn a_plan_says_what_a_walk_then_does() {
    let world = World::start().await;
    for (account, days) in [(ACCOUNT, 10), (OTHER, 10), (ACCOUNT, 4)] {
        let noon = NOON - days * DAY;
        world.index("90", account, &[noon, noon + 60], NOON).await;
    }
    let custodian = world.custodian("90");
    let path = "/v1/operator/retention/plan";
    let (status, plan) = call(&custodian, "GET", path, "", None).await;
    assert_eq!(status, 200, "{plan}");
    assert_eq!(
        (&plan["complete"], &plan["segments"]),
        (&json!(true), &json!(3))
    );
    assert_eq!(plan["restamp"]["segments"], 0);
    assert_eq!(plan["past_time"]["segments"], 0);

    let query = "retention=365&exceptions=444455556666%3D90";
    let (_, plan) = call(&custodian, "GET", path, query, None).await;
    assert_eq!(plan["policy"]["exceptions"], "444455556666=90");
    let restamp = &plan["restamp"];
    assert_eq!(
        (&restamp["segments"], &restamp["events"]),
        (&json!(2), &json!(4))
    );
    assert_eq!(restamp["estimated"], false);
    let handled = world.daily("365;444455556666=90", NOON).await;
    let items: u64 = ["blocks", "pages", "tallies", "directories", "files"]
        .iter()
        .map(|kind| restamp["items"][kind].as_u64().expect("a number"))
        .sum();
    // And the two headers of their days.
    assert_eq!(handled.counts.stamped_items, items + 2);

    let (_, plan) = call(&custodian, "GET", path, "retention=5", None).await;
    assert_eq!(plan["past_time"]["segments"], 2);
    for query in ["retention=soon", "cursor=x", "unknown=1"] {
        let (status, problem) = call(&custodian, "GET", path, query, None).await;
        assert_eq!(status, 400, "{query}: {problem}");
    }
    let (_, rest) = call(&custodian, "GET", path, "retention=365&cursor=Data/", None).await;
    assert_eq!(rest["segments"], 0);
}

#[tokio::test]
async fn the_jobs_are_run_by_hand_and_their_report_is_told() {
    let world = World::start().await;
    world
        .index("90", ACCOUNT, &[NOON - 3 * DAY, NOON], NOON)
        .await;
    let custodian = world.custodian("365");
    let (status, answer) = call(&custodian, "POST", "/v1/operator/retention/run", "", None).await;
    assert_eq!(status, 202, "{answer}");
    assert_eq!(answer["done"]["segments_stamped"], 2);
    let (_, told) = call(&custodian, "GET", "/v1/operator/retention", "", None).await;
    let kept = &told["report"]["categories"]["Management"];
    assert_eq!((&kept["segments"], &kept["events"]), (&json!(2), &json!(2)));
    assert_eq!(kept["oldest"], "2026-10-10T12:00:00Z");
    assert_eq!(
        told["policy"]["retention"],
        "Management=365,Data=365,NetworkActivity=365,Insight=365"
    );
    assert_eq!(told["jobs"]["restamp"]["state"], "settling");
}

#[tokio::test]
async fn public_keys_are_archived_only_with_the_fingerprint_of_their_value() {
    let world = World::start().await;
    let custodian = world.custodian("90");
    let body = json!({"region": "eu-west-1", "public_key_list": {"PublicKeyList": [
        {"Value": "AAAA", "Fingerprint": "00", "ValidityStartTime": 1, "ValidityEndTime": 2},
    ]}});
    let path = "/v1/operator/keys";
    let (status, problem) = call(&custodian, "POST", path, "", Some(&body.to_string())).await;
    assert_eq!(status, 400, "{problem}");
    let body = json!({"region": "EU West", "public_key_list": {"PublicKeyList": []}});
    let (status, _) = call(&custodian, "POST", path, "", Some(&body.to_string())).await;
    assert_eq!(status, 400);
    assert!(world.items().await.is_empty());
    let body = json!({"region": "eu-west-1", "public_key_list": {"PublicKeyList": []}});
    let (status, answer) = call(&custodian, "POST", path, "", Some(&body.to_string())).await;
    assert_eq!((status, &answer["keys"]), (200, &json!([])));
}

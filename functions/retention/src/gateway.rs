//! Requests of API Gateway, and the answers that it takes.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http_body_util::BodyExt as _;
use lambda_http::request::RequestContext;
use serde_json::{Map, Value, json};
use tower::ServiceExt as _;

use crate::Custodian;
use crate::operator::{Caller, router};

/// Answers a request: the router's answer, as API Gateway takes it.
pub(crate) async fn answer(
    custodian: &Arc<Custodian>,
    event: &Value,
    now: i64,
) -> Result<Value, String> {
    let request = lambda_http::request::from_str(&event.to_string());
    let request = request.map_err(|error| error.to_string())?;
    let caller = caller(request.extensions().get::<RequestContext>());
    let (mut parts, body) = request.into_parts();
    // Who is not known to the API is nobody to its routes.
    parts.extensions.remove::<Caller>();
    parts.extensions.extend(caller.into_iter().fold(
        axum::http::Extensions::new(),
        |mut extensions, caller| {
            extensions.insert(caller);
            extensions
        },
    ));
    let request = axum::http::Request::from_parts(parts, Body::from(body.to_vec()));
    let router = router(Arc::clone(custodian), Arc::new(move || now));
    let Ok(response) = router.oneshot(request).await;
    event_of(response).await
}

/// The identity that API Gateway has verified the request's signature of.
fn caller(context: Option<&RequestContext>) -> Option<Caller> {
    let Some(RequestContext::ApiGatewayV2(context)) = context else {
        return None;
    };
    let identity = context.authorizer.as_ref()?.iam.as_ref()?;
    let arn = identity.user_arn.clone().filter(|arn| !arn.is_empty())?;
    Some(Caller::new(arn))
}

async fn event_of(response: Response) -> Result<Value, String> {
    let (parts, body) = response.into_parts();
    let body = body.collect().await.map_err(|error| error.to_string())?;
    let headers: Map<String, Value> = parts
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), json!(value.to_str().ok()?))))
        .collect();
    Ok(json!({
        "statusCode": parts.status.as_u16(),
        "headers": headers,
        // Every answer is JSON.
        "body": String::from_utf8_lossy(&body.to_bytes()),
        "isBase64Encoded": false,
    }))
}

//! The operators' routes: what is kept, what would change, holds, keys and repairs.
//!
//! Each is an IAM resource of its own, so that who may look need not be who may set a
//! hold. Whoever calls is recorded with what was set.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts};
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{get, post};

use crate::Custodian;

mod holds;
mod keys;
mod plan;
mod problem;
mod repair;
mod status;
mod time;

use problem::Problem;

/// The largest request that is read: the keys of a Region take some kilobytes.
const LARGEST_REQUEST: usize = 1024 * 1024;

/// How long a request may work: API Gateway gives up after 30 seconds.
const TIME: Duration = Duration::from_secs(15);

/// Tells the time, in seconds since 1970.
pub type Now = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Who calls: an ARN, as API Gateway has verified it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller(String);

impl Caller {
    /// Names a caller.
    pub fn new(arn: impl Into<String>) -> Self {
        Self(arn.into())
    }

    /// Whoever calls on this machine's loopback, where nobody is told apart.
    pub fn local() -> Self {
        Self::new("local")
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Self>();
        caller.cloned().ok_or_else(|| {
            Problem::new(
                StatusCode::FORBIDDEN,
                "the request comes without the identity of who calls",
            )
        })
    }
}

/// What the handlers share.
#[derive(Clone)]
struct Service {
    custodian: Arc<Custodian>,
    now: Now,
}

impl Service {
    fn now(&self) -> i64 {
        (self.now)()
    }
}

/// Makes the operators' routes.
///
/// A request must carry a [`Caller`] among its extensions, or it is refused: API Gateway's
/// is put there by the function, and whoever mounts the routes elsewhere says who calls:
///
/// ```no_run
/// # fn mount(custodian: std::sync::Arc<retention::Custodian>) -> axum::Router {
/// retention::router(custodian, std::sync::Arc::new(|| 1_791_892_800))
///     .layer(axum::Extension(retention::Caller::local()))
/// # }
/// ```
pub fn router(custodian: Arc<Custodian>, now: Now) -> Router {
    Router::new()
        .route("/v1/operator/retention", get(status::status))
        .route("/v1/operator/retention/plan", get(plan::plan))
        .route("/v1/operator/retention/run", post(status::run))
        .route("/v1/operator/holds", get(holds::list).post(holds::set))
        .route("/v1/operator/holds/{id}/lift", post(holds::lift))
        .route("/v1/operator/keys", post(keys::import))
        .route("/v1/operator/repair", post(repair::repair))
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
        .layer(map_response(keep_private))
        .with_state(Service { custodian, now })
}

async fn no_route() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "there is no such route")
}

async fn no_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "the route does not take this method",
    )
}

/// Keeps answers out of caches, and browsers from taking them for something else.
async fn keep_private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

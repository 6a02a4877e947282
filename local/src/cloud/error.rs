//! Why the local cloud does not start, or refuses.

use crate::objects::ObjectError;
use crate::queues::QueueError;
use crate::topics::TopicError;

/// Why the local cloud does not start, or refuses a call made without HTTP.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CloudError {
    /// A port, a thread or the directory is not to be had.
    #[error("the local cloud cannot start: {0}")]
    Start(#[from] std::io::Error),
    /// Another process runs a local cloud in the same directory.
    #[error("the directory is in use by another process")]
    InUse,
    /// The DynamoDB engine does not start or sweep.
    #[error("the dynamodb engine failed: {0}")]
    Engine(String),
    /// The store of objects and messages does not open or write.
    #[error("the store failed: {0}")]
    Store(String),
    /// The call names what does not exist, or what may not be.
    #[error("the call is refused: {0}")]
    Refused(String),
}

impl From<ObjectError> for CloudError {
    fn from(error: ObjectError) -> CloudError {
        match error {
            ObjectError::Store(error) => error.into(),
            refused => CloudError::Refused(refused.to_string()),
        }
    }
}

impl From<QueueError> for CloudError {
    fn from(error: QueueError) -> CloudError {
        match error {
            QueueError::Store(error) => error.into(),
            refused => CloudError::Refused(refused.to_string()),
        }
    }
}

impl From<TopicError> for CloudError {
    fn from(error: TopicError) -> CloudError {
        match error {
            TopicError::Store(error) => error.into(),
            refused => CloudError::Refused(refused.to_string()),
        }
    }
}

impl From<s3s::S3Error> for CloudError {
    fn from(error: s3s::S3Error) -> CloudError {
        let code = error.code().as_str();
        CloudError::Refused(error.message().unwrap_or(code).to_owned())
    }
}

impl From<rusqlite::Error> for CloudError {
    fn from(error: rusqlite::Error) -> CloudError {
        CloudError::Store(error.to_string())
    }
}

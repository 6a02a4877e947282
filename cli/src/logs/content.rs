//! What a log file holds, to be read where it is.

use trail::LogFile;

use super::delivery::whole;
use super::{Format, LogPath, ReadError, key};

/// How the content of a file begins that is a plain array of records, once it is put in order.
const HEAD: &[u8] = b"{\"Records\":";

/// The inflated content of a file, `{"Records":[...]}`.
#[derive(Debug)]
pub(crate) enum Content {
    Compressed(LogFile),
    Plain(Vec<u8>),
}

impl Content {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Compressed(log) => log.content(),
            Self::Plain(content) => content,
        }
    }
}

/// Reads a file whole; a plain array becomes the `Records` of an object.
///
/// A digest is no log file and not read: it is as one without records. Lines
/// are not for it: they are read one by one.
pub(crate) fn content(log: &LogPath) -> Result<Content, ReadError> {
    let is_digest = match log.format {
        Format::Compressed => key::is_digest(&log.path, ""),
        Format::Plain => key::is_digest(&log.path, ".gz"),
        Format::Lines => false,
    };
    if is_digest {
        return Ok(Content::Plain([HEAD, b"[]}"].concat()));
    }
    let body = whole(&log.path)?;
    let content = match log.format {
        Format::Compressed => {
            let log = LogFile::inflate(&body, indexer::config::MAX_FILE_BYTES)?;
            if !is_array(log.content()) {
                return Ok(Content::Compressed(log));
            }
            log.content().to_vec()
        }
        Format::Plain | Format::Lines => body,
    };
    Ok(Content::Plain(if is_array(&content) {
        [HEAD, &content, b"}"].concat()
    } else {
        content
    }))
}

fn is_array(content: &[u8]) -> bool {
    content.trim_ascii_start().first() == Some(&b'[')
}

//! Reads a request's bytes, bounded in size and time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use futures_util::StreamExt;

use crate::http::error::Error;

/// All bytes of a request's body, unless there are more than `bytes_max` or they take longer
/// than `wait`.
pub(crate) async fn read(request: Request, bytes_max: u64, wait: Duration) -> Result<Bytes, Error> {
    let announced = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > bytes_max) {
        return Err(too_large(bytes_max));
    }
    match tokio::time::timeout(wait, collect(request.into_body(), bytes_max)).await {
        Ok(read) => read,
        Err(_) => Err(Error::new(
            StatusCode::REQUEST_TIMEOUT,
            "the request body did not arrive in time",
        )),
    }
}

async fn collect(body: Body, bytes_max: u64) -> Result<Bytes, Error> {
    let mut chunks = body.into_data_stream();
    let mut whole = Bytes::new();
    let mut parts = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk
            .map_err(|error| Error::bad_request(format!("the request body broke off: {error}")))?;
        if (whole.len() + parts.len() + chunk.len()) as u64 > bytes_max {
            return Err(too_large(bytes_max));
        }
        // Nearly every call arrives in one piece, which is then parsed where it lies.
        if whole.is_empty() && parts.is_empty() {
            whole = chunk;
        } else {
            parts.extend_from_slice(&std::mem::take(&mut whole));
            parts.extend_from_slice(&chunk);
        }
    }
    Ok(if parts.is_empty() {
        whole
    } else {
        parts.into()
    })
}

fn too_large(bytes_max: u64) -> Error {
    Error::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("the request body is larger than the server's limit of {bytes_max} bytes"),
    )
}

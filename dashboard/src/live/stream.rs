//! Server-sent events: the live run, for as long as somebody follows it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, timeout_at};

use super::{Now, UNKNOWN};
use crate::Shared;
use crate::trouble::Trouble;

/// How long one response lasts. A browser asks again by itself, and is asked again who it is.
const LONGEST: Duration = Duration::from_secs(300);
/// How long a browser waits before it asks again.
const PAUSE: Duration = Duration::from_secs(2);

/// `GET /live`
pub(crate) async fn live(State(app): State<Shared>) -> Result<Response, Trouble> {
    let places: Arc<Semaphore> = app.live.places.clone();
    let place = places.try_acquire_owned().map_err(|_| Trouble::Crowded)?;
    let news = events(app.live.follow(), place);
    let sse = Sse::new(news).keep_alive(KeepAlive::default());
    // Proxies would otherwise keep it back until it is over.
    let headers = [
        (header::CACHE_CONTROL.as_str(), "no-store"),
        ("x-accel-buffering", "no"),
    ];
    Ok((headers, sse).into_response())
}

/// What is seen, from now on. The place is given back when nobody listens any more.
fn events(
    seen: watch::Receiver<Now>,
    place: OwnedSemaphorePermit,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let ends = Instant::now() + LONGEST;
    // What was seen before is news for whoever comes now.
    let mut seen = seen;
    seen.mark_changed();
    stream::unfold((seen, place), move |(mut seen, place)| async move {
        loop {
            match timeout_at(ends, seen.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return None,
            }
            let now = seen.borrow_and_update().clone();
            if now.state != UNKNOWN {
                return Some((event(&now), (seen, place)));
            }
        }
    })
}

fn event(now: &Now) -> Result<Event, Infallible> {
    let data = serde_json::to_string(now).expect("numbers and texts can always be written as JSON");
    Ok(Event::default().event("run").retry(PAUSE).data(data))
}

//! A small HTTP server on one address, bounded in connections and in patience.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::sync::Semaphore;
use tokio::time::sleep;

use crate::patient::Patient;

/// So many are served at once; further ones wait.
const CONNECTIONS: usize = 256;
/// So long a browser has for the head of a request.
const HEAD: Duration = Duration::from_secs(10);
/// So long a browser may take nothing of what it is sent.
const TAKING: Duration = Duration::from_secs(10);
/// So long a head may be, in bytes, and not much longer.
const LONGEST_HEAD: usize = 64 * 1024;
/// So long the last answers have, when it is to stop.
const FAREWELL: Duration = Duration::from_secs(3);
/// How soon it sees that it is to stop.
const LOOK: Duration = Duration::from_millis(50);

/// Answers until `stop` is true. What the answers have begun in the background is waited for.
///
/// # Errors
/// The address cannot be served.
pub(crate) fn serve(listener: TcpListener, router: Router, stop: &AtomicBool) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        answer_all(listener, router, stop).await;
        Ok(())
    })
}

async fn answer_all(listener: tokio::net::TcpListener, router: Router, stop: &AtomicBool) {
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(LONGEST_HEAD);
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let open = GracefulShutdown::new();
    loop {
        let next = async {
            let place = places.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = stopped(stop) => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Too many open files, say; those that are open end by and by.
                log::warn!("a connection cannot be taken: {error}");
                sleep(LOOK).await;
                continue;
            }
        };
        let stream = Patient::new(stream, TAKING);
        let service = TowerToHyperService::new(router.clone());
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        let connection = open.watch(connection.into_owned());
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                log::debug!("a connection ended early: {error}");
            }
            drop(place);
        });
    }
    drop(listener);
    tokio::select! {
        () = open.shutdown() => {}
        () = sleep(FAREWELL) => {}
    }
}

async fn stopped(stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        sleep(LOOK).await;
    }
}

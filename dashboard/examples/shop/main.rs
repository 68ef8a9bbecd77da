//! A shop for products that the customer configures: how an axum application embeds the engine and its dashboard.
//!
//! Read in this order:
//!
//! - `engine.rs` is the call site: the tracks, the settings, who is told.
//! - `upkeep.rs` runs the upgrade in the background and says whether the shop may serve.
//! - `web/mod.rs` puts the shop's pages and the dashboard into one router; `web/visit.rs` keeps the pages closed meanwhile.
//!
//! The rest is a shop: `catalog.rs` and `cart.rs` are its SQL, `configuration.rs` its rules.
//!
//! `cargo run -p upgrades-dashboard --example shop` starts it; `-- --help` says what it can be told.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program tells its people where it listens and what went wrong"
)]

mod cart;
mod catalog;
mod configuration;
mod database;
mod engine;
mod money;
mod options;
mod signals;
mod upkeep;
mod web;

use std::error::Error;
use std::future::IntoFuture;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::options::{Asked, Options};
use crate::signals::Signals;
use crate::upkeep::Upkeep;

/// So long connections may take to end once nothing upgrades any more: who follows a live run never ends by itself.
const GRACE: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let options = match Options::read(std::env::args_os().skip(1)) {
        Ok(Asked::Serve(options)) => options,
        Ok(Asked::Help) => {
            println!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("shop: {}\n\n{}", upgrades::chain(&error), options::HELP);
            return ExitCode::from(2);
        }
    };
    serve(options).unwrap_or_else(|error| {
        eprintln!("shop: {}", upgrades::chain(error.as_ref()));
        ExitCode::FAILURE
    })
}

#[tokio::main]
async fn serve(options: Options) -> Result<ExitCode, Box<dyn Error>> {
    let mut signals = Signals::listen()?;
    let listener = TcpListener::bind(options.listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    if let Some(password) = options.password.made_up() {
        println!("the administrator's password, as SHOP_PASSWORD has none: {password}");
    }

    let stop = Arc::new(AtomicBool::new(false));
    let upkeep = Arc::new(Upkeep::of(engine::upgrader(&options, stop.clone())));
    // The shop answers from here on; customers see that it is being upgraded.
    let upgrade = upkeep.start();
    let (close, closing) = oneshot::channel::<()>();
    let server = axum::serve(listener, web::router(&options, upkeep.clone()))
        .with_graceful_shutdown(async { drop(closing.await) });
    let server = tokio::spawn(server.into_future());

    signals.next().await;
    // The statement that runs now ends, what is whole is committed, and the next start goes on.
    stop.store(true, Ordering::Relaxed);
    drop(close);
    let ended = async {
        upgrade.await;
        upkeep.nothing_runs_here().await;
        let _ = tokio::time::timeout(GRACE, server).await;
    };
    tokio::select! {
        () = ended => Ok(ExitCode::SUCCESS),
        // Who asks twice means it; the next start goes on even so.
        () = signals.next() => Ok(ExitCode::from(130)),
    }
}

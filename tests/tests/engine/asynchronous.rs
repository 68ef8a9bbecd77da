//! `run_async`, on any executor.

use std::future::Future;
use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use upgrades::{Error, Event, Report};

use crate::lab::{Lab, Scripts};

const SCRIPTS: Scripts<'static> = &[
    ("1.sql", "CREATE TABLE a(a)"),
    ("2.sql", "CREATE TABLE b(a)"),
];

#[test]
fn on_every_executor() {
    type Executor =
        fn(std::pin::Pin<Box<dyn Future<Output = Result<Report, Error>>>>) -> Result<Report, Error>;
    let executors: [Executor; 3] = [
        |future| {
            tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap()
                .block_on(future)
        },
        |future| {
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .build()
                .unwrap()
                .block_on(future)
        },
        |future| futures_executor::block_on(future),
    ];
    for block_on in executors {
        let lab = Lab::new();
        let run = |scripts| lab.told(block_on(Box::pin(lab.core(scripts).run_async())));
        assert_eq!(run(SCRIPTS), "Upgraded core/1.sql core/2.sql");
        assert_eq!(run(SCRIPTS), "UpToDate");
        let bad: Scripts<'_> = &[SCRIPTS[0], SCRIPTS[1], ("3.sql", "SELECT * FROM nowhere")];
        assert_eq!(
            run(bad),
            "script core/3.sql failed in statement 1, line 1, column 1; it was rolled back, and \
             later scripts were not run: no such table: nowhere"
        );
    }
}

/// The synchronous call works inside a runtime too.
#[test]
fn the_plain_call_inside_a_runtime() {
    let lab = Lab::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let told = runtime.block_on(async { lab.run(SCRIPTS) });
    assert_eq!(told, "Upgraded core/1.sql core/2.sql");
}

/// One thread runs the future and something else: neither stands in the other's way.
#[test]
fn the_executor_is_not_blocked() {
    let lab = Lab::new();
    let (go_on, wait) = mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let upgrader = lab.core(SCRIPTS).on_event(move |event| {
        if let Event::Started { .. } = event {
            // Only the other future on this executor's one thread sends it.
            wait.lock().unwrap().recv().unwrap();
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let told = runtime.block_on(async {
        let local = tokio::spawn(upgrader.run_async());
        tokio::task::yield_now().await;
        go_on.send(()).unwrap();
        local.await.unwrap()
    });
    assert_eq!(lab.told(told), "Upgraded core/1.sql core/2.sql");
}

/// A future that is dropped after its first poll leaves the upgrade to its end.
#[test]
fn dropping_the_future_stops_nothing() {
    let lab = Lab::new();
    let (go_on, wait) = mpsc::channel::<()>();
    let (end, ended) = mpsc::channel();
    let channels = std::sync::Mutex::new((wait, end));
    let upgrader = lab.core(SCRIPTS).on_event(move |event| match event {
        Event::Started { .. } => channels.lock().unwrap().0.recv().unwrap(),
        Event::Finished(report) => channels
            .lock()
            .unwrap()
            .1
            .send(report.applied.len())
            .unwrap(),
        _ => {}
    });
    {
        let mut future = pin!(upgrader.run_async());
        let poll = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(poll, Poll::Pending));
    }
    go_on.send(()).unwrap();
    assert_eq!(ended.recv().unwrap(), 2);
    assert_eq!(
        lab.told(lab.core(SCRIPTS).lock_wait(Duration::from_secs(60)).run()),
        "UpToDate"
    );
    assert_eq!(lab.history(), "applied core/1.sql; applied core/2.sql");
}

/// A panic on the upgrade's thread arrives where the future is awaited.
#[test]
fn a_panic_arrives() {
    let lab = Lab::new();
    let upgrader = lab
        .core(SCRIPTS)
        .on_event(|_| std::panic::panic_any("observed"));
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        futures_executor::block_on(upgrader.run_async())
    }));
    assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&"observed"));
    assert_eq!(lab.run(SCRIPTS), "Upgraded core/1.sql core/2.sql");
}

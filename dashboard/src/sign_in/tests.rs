use std::sync::Arc;

use super::*;

fn headers(rows: &[(&'static str, String)]) -> HeaderMap {
    let rows = rows.iter();
    rows.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect()
}

/// The session that a cookie begins.
fn of(cookie: &str) -> String {
    let (first, rest) = cookie.split_once("; ").unwrap();
    assert_eq!(rest, "Path=/; Max-Age=43200; HttpOnly; SameSite=Strict");
    first.to_owned()
}

#[test]
fn a_token_lets_in_once() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let hear = told.clone();
    let sign_in = SignIn::once(move |token| hear.lock().unwrap().push(token.to_owned()));
    let newest = || told.lock().unwrap().last().unwrap().clone();
    let now = Instant::now();
    let first = newest();
    assert_eq!(sign_in.enter("", now), Err(Turned::Wrong));
    let session = of(&sign_in.enter(&format!(" {first}\n"), now).unwrap());
    assert_ne!(newest(), first);
    assert_eq!(sign_in.enter(&first, now), Err(Turned::Wrong));
    let other = of(&sign_in.enter(&newest(), now).unwrap());
    let (name, _) = session.split_once('=').unwrap();
    // Beside another dashboard of the same host.
    let neighbour = SignIn::once(|_| {}).cookie;
    assert_ne!(name, neighbour);
    let rows = [
        (vec![("cookie", session.clone())], true),
        (vec![("cookie", format!("a=b; {other}; c"))], true),
        (vec![("cookie", format!("{session}; {other}"))], false),
        (
            vec![("cookie", session.clone()), ("cookie", other.clone())],
            false,
        ),
        (
            vec![("cookie", session[..session.len() - 1].to_owned())],
            false,
        ),
        (vec![("cookie", format!("x{session}"))], false),
        (vec![("cookie", format!("{neighbour}=x; {session}"))], true),
        (vec![("cookie", format!("{name}="))], false),
        (vec![("cookie", format!("{name}={}", newest()))], false),
        // What is good for one sign-in is good for no request.
        (
            vec![("authorization", format!("Bearer {}", newest()))],
            false,
        ),
        (vec![], false),
    ];
    for (sent, known) in rows {
        assert_eq!(sign_in.knows(&headers(&sent)), known, "{sent:?}");
    }
    let over = sign_in.leave(&headers(&[("cookie", session.clone())]));
    assert_eq!(
        over,
        format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict")
    );
    assert!(!sign_in.knows(&headers(&[("cookie", session)])));
    assert!(sign_in.knows(&headers(&[("cookie", other)])));
}

#[test]
fn a_kept_token_lets_in_as_often_as_it_is_sent() {
    let token = "0123456789abcdef0123456789abcdef";
    let sign_in = SignIn::with_token(&format!("{token}\n")).unwrap();
    let now = Instant::now();
    assert!(sign_in.enter(token, now).is_ok() && sign_in.enter(token, now).is_ok());
    let rows = [
        (format!("Bearer {token}"), true),
        (format!("bearer  {token}"), true),
        (format!("Basic {token}"), false),
        (token.to_owned(), false),
        (format!("Bearer {token}0"), false),
        ("Bearer ".to_owned(), false),
    ];
    for (said, known) in rows {
        let sent = headers(&[("authorization", said.clone())]);
        assert_eq!(sign_in.knows(&sent), known, "{said}");
    }
    assert_eq!(
        SignIn::with_token(" 0123456789abcdef0123456789abcde ").err(),
        Some(WeakToken { length: 31 })
    );
}

#[test]
fn guessing_ends_soon() {
    let token = "0123456789abcdef0123456789abcdef";
    let sign_in = SignIn::with_token(token).unwrap();
    let now = Instant::now();
    let session = of(&sign_in.enter(token, now).unwrap());
    for _ in 0..tries::MOST {
        assert_eq!(sign_in.enter("guess", now), Err(Turned::Wrong));
    }
    // Now not even the right one is heard, in either way; who is in stays in.
    let wait = Err(Turned::Wait(tries::WITHIN));
    assert_eq!(sign_in.enter(token, now), wait);
    assert!(!sign_in.knows(&headers(&[("authorization", format!("Bearer {token}"))])));
    assert!(sign_in.knows(&headers(&[("cookie", session)])));
    assert!(sign_in.enter(token, now + tries::WITHIN).is_ok());
}

#[test]
fn behind_encryption_the_cookie_stays_there() {
    let token = "0123456789abcdef0123456789abcdef";
    let sign_in = SignIn::with_token(token).unwrap().encrypted();
    let cookie = sign_in.enter(token, Instant::now()).unwrap();
    assert!(cookie.starts_with("__Host-upgrades_session_"), "{cookie}");
    assert!(cookie.contains("; Path=/; "), "{cookie}");
    assert!(cookie.ends_with("; SameSite=Strict; Secure"), "{cookie}");
    let (session, _) = cookie.split_once(';').unwrap();
    assert!(sign_in.knows(&headers(&[("cookie", session.to_owned())])));
}

/// What a proxy sends with every request is no guess where no token is good for requests.
#[test]
fn tokens_of_others_keep_nobody_out() {
    let sign_in = SignIn::once(|_| {});
    let now = Instant::now();
    let sent = headers(&[("authorization", "Bearer of-the-proxy".to_owned())]);
    for _ in 0..2 * tries::MOST {
        assert!(!sign_in.knows(&sent));
    }
    assert_eq!(sign_in.keeps_waiting(&sent), None);
    assert_eq!(sign_in.enter("guess", now), Err(Turned::Wrong));
}

/// Of many that come at once, no more are heard than of as many one after the other.
#[test]
fn guessing_at_once_ends_as_soon() {
    let sign_in = SignIn::once(|_| {});
    let now = Instant::now();
    let heard = std::thread::scope(|scope| {
        let guesses: Vec<_> = (0..8 * tries::MOST)
            .map(|_| scope.spawn(|| sign_in.enter("guess", now)))
            .collect();
        let answers = guesses.into_iter().map(|guess| guess.join().unwrap());
        answers
            .filter(|answer| *answer == Err(Turned::Wrong))
            .count()
    });
    assert_eq!(heard, tries::MOST);
}

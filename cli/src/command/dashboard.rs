//! `upgrades dashboard`

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;

use serde_json::json;
use upgrades_dashboard::{Dashboard, SignIn};

use super::Failure;
use super::run::stop_on_signal;
use crate::args::{Common, DashboardServer, Format};
use crate::config::{Config, ConfigError};
use crate::hooks::now_and_then;
use crate::reply::Reply;
use crate::serve::serve;

pub(super) fn answer(
    config: &Config,
    told: &DashboardServer,
    common: &Common,
) -> Result<Reply, Failure> {
    let hosts = hosts(told)?;
    if common.quiet && common.format == Format::Text && told.token_file.is_none() {
        return Err(ConfigError::new(
            "with --quiet nobody would be told how to sign in: pass --token-file too",
        )
        .into());
    }
    let stop = stop_on_signal()?;
    let upgrader = config.lasting_upgrader()?.stop_when(stop.clone());
    let upgrader = Arc::new(upgrader);
    let database = upgrader.database();
    let kept = told.token_file.as_deref().map(token).transpose()?;
    let listener = TcpListener::bind(told.listen).map_err(|error| {
        ConfigError::new(format!("{} cannot be listened to", told.listen)).because(error)
    })?;
    let address = listener.local_addr().unwrap_or(told.listen);
    let at = shown(told, address);
    let speaker = Speaker {
        format: common.format,
        quiet: common.quiet,
    };
    speaker.say(
        &format!("the dashboard of {database} is at {at}/\n"),
        &json!({ "database": database, "dashboard": format!("{at}/") }),
    );
    let mut sign_in = match kept {
        Some(kept) => kept,
        None => SignIn::once(move |token| {
            let link = format!("{at}/sign-in?token={token}");
            speaker.say(
                &format!("sign in, once, with {link}\n"),
                &json!({ "sign_in": link }),
            );
        }),
    };
    if told.tls_in_front {
        sign_in = sign_in.encrypted();
    }
    let router = Dashboard::new(upgrader.clone())
        .hosts(hosts)
        .sign_in(sign_in)
        .router();
    let served = thread::scope(|scope| {
        let telling = scope.spawn(|| now_and_then(&upgrader, &stop));
        let served = serve(listener, router, &stop);
        stop.store(true, Ordering::Relaxed);
        telling.thread().unpark();
        served
    });
    served
        .map_err(|error| ConfigError::new(format!("{address} cannot be served")).because(error))?;
    speaker.say("stopped\n", &json!({ "stopped": true }));
    Ok(Reply::said())
}

/// Tells what somebody needs while the command goes on: text, or a line of JSON each.
#[derive(Clone, Copy)]
struct Speaker {
    format: Format,
    quiet: bool,
}

impl Speaker {
    fn say(self, text: &str, json: &serde_json::Value) {
        match self.format {
            Format::Json => crate::say(&format!("{json}\n")),
            Format::Text if self.quiet => {}
            Format::Text => crate::say(text),
        }
    }
}

/// The names under which it is reached.
fn hosts(told: &DashboardServer) -> Result<Vec<String>, ConfigError> {
    let listen = told.listen;
    if !listen.ip().is_loopback() && told.token_file.is_none() && !told.tls_in_front {
        return Err(ConfigError::new(format!(
            "{listen} is reached by other machines, and what is sent there can be read on the way: pass --tls-in-front \
             where a proxy encrypts it, or --token-file to accept that, or listen on 127.0.0.1"
        )));
    }
    let mut hosts = told.host.clone();
    match listen.ip() {
        ip if ip.is_loopback() => {
            hosts.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
            hosts.push(written(listen));
        }
        ip if ip.is_unspecified() => {}
        _ => hosts.push(written(listen)),
    }
    match hosts.is_empty() {
        true => Err(ConfigError::new(format!(
            "{listen} stands for every address of this machine: pass --host with the name that browsers have for it"
        ))),
        false => Ok(hosts),
    }
}

/// Where browsers find it.
fn shown(told: &DashboardServer, address: SocketAddr) -> String {
    match told.host.first() {
        Some(host) if told.tls_in_front => format!("https://{host}"),
        None if told.tls_in_front => format!("https://{address}"),
        // Nobody reaches it by the address that stands for all.
        Some(host) if address.ip().is_unspecified() => {
            format!("http://{}", with_port(host, address.port()))
        }
        Some(_) | None => format!("http://{address}"),
    }
}

/// A name with its port, or with this one.
fn with_port(host: &str, port: u16) -> String {
    let is_port = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match host.rsplit_once(':') {
        Some((_, said)) if is_port(said) => host.to_owned(),
        Some(_) | None => format!("{host}:{port}"),
    }
}

/// An address as a browser writes it.
fn written(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

/// What a file with a token lets in.
fn token(path: &Path) -> Result<SignIn, ConfigError> {
    let unusable = || ConfigError::new(format!("the token file {} cannot be used", path.display()));
    let (bytes, about) = read(path).map_err(|error| unusable().because(error))?;
    if others_may_read(&about) {
        let others = format!("others may read it; chmod 600 {}", path.display());
        return Err(unusable().because(others));
    }
    let text = String::from_utf8(bytes).map_err(|_| unusable().because("it is no text"))?;
    SignIn::with_token(&text).map_err(|error| unusable().because(error))
}

/// What a file holds, and what is known of the file that was read, and not of one that has taken its place.
fn read(path: &Path) -> io::Result<(Vec<u8>, Metadata)> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok((bytes, file.metadata()?))
}

#[cfg(unix)]
fn others_may_read(about: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn others_may_read(_: &Metadata) -> bool {
    false
}

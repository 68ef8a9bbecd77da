//! `upgrades dashboard`

use std::fs;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use upgrades_dashboard::{Dashboard, SignIn};

use super::Failure;
use super::run::stop_on_signal;
use crate::args::{Common, DashboardServer, Format};
use crate::config::{Config, ConfigError};
use crate::reply::Reply;
use crate::serve::serve;

pub(super) fn answer(
    config: &Config,
    told: &DashboardServer,
    common: &Common,
) -> Result<Reply, Failure> {
    let hosts = hosts(told)?;
    let stop = stop_on_signal()?;
    let upgrader = config.lasting_upgrader()?.stop_when(stop.clone());
    let database = upgrader.database();
    let kept = told.token_file.as_deref().map(token).transpose()?;
    let listener = TcpListener::bind(told.listen).map_err(|error| {
        ConfigError::new(format!("{} cannot be listened to", told.listen)).because(error)
    })?;
    let address = listener.local_addr().unwrap_or(told.listen);
    let scheme = match told.tls_in_front {
        true => "https",
        false => "http",
    };
    let at = match told.host.first() {
        Some(host) if told.tls_in_front => format!("{scheme}://{host}"),
        Some(_) | None => format!("{scheme}://{address}"),
    };
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
    let router = Dashboard::new(Arc::new(upgrader))
        .hosts(hosts)
        .sign_in(sign_in)
        .router();
    serve(listener, router, &stop)
        .map_err(|error| ConfigError::new(format!("{address} cannot be served")).because(error))?;
    Ok(Reply::new(
        "stopped\n".to_owned(),
        json!({ "stopped": true }),
    ))
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
    let text = fs::read_to_string(path).map_err(|error| unusable().because(error))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let about = fs::metadata(path).map_err(|error| unusable().because(error))?;
        if about.permissions().mode() & 0o077 != 0 {
            let others = format!("others may read it; chmod 600 {}", path.display());
            return Err(unusable().because(others));
        }
    }
    SignIn::with_token(&text).map_err(|error| unusable().because(error))
}

//! Reading a server's URL. What it says is told without its password.

use mysql_async::{Opts, OptsBuilder, UrlError};

/// The options of a connection, or why there are none, without the URL itself.
pub(super) fn read(url: &str) -> Result<Opts, String> {
    let url = match url.split_once("://") {
        Some(("mariadb", rest)) => format!("mysql://{rest}"),
        _ => url.to_owned(),
    };
    // The driver's own error could repeat the URL, and the password with it.
    let opts = Opts::from_url(&url).map_err(|error| match error {
        UrlError::UnknownParameter { param } => format!("there is no parameter {param:?}"),
        UrlError::InvalidParamValue { param, .. } => {
            format!("the parameter {param:?} has a value that it cannot have")
        }
        _ => "it reads mysql://user:password@host:port/database, with %23 for # and %2F for / in a password"
            .to_owned(),
    })?;
    // The driver would look the address up with its brackets.
    let host = opts.ip_or_hostname().strip_prefix('[');
    Ok(
        match host
            .and_then(|host| host.strip_suffix(']'))
            .map(str::to_owned)
        {
            Some(address) => OptsBuilder::from_opts(opts).ip_or_hostname(address).into(),
            None => opts,
        },
    )
}

/// A database as people know it, such as `mysql://user@host:3306/shop`; no secrets.
pub(super) fn database(opts: &Opts, schema: &str) -> String {
    let user = opts
        .user()
        .map_or_else(String::new, |user| format!("{user}@"));
    match opts.socket() {
        Some(socket) => format!("mysql://{user}localhost/{schema}?socket={socket}"),
        None => format!("mysql://{user}{}/{schema}", place(opts)),
    }
}

/// A server as people know it, such as `host:3306`; no secrets.
pub(super) fn server(opts: &Opts) -> String {
    match opts.socket() {
        Some(socket) => socket.to_owned(),
        None => place(opts),
    }
}

fn place(opts: &Opts) -> String {
    let host = opts.ip_or_hostname();
    match host.contains(':') {
        true => format!("[{host}]:{}", opts.tcp_port()),
        false => format!("{host}:{}", opts.tcp_port()),
    }
}

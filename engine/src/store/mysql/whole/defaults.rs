//! The option file that a tool reads where to connect and as whom: a password in its arguments or its environment would
//! be there for others to see.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use mysql_async::{Opts, SslOpts};

use super::super::server::Kind;

/// An option file, gone with its value.
#[derive(Debug)]
pub(super) struct Defaults(PathBuf);

impl Defaults {
    /// Writes one for a server of this kind into a folder.
    pub(super) fn write(folder: &Path, opts: &Opts, kind: Kind) -> io::Result<Self> {
        let path = folder.join("client.cnf");
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path)?;
        let written = Self(path);
        file.write_all(content(opts, kind).as_bytes())?;
        Ok(written)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Defaults {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            log::warn!("{} cannot be removed: {error}", self.0.display());
        }
    }
}

/// Where systems keep the certificates that they trust; the tools of MySQL trust none unless told.
const TRUSTED: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

fn content(opts: &Opts, kind: Kind) -> String {
    let mut lines = vec!["[client]".to_owned()];
    let mut say = |name: &str, value: &str| lines.push(format!("{name}={}", quoted(value)));
    say("user", opts.user().unwrap_or_default());
    say("password", opts.pass().unwrap_or_default());
    match opts.socket() {
        Some(socket) => {
            say("protocol", "socket");
            say("socket", socket);
        }
        None => {
            say("protocol", "tcp");
            say("host", opts.ip_or_hostname());
            say("port", &opts.tcp_port().to_string());
        }
    }
    let trusts_all = |ssl: &SslOpts| ssl.accept_invalid_certs();
    let trusts_names = |ssl: &SslOpts| ssl.skip_domain_validation();
    match (kind, opts.ssl_opts()) {
        (Kind::MariaDb, None) => say("ssl-verify-server-cert", "0"),
        (Kind::MariaDb, Some(ssl)) => {
            say("ssl", "1");
            // It checks certificate and name together or neither.
            let checks = !trusts_all(ssl) && !trusts_names(ssl);
            say("ssl-verify-server-cert", if checks { "1" } else { "0" });
        }
        (Kind::Mysql, None) => {
            say("ssl-mode", "PREFERRED");
            say("get-server-public-key", "1");
        }
        (Kind::Mysql, Some(ssl)) if trusts_all(ssl) => say("ssl-mode", "REQUIRED"),
        (Kind::Mysql, Some(ssl)) => {
            let mode = if trusts_names(ssl) {
                "VERIFY_CA"
            } else {
                "VERIFY_IDENTITY"
            };
            say("ssl-mode", mode);
            if let Some(trusted) = TRUSTED.iter().find(|path| Path::new(path).exists()) {
                say("ssl-ca", trusted);
            }
        }
    }
    lines.join("\n") + "\n"
}

/// A value as an option file has it, from the manual's
/// [escape sequences](https://dev.mysql.com/doc/refman/8.4/en/option-files.html).
fn quoted(value: &str) -> String {
    let mut out = String::from("\"");
    for character in value.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_tool_is_told() {
        let tcp = r#"user="a"|password=""|protocol="tcp"|host="h"|port="3306"|"#;
        let rows = [
            ("mysql://a@h/d", Kind::MariaDb, format!(r#"{tcp}ssl-verify-server-cert="0""#)),
            (
                "mysql://a:p%22%5C%23%20x@h:7/d?socket=/s",
                Kind::MariaDb,
                r#"user="a"|password="p\"\\# x"|protocol="socket"|socket="/s"|ssl-verify-server-cert="0""#.to_owned(),
            ),
            (
                "mysql://a@h/d?require_ssl=true",
                Kind::MariaDb,
                format!(r#"{tcp}ssl="1"|ssl-verify-server-cert="1""#),
            ),
            (
                "mysql://a@h/d?require_ssl=true&verify_ca=false",
                Kind::Mysql,
                format!(r#"{tcp}ssl-mode="REQUIRED""#),
            ),
            (
                "mysql://a@h/d",
                Kind::Mysql,
                format!(r#"{tcp}ssl-mode="PREFERRED"|get-server-public-key="1""#),
            ),
        ];
        for (url, kind, expected) in rows {
            let opts = Opts::from_url(url).expect("a URL");
            let expected = format!("[client]\n{}\n", expected.replace('|', "\n"));
            assert_eq!(content(&opts, kind), expected, "{url}");
        }
    }
}

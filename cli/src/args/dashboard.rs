//! What `upgrades dashboard` can be told.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// Where the dashboard is shown, and to whom.
#[derive(Debug, Clone, Args)]
pub(crate) struct DashboardServer {
    /// The address to listen on; port 0 is any that is free
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7878")]
    pub(crate) listen: SocketAddr,
    /// A file with the token that lets in, 32 characters or more, instead of tokens that are good for once
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// A name that browsers reach it by, with its port where it is not the listener's
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Vec<String>,
    /// A proxy stands before it, and encrypts
    #[arg(long)]
    pub(crate) tls_in_front: bool,
}

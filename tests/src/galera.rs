//! A private Galera cluster for the tests: three nodes of MariaDB on 127.0.0.1.
//!
//! The nodes transfer their data with rsync, which Galera's script does not do as root: root's tests run them as the user
//! `mysql`. Like every server of the tests, they end with the test process.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::mariadb::process::{self, Process};
use crate::mariadb::{Client, Flavour, Refusal, folder, picture};

const PROVIDERS: [&str; 3] = [
    "/usr/lib/galera/libgalera_smm.so",
    "/usr/lib64/galera/libgalera_smm.so",
    "/usr/lib64/galera-4/libgalera_smm.so",
];

/// How many nodes a cluster has.
pub const NODES: usize = 3;

/// How long the nodes may take to agree: a killed one is missed after 5 s.
const PATIENCE: Duration = Duration::from_secs(60);

/// Three nodes that hold the same databases. They end when the value is dropped, or with the process.
#[derive(Debug)]
pub struct Cluster {
    nodes: [Node; NODES],
}

/// One node.
#[derive(Debug)]
pub struct Node {
    folder: PathBuf,
    socket: PathBuf,
    port: u16,
    process: Process,
}

/// The ports of a node.
#[derive(Debug, Clone, Copy)]
struct Ports {
    clients: u16,
    group: u16,
    state: u16,
    increments: u16,
}

impl Cluster {
    /// Starts a cluster and waits until every node is ready.
    pub fn start() -> Self {
        let provider = PROVIDERS.iter().find(|path| Path::new(path).exists());
        let provider =
            provider.expect("Galera is missing; install galera-4, or let tests/run do it");
        let rsync = Command::new("rsync").arg("--version").output();
        rsync.expect("rsync is missing; install it, or let tests/run do it");
        let ports = free_ports();
        let address = ports
            .map(|ports| format!("127.0.0.1:{}", ports.group))
            .join(",");
        let nodes = [0, 1, 2].map(|number| Node::new(number, &ports[number], &address, provider));
        let cluster = Self { nodes };
        // The first makes the cluster; one after another, the others copy its data.
        for node in 0..NODES {
            let first = (node == 0).then_some("--wsrep-new-cluster");
            cluster.launch(node, first.as_slice());
            cluster.wait_for(&(0..=node).collect::<Vec<_>>());
        }
        cluster
    }

    /// A node, numbered from 0.
    pub fn node(&self, number: usize) -> &Node {
        &self.nodes[number]
    }

    /// Kills a node, as `kill -9` does, and waits until the others have noticed and are ready: about 6 s.
    pub fn kill(&self, number: usize) {
        self.nodes[number].process.kill();
        let others: Vec<usize> = (0..NODES)
            .filter(|&other| self.nodes[other].process.runs())
            .collect();
        self.wait_for(&others);
    }

    /// Brings a killed node back and waits until all that run are ready again: about 5 s.
    pub fn rejoin(&self, number: usize) {
        self.launch(number, &[]);
        let running: Vec<usize> = (0..NODES)
            .filter(|&node| self.nodes[node].process.runs())
            .collect();
        self.wait_for(&running);
    }

    /// Waits until these nodes, and only these, are one cluster and accept work.
    fn wait_for(&self, numbers: &[usize]) {
        let since = Instant::now();
        for &number in numbers {
            while !self.nodes[number].is_ready(numbers.len()) {
                assert!(
                    since.elapsed() < PATIENCE,
                    "node {number} is not ready in a cluster of {}:\n{}",
                    numbers.len(),
                    self.nodes[number].process.log_tail()
                );
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    fn launch(&self, number: usize, arguments: &[&str]) {
        let node = &self.nodes[number];
        let started = node
            .process
            .start_with(arguments, || process::greets(&node.socket));
        assert!(
            started,
            "a port of node {number} was taken:\n{}",
            node.process.log_tail()
        );
    }
}

impl Node {
    fn new(number: usize, ports: &Ports, address: &str, provider: &str) -> Self {
        let folder = folder::new_data_folder(Flavour::MariaDb);
        let user = process::is_root().then_some("mysql");
        if let Some(user) = user {
            let owned = Command::new("chown")
                .args(["-R", user])
                .arg(&folder)
                .status();
            assert!(owned.unwrap().success(), "{} for {user}", folder.display());
        }
        let Ports {
            clients,
            group,
            state,
            increments,
        } = *ports;
        let mut arguments = process::common_arguments(Flavour::MariaDb, &folder, clients);
        arguments.extend(Flavour::MariaDb.fast().iter().map(|&fast| fast.to_owned()));
        arguments.extend([
            "--binlog-format=ROW".to_owned(),
            "--innodb-autoinc-lock-mode=2".to_owned(),
            "--wsrep-on=ON".to_owned(),
            format!("--wsrep-provider={provider}"),
            "--wsrep-cluster-name=tests".to_owned(),
            format!("--wsrep-cluster-address=gcomm://{address}"),
            format!("--wsrep-node-name=node{number}"),
            format!("--wsrep-node-address=127.0.0.1:{group}"),
            "--wsrep-sst-method=rsync".to_owned(),
            format!("--wsrep-sst-receive-address=127.0.0.1:{state}"),
            format!(
                "--wsrep-provider-options=base_host=127.0.0.1;base_port={group};\
                 gmcast.listen_addr=tcp://127.0.0.1:{group};ist.recv_addr=127.0.0.1:{increments};gcache.size=16M"
            ),
        ]);
        Self {
            socket: folder.join("sock"),
            port: clients,
            process: Process::new(Flavour::MariaDb, user, arguments, folder.join("err.log")),
            folder,
        }
    }

    /// The socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// The port for clients on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of this database for the engine: `mysql://root@127.0.0.1:PORT/DATABASE`.
    pub fn url(&self, database: &str) -> String {
        format!("mysql://root@127.0.0.1:{}/{database}", self.port)
    }

    /// A connection as root that is in no database.
    pub fn connect(&self) -> Client {
        Client::connect(&self.socket, None)
    }

    /// A connection as root to this database.
    pub fn connect_to(&self, database: &str) -> Client {
        Client::connect(&self.socket, Some(database))
    }

    /// A database as text; see [`crate::mariadb::Database::picture`].
    pub fn picture(&self, database: &str, without: &[&str]) -> String {
        picture::picture(&self.connect_to(database), database, without)
    }

    /// What the node has written to its error log.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Holds the node still. The others go on without it after some 5 s.
    pub fn pause(&self) {
        self.process.pause();
    }

    /// Lets a node go on that [`pause`](Self::pause) holds.
    pub fn resume(&self) {
        self.process.resume();
    }

    fn is_ready(&self, nodes: usize) -> bool {
        let status = || -> Result<_, Refusal> {
            let client = Client::try_connect(&self.socket, None)?;
            let sql = "SELECT variable_name, variable_value FROM information_schema.global_status
                        WHERE variable_name IN ('wsrep_ready', 'wsrep_cluster_size', 'wsrep_local_state_comment')
                        ORDER BY variable_name";
            client.try_query(sql)
        };
        let nodes = nodes.to_string();
        status().is_ok_and(|rows| {
            let values: Vec<_> = rows.iter().filter_map(|row| row[1].as_deref()).collect();
            values == [nodes.as_str(), "Synced", "ON"]
        })
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.process.kill();
        // What is left is removed with the process's folder.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// All at once, so that none is given twice.
fn free_ports() -> [Ports; NODES] {
    let listeners = [(); 4 * NODES].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let ports = listeners.map(|listener| listener.local_addr().unwrap().port());
    [0, 4, 8].map(|at| Ports {
        clients: ports[at],
        group: ports[at + 1],
        state: ports[at + 2],
        increments: ports[at + 3],
    })
}

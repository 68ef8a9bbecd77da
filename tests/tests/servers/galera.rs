use upgrades_tests::galera::Cluster;

#[test]
fn a_cluster_survives_a_node() {
    let cluster = Cluster::start();
    let one = cluster.node(0).connect();
    one.query(
        "CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY); INSERT INTO d.t VALUES (1)",
    );
    let count = |node: usize| {
        let client = cluster.node(node).connect_to("d");
        client.query("SET wsrep_sync_wait = 15; SELECT count(*) FROM t")
    };
    for node in 0..3 {
        assert_eq!(count(node), [[Some("1".to_owned())]]);
    }
    cluster.kill(2);
    one.query("INSERT INTO d.t VALUES (2)");
    assert_eq!(count(1), [[Some("2".to_owned())]]);
    cluster.rejoin(2);
    assert_eq!(count(2), [[Some("2".to_owned())]]);
    assert!(
        cluster
            .node(2)
            .url("d")
            .ends_with(&format!(":{}/d", cluster.node(2).port()))
    );
}

//! Whether a file lies on a network, where file locks may not hold.

use std::path::Path;

/// The kind of network file system that `path` lies on, by the mounts of this machine; `None` when it lies on none,
/// or when this machine does not tell.
pub(super) fn network_file_system(path: &Path) -> Option<String> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    find(&mounts, path.to_str()?).map(str::to_owned)
}

/// File systems of other machines, as Linux names them. Locks on some of them work on some of their versions only.
const KINDS: [&str; 12] = [
    "9p",
    "afs",
    "ceph",
    "cifs",
    "fuse.glusterfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.sshfs",
    "ncpfs",
    "nfs",
    "nfs4",
    "smb3",
];

/// Reads `mountinfo` (proc(5)): the mount point is the fifth field, the kind is the first after ` - `.
fn find<'a>(mounts: &'a str, path: &str) -> Option<&'a str> {
    let mut nearest: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let Some((left, right)) = line.split_once(" - ") else {
            continue;
        };
        let (Some(point), Some(kind)) = (left.split(' ').nth(4), right.split(' ').next()) else {
            continue;
        };
        let point = point.replace("\\040", " ");
        let inside = Path::new(path).starts_with(&point);
        // A later mount covers an earlier one at the same point.
        if inside && nearest.is_none_or(|(length, _)| point.len() >= length) {
            nearest = Some((point.len(), kind));
        }
    }
    let (_, kind) = nearest?;
    KINDS.contains(&kind).then_some(kind)
}

#[cfg(test)]
mod tests {
    #[test]
    fn finds_the_nearest_mount() {
        let mounts = "\
22 1 254:0 / / rw,relatime - ext4 /dev/root rw
30 22 0:40 / /srv/data rw,relatime shared:1 - nfs4 server:/data rw
31 30 0:41 / /srv/data/local rw - ext4 /dev/x rw
32 22 0:42 / /my\\040share rw - cifs //server/share rw
";
        let rows = [
            ("/home/shop.db", None),
            ("/srv/data/shop.db", Some("nfs4")),
            ("/srv/database/shop.db", None),
            ("/srv/data/local/shop.db", None),
            ("/my share/shop.db", Some("cifs")),
        ];
        for (path, kind) in rows {
            assert_eq!(super::find(mounts, path), kind, "{path}");
        }
    }
}

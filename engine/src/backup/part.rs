//! A file of a backup: compressed while it is written, on all cores, and checked while it is read.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::thread;

use sha2::{Digest as _, Sha256};

use crate::checksum::Checksum;

/// Fast, and half to a tenth of the size for what databases hold.
const LEVEL: i32 = 1;
/// More workers would need more memory than a backup may have.
const MOST_WORKERS: usize = 8;

/// A new file that only its owner may read.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes a compressed file, and keeps what went wrong with it: whoever is handed a writer may lose that.
pub(super) struct PartWriter {
    encoder: zstd::stream::write::Encoder<'static, Hashing<BufWriter<File>>>,
    bytes: u64,
    failure: Option<io::Error>,
}

/// What was written.
pub(super) struct Written {
    pub(super) bytes: u64,
    pub(super) stored: u64,
    pub(super) checksum: Checksum,
}

impl PartWriter {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let file = BufWriter::with_capacity(1 << 20, create_private(path)?);
        let mut encoder = zstd::stream::write::Encoder::new(Hashing::new(file), LEVEL)?;
        encoder.include_checksum(true)?;
        let cores = thread::available_parallelism().map_or(1, usize::from);
        // One core needs no worker beside the thread that writes.
        if cores > 1 {
            encoder.multithread(cores.min(MOST_WORKERS) as u32)?;
        }
        Ok(Self {
            encoder,
            bytes: 0,
            failure: None,
        })
    }

    /// Why writing failed, if it did.
    pub(super) fn failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// Writes what is left, onto the disk.
    pub(super) fn finish(self) -> io::Result<Written> {
        let Hashing {
            inner,
            hasher,
            count,
        } = self.encoder.finish()?;
        inner
            .into_inner()
            .map_err(|error| error.into_error())?
            .sync_all()?;
        Ok(Written {
            bytes: self.bytes,
            stored: count,
            checksum: Checksum::of(hasher),
        })
    }

    fn keep<T>(&mut self, outcome: io::Result<T>) -> io::Result<T> {
        outcome.map_err(|error| {
            let told = io::Error::new(error.kind(), error.to_string());
            self.failure = Some(error);
            told
        })
    }
}

impl Write for PartWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let outcome = self.encoder.write(bytes);
        let written = self.keep(outcome)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        // Blocks would end where they need not; `finish` writes all.
        Ok(())
    }
}

/// Reads what a [`PartWriter`] wrote.
pub(super) fn read_part(path: &Path) -> io::Result<impl Read> {
    zstd::stream::read::Decoder::new(File::open(path)?)
}

/// The checksum of a file as it stands on the disk.
pub(super) fn checksum(path: &Path) -> io::Result<Checksum> {
    let mut hashing = Hashing::new(io::sink());
    io::copy(
        &mut BufReader::with_capacity(1 << 20, File::open(path)?),
        &mut hashing,
    )?;
    Ok(Checksum::of(hashing.hasher))
}

/// Passes on what is written, and hashes it.
struct Hashing<W> {
    inner: W,
    hasher: Sha256,
    count: u64,
}

impl<W> Hashing<W> {
    fn new(inner: W) -> Self {
        Self {
            inner,
            hasher: Sha256::new(),
            count: 0,
        }
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.count += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

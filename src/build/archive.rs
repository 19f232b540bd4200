//! A Debian package as a stream: the `ar` archive, and in it the compressed tar of the files.
//! Format: <https://manpages.debian.org/bookworm/dpkg-dev/deb.5.en.html>.

use std::io::{self, BufReader, Read};
use std::thread;

use anyhow::{Context, bail, ensure};
use liblzma::stream::{MtStreamBuilder, Stream};

/// What the xz decoder may use, in bytes. A package of `xz -9` needs 65 MB for its dictionary alone; one with blocks
/// (`xz -T`) is decoded on several cores as far as the second bound allows.
const XZ_ALWAYS: u64 = 70 << 20;
const XZ_THREADS: u64 = 112 << 20;
/// More cores than this would only wait for memory.
const CORES: usize = 4;
const BUFFER: usize = 128 << 10;

/// Calls `read` with the tar of a package's files. What `read` leaves over is read to its end, and `package` too:
/// checksums and the package's own hash are then complete.
pub(super) fn files_of<R: Read, T>(
    mut package: R,
    read: impl FnOnce(&mut dyn Read) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let result = {
        let mut archive = ar::Archive::new(&mut package);
        let mut first =
            archive.next_entry().context("the package is empty")?.context("the package is no archive")?;
        let mut format = String::new();
        first.by_ref().take(16).read_to_string(&mut format).context("the package is no Debian package")?;
        ensure!(
            first.header().identifier() == b"debian-binary" && format.starts_with("2."),
            "the package is no Debian package of format 2"
        );
        drop(first);
        loop {
            let member = archive
                .next_entry()
                .context("the package holds no files")?
                .context("the package is cut off")?;
            let name = String::from_utf8_lossy(member.header().identifier()).into_owned();
            if let Some(compression) = name.strip_prefix("data.tar") {
                let mut tar = BufReader::with_capacity(BUFFER, decoder(compression, member)?);
                let result = read(&mut tar)?;
                io::copy(&mut tar, &mut io::sink()).context("the package is damaged")?;
                break result;
            }
            ensure!(name.starts_with("control.tar") || name.starts_with('_'), "the package holds `{name}`");
        }
    };
    io::copy(&mut package, &mut io::sink()).context("the package is cut off")?;
    Ok(result)
}

fn decoder<'a>(compression: &str, member: impl Read + 'a) -> anyhow::Result<Box<dyn Read + 'a>> {
    let member = BufReader::with_capacity(BUFFER, member);
    Ok(match compression {
        "" => Box::new(member),
        ".gz" => Box::new(flate2::bufread::GzDecoder::new(member)),
        ".zst" => Box::new(zstd::Decoder::with_buffer(member)?),
        ".xz" => Box::new(liblzma::bufread::XzDecoder::new_stream(member, xz()?)),
        other => bail!("the package is compressed as `{other}`, which is not known here"),
    })
}

/// A decoder that uses the cores there are: a package of many blocks is decoded in half the time on two.
fn xz() -> anyhow::Result<Stream> {
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get().min(CORES));
    Ok(if cores == 1 {
        Stream::new_stream_decoder(XZ_ALWAYS, 0)?
    } else {
        MtStreamBuilder::new()
            .threads(u32::try_from(cores)?)
            .memlimit_threading(XZ_THREADS)
            .memlimit_stop(XZ_ALWAYS)
            .decoder()?
    })
}

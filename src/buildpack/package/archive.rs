//! A Debian package as a stream: the `ar` archive, and in it the compressed tar of the files.
//! Format: <https://manpages.debian.org/bookworm/dpkg-dev/deb.5.en.html>.

use std::io::{self, BufReader, Read};

use anyhow::{Context, bail, ensure};

use super::read_ahead::read_ahead;
use super::skip_reader::{ForwardSeek, SkipReader};
use super::xz;

const BUFFER: usize = 128 << 10;

/// Calls `read` with the tar of a package's files. What `read` leaves over is read to its end, and `package` too:
/// checksums and the package's own hash are then complete.
pub(crate) fn files_of<T>(
    mut package: impl Read + Send,
    read: impl FnOnce(&mut dyn ForwardSeek) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let result = {
        let mut archive = ar::Archive::new(&mut package);
        let mut first =
            archive.next_entry().context("the package is empty")?.context("the package is not an archive")?;
        let mut format = String::new();
        first.by_ref().take(16).read_to_string(&mut format).context("the package is not a Debian package")?;
        ensure!(
            first.header().identifier() == b"debian-binary" && format.starts_with("2."),
            "the package is not a Debian package of format 2"
        );
        drop(first);
        loop {
            let member = archive
                .next_entry()
                .context("the package holds no files")?
                .context("the package is cut off")?;
            let name = String::from_utf8_lossy(member.header().identifier()).into_owned();
            if let Some(compression) = name.strip_prefix("data.tar") {
                break unpacked(compression, member, |tar| {
                    let result = read(tar)?;
                    io::copy(tar, &mut io::sink()).context("the package is damaged")?;
                    Ok(result)
                })?;
            }
            ensure!(name.starts_with("control.tar") || name.starts_with('_'), "the package holds `{name}`");
        }
    };
    io::copy(&mut package, &mut io::sink()).context("the package is cut off")?;
    Ok(result)
}

fn unpacked<T>(
    compression: &str,
    member: impl Read + Send,
    read: impl FnOnce(&mut dyn ForwardSeek) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let member = BufReader::with_capacity(BUFFER, member);
    match compression {
        "" => read(&mut SkipReader::new(member)),
        ".gz" => read_ahead(flate2::bufread::GzDecoder::new(member), read),
        ".zst" => read_ahead(zstd::Decoder::with_buffer(member)?, read),
        ".xz" => xz::unpacked(member, read),
        other => bail!("the package is compressed as `{other}`, which is not known here"),
    }
}

//! The headers of an xz stream and its blocks, as far as they say where blocks begin and what decoding one takes.
//! Format: <https://tukaani.org/xz/xz-file-format.txt>, sections 2.1.1 and 3.1.

use std::io::{self, ErrorKind, Read};

const MAGIC: &[u8] = b"\xfd7zXZ\0";
/// Bytes of a block's check, by the number of its kind.
const CHECKS: [u64; 16] = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
const HAS_COMPRESSED_SIZE: u8 = 0x40;
const HAS_SIZE: u8 = 0x80;
const LZMA2: u64 = 0x21;

/// What an xz stream begins with.
#[derive(Clone, Copy)]
pub(crate) struct StreamHeader {
    pub(crate) bytes: [u8; 12],
    /// Bytes of the check after each block.
    check: u64,
}

/// What a block begins with.
pub(crate) struct BlockHeader {
    pub(crate) bytes: Vec<u8>,
    /// Where the header names them.
    pub(crate) sizes: Option<Sizes>,
    /// Bytes that a decoder needs to remember.
    pub(crate) dictionary: u64,
}

/// Sizes of a block, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sizes {
    /// What comes after the header, until the next block.
    pub(crate) rest: u64,
    /// What becomes of it.
    pub(crate) unpacked: u64,
}

impl StreamHeader {
    pub(crate) fn read(stream: &mut impl Read) -> io::Result<Self> {
        let mut bytes = [0; 12];
        stream.read_exact(&mut bytes)?;
        if !bytes.starts_with(MAGIC) || bytes[6] != 0 {
            return Err(damaged());
        }
        Ok(Self { bytes, check: CHECKS[usize::from(bytes[7] & 0x0f)] })
    }
}

impl BlockHeader {
    /// Reads the header of the next block; `None` where the blocks end.
    pub(crate) fn read(stream: &mut impl Read, of: &StreamHeader) -> io::Result<Option<Self>> {
        let mut size = [0];
        stream.read_exact(&mut size)?;
        if size == [0] {
            return Ok(None);
        }
        let mut bytes = vec![0; (usize::from(size[0]) + 1) * 4];
        bytes[0] = size[0];
        stream.read_exact(&mut bytes[1..])?;
        let flags = bytes[1];
        let fields = &mut &bytes[2..];
        let compressed = (flags & HAS_COMPRESSED_SIZE != 0).then(|| number(fields)).transpose()?;
        let unpacked = (flags & HAS_SIZE != 0).then(|| number(fields)).transpose()?;
        let mut dictionary = 0;
        for _ in 0..=flags & 0x03 {
            let (filter, length) = (number(fields)?, number(fields)?);
            let properties = usize::try_from(length)
                .ok()
                .and_then(|length| fields.split_off(..length))
                .ok_or_else(damaged)?;
            if let (LZMA2, [bits]) = (filter, properties) {
                dictionary = dictionary_size(*bits);
            }
        }
        let rest = compressed.and_then(|size| size.checked_next_multiple_of(4)?.checked_add(of.check));
        let sizes = rest.zip(unpacked).map(|(rest, unpacked)| Sizes { rest, unpacked });
        Ok(Some(Self { bytes, sizes, dictionary }))
    }
}

/// A number of seven bits in each byte, the lowest first.
fn number(fields: &mut &[u8]) -> io::Result<u64> {
    let mut number = 0;
    for at in 0..9 {
        let byte = *fields.split_off_first().ok_or_else(damaged)?;
        number |= u64::from(byte & 0x7f) << (at * 7);
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(damaged())
}

fn dictionary_size(bits: u8) -> u64 {
    let bits = bits.min(40);
    (2 | u64::from(bits & 1)) << (bits / 2 + 11)
}

pub(crate) fn damaged() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "the compressed data is damaged")
}

#[cfg(test)]
mod tests {
    use liblzma::stream::{Check, MtStreamBuilder};
    use liblzma::write::XzEncoder;
    use std::io::Write;

    use super::*;

    fn compressed(stream: liblzma::stream::Stream, bytes: &[u8]) -> Vec<u8> {
        let mut encoder = XzEncoder::new_stream(Vec::new(), stream);
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn headers_tell_where_each_block_begins() {
        let blocks =
            MtStreamBuilder::new().preset(6).threads(2).block_size(5_000).check(Check::Crc64).encoder();
        let bytes = compressed(blocks.unwrap(), &[7; 12_000]);
        let mut at = &bytes[..];
        let stream = StreamHeader::read(&mut at).unwrap();
        let mut unpacked = Vec::new();
        while let Some(block) = BlockHeader::read(&mut at, &stream).unwrap() {
            assert_eq!(block.dictionary, 8 << 20);
            let sizes = block.sizes.unwrap();
            unpacked.push(sizes.unpacked);
            at.split_off(..usize::try_from(sizes.rest).unwrap()).unwrap();
        }
        assert_eq!(unpacked, [5_000, 5_000, 2_000]);
        assert!(at.ends_with(b"YZ"), "the stream's footer is left");
    }

    #[test]
    fn a_block_without_sizes_is_told_apart() {
        let encoder = liblzma::stream::Stream::new_easy_encoder(0, Check::Crc32).unwrap();
        let bytes = compressed(encoder, b"short");
        let mut at = &bytes[..];
        let stream = StreamHeader::read(&mut at).unwrap();
        let block = BlockHeader::read(&mut at, &stream).unwrap().unwrap();
        assert_eq!((block.sizes, block.dictionary), (None, 256 << 10));
    }

    #[test]
    fn what_is_no_header_is_refused() {
        let stream = StreamHeader::read(&mut &b"\xfd7zXZ\0\0\x04....more"[..]).unwrap();
        assert!(StreamHeader::read(&mut &b"BZh91AY&SY\0\0"[..]).is_err());
        assert!(StreamHeader::read(&mut &b"\xfd7zXZ"[..]).is_err());
        // A number without an end, properties longer than the header, a header that is cut.
        for block in [
            &b"\x02\x40\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"[..],
            b"\x01\0\x21\x7f\0\0\0\0",
            b"\x05\0\x21",
        ] {
            assert!(BlockHeader::read(&mut &block[..], &stream).is_err());
        }
        assert_eq!(dictionary_size(255), 4 << 30);
    }
}

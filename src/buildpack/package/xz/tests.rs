//! Streams that liblzma made, read in every way.

use std::io::Write;

use liblzma::stream::{Check, MtStreamBuilder};
use liblzma::write::XzEncoder;
use proptest::prelude::*;

use std::io::SeekFrom;

use super::*;

const BLOCK: usize = 10_000;

/// Bytes that do not repeat, and their stream, in blocks.
fn stream(bytes: usize) -> (Vec<u8>, Vec<u8>) {
    let content: Vec<u8> = (0..bytes as u64 / 8).flat_map(|n| (n * n).to_le_bytes()).collect();
    let stream =
        MtStreamBuilder::new().preset(0).threads(1).block_size(BLOCK as u64).check(Check::Crc64).encoder();
    let mut encoder = XzEncoder::new_stream(Vec::new(), stream.unwrap());
    encoder.write_all(&content).unwrap();
    (content, encoder.finish().unwrap())
}

/// Where the data of block `number` begins.
fn data_of(stream: &[u8], number: usize) -> usize {
    let mut at = stream;
    let header = StreamHeader::read(&mut at).unwrap();
    for _ in 0..number {
        let block = BlockHeader::read(&mut at, &header).unwrap().unwrap();
        at = &at[usize::try_from(block.sizes.unwrap().rest).unwrap()..];
    }
    BlockHeader::read(&mut at, &header).unwrap();
    stream.len() - at.len()
}

fn ahead(bytes: usize) -> SeekFrom {
    SeekFrom::Current(i64::try_from(bytes).unwrap())
}

/// All of it, which does not depend on the number of cores.
fn all(package: &[u8]) -> anyhow::Result<Vec<u8>> {
    let on = |cores| {
        unpacked_within(Limits::of(cores), package, |stream| {
            let mut read = Vec::new();
            stream.read_to_end(&mut read)?;
            Ok(read)
        })
    };
    let (single, many) = (on(1), on(4));
    assert!(single.as_ref().ok() == many.as_ref().ok());
    many
}

#[test]
fn all_blocks_come_in_their_order() {
    for bytes in [8, BLOCK, BLOCK + 8, 50 * BLOCK + 16] {
        let (content, stream) = stream(bytes);
        assert!(all(&stream).unwrap() == content, "{bytes}");
    }
}

#[test]
fn a_stream_of_one_block_without_sizes_is_read_too() {
    let mut encoder = XzEncoder::new(Vec::new(), 1);
    encoder.write_all(b"single").unwrap();
    assert_eq!(all(&encoder.finish().unwrap()).unwrap(), b"single");
}

#[test]
fn what_is_passed_over_is_not_decoded() {
    let (content, mut stream) = stream(8 * BLOCK);
    for number in [2, 3] {
        let at = data_of(&stream, number);
        stream[at..at + 100].fill(0xff);
    }
    assert!(all(&stream).is_err());
    let around = unpacked(&stream[..], |stream| {
        let mut begin = vec![0; BLOCK];
        stream.read_exact(&mut begin)?;
        assert_eq!(stream.seek(ahead(3 * BLOCK))?, 4 * BLOCK as u64);
        stream.read_to_end(&mut begin)?;
        Ok(begin)
    });
    assert!(around.unwrap() == [&content[..BLOCK], &content[4 * BLOCK..]].concat());
}

#[test]
fn a_stream_that_is_cut_or_altered_is_an_error_and_no_end() {
    let (_, stream) = stream(8 * BLOCK);
    let index = data_of(&stream, 7);
    for length in [0, 5, 12, 13, data_of(&stream, 0), data_of(&stream, 3) + 50, index] {
        assert!(all(&stream[..length]).is_err(), "{length}");
    }
    for at in [0, data_of(&stream, 5) - 4, data_of(&stream, 5) + 50] {
        let mut stream = stream.clone();
        stream[at] ^= 0x55;
        assert!(all(&stream).is_err(), "{at}");
    }
}

#[test]
fn who_stops_reading_is_not_waited_for() {
    let (_, stream) = stream(400 * BLOCK);
    let stopped: anyhow::Result<()> = unpacked(&stream[..], |stream| {
        stream.read_exact(&mut [0; 100])?;
        anyhow::bail!("enough")
    });
    assert_eq!(stopped.unwrap_err().to_string(), "enough");
}

#[test]
fn only_forward() {
    let (_, stream) = stream(BLOCK);
    let past = unpacked(&stream[..], |stream| {
        assert!(stream.seek(SeekFrom::Start(0)).is_err());
        assert!(stream.seek(SeekFrom::Current(-1)).is_err());
        Ok(stream.seek(ahead(BLOCK + 1))?)
    });
    assert!(past.is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_way_through_gives_the_bytes_that_are_there(steps in prop::collection::vec((any::<bool>(), 0..25_000usize), 0..20)) {
        let (content, stream) = stream(12 * BLOCK);
        unpacked(&stream[..], |stream| {
            let mut at = 0;
            for (pass, bytes) in &steps {
                let bytes = *bytes.min(&(content.len() - at));
                if *pass {
                    stream.seek(ahead(bytes))?;
                } else {
                    let mut read = vec![0; bytes];
                    stream.read_exact(&mut read)?;
                    assert!(read == content[at..at + bytes]);
                }
                at += bytes;
            }
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest)?;
            assert!(rest == content[at..]);
            Ok(())
        }).unwrap();
    }
}

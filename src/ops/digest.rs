//! Digests of streams' packets, by which a copy can be told to be one: FFmpeg's streamhash and hash.

use super::Run;
use super::fanout::{self, Output, What};
use super::outcome::{Found, Note};
use super::remux;
use crate::description::Tag;
use crate::error::{Error, Result, Status};
use crate::io::{Buffer, Source};

/// FFmpeg's own choice.
const USUAL: &str = "SHA256";

#[derive(Clone, Debug, Default)]
pub struct Options {
    /// FFmpeg's name for it; none: SHA-256.
    pub algorithm: Option<String>,
    /// Numbers of the input's streams; none: all.
    pub streams: Option<Vec<i32>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Its number in the input.
    pub index: i32,
    /// `v`, `a`, `s`, `d` or `t`, as FFmpeg has it.
    pub kind: char,
    pub value: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digests {
    /// As FFmpeg writes it.
    pub algorithm: String,
    pub streams: Vec<Stream>,
    /// Of all packets of all streams, in the order in which they are interleaved.
    pub whole: String,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    pub packets: u64,
    pub found: Found,
}

/// The report is filled as far as the operation came, on failure too.
pub fn run(source: &mut dyn Source, run: Run, options: &Options, report: &mut Report) -> Result<(Digests, Note)> {
    *report = Report::default();
    let (mut streams, mut whole) = (Buffer::default(), Buffer::default());
    let algorithm = options.algorithm.as_deref().unwrap_or(USUAL);
    if algorithm.is_empty() {
        return Err(Error::invalid("algorithm is an empty text"));
    }
    let by = |muxer: &str| {
        What::Remux(remux::Options {
            format: muxer.to_owned(),
            streams: options.streams.clone(),
            takes_everything: true,
            bit_exact: true,
            muxer_options: vec![Tag { key: "hash".to_owned(), value: algorithm.to_owned() }],
            ..remux::Options::default()
        })
    };
    let output = |sink, what| Output { sink, what, is_optional: false, made: fanout::Made::default() };
    let mut outputs = [output(&mut streams, by("streamhash")), output(&mut whole, by("hash"))];
    let mut made = fanout::Report::default();
    let result = fanout::run(source, &mut outputs, run, &mut made);
    let [ref first, _] = outputs;
    (report.packets, report.found) = (first.made.packets, made.found);
    let note = result.map_err(|error| match error.status {
        // FFmpeg says no more than that.
        Status::Codec if error.ffmpeg_code != 0 => Error { status: Status::InvalidArgument, ..error }
            .hint("see FFmpeg's list of hashes, as MD5, SHA256 or CRC32"),
        _ => error,
    })?;
    let text = |buffer: &mut Buffer| String::from_utf8(buffer.take()).unwrap_or_default();
    let found = read(&text(&mut streams), &text(&mut whole), options.streams.as_deref());
    Ok((found.ok_or_else(|| Error::internal("what the hash muxers wrote cannot be read"))?, note))
}

/// Lines as "0,v,SHA256=..." and "SHA256=...". Numbers in them are the output's; `order` has the input's.
fn read(streams: &str, whole: &str, order: Option<&[i32]>) -> Option<Digests> {
    let (algorithm, value) = whole.trim_end().split_once('=')?;
    let mut digests = Digests { algorithm: algorithm.to_owned(), streams: Vec::new(), whole: value.to_owned() };
    for line in streams.lines() {
        let (index, rest) = line.split_once(',')?;
        let (kind, rest) = rest.split_once(',')?;
        let (_, value) = rest.split_once('=')?;
        let index = index.parse::<usize>().ok()?;
        let index = order.map_or_else(|| i32::try_from(index).ok(), |order| order.get(index).copied())?;
        digests.streams.push(Stream { index, kind: kind.chars().next()?, value: value.to_owned() });
    }
    Some(digests)
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::io::Memory;
    use crate::ops::tests::clip;

    fn digest(name: &str, options: &Options) -> Result<Digests> {
        super::run(&mut Memory::new(&clip(name)), Run::default(), options, &mut Report::default())
            .map(|(found, _)| found)
    }

    #[test]
    fn the_same_packets_have_the_same_digests_in_whatever_container() {
        let wanted = digest("h264.mp4", &Options::default()).unwrap();
        assert_eq!((wanted.algorithm.as_str(), wanted.streams.len(), wanted.whole.len()), ("SHA256", 2, 64));
        assert_eq!((wanted.streams[0].kind, wanted.streams[1].kind), ('v', 'a'));
        assert_eq!(digest("h264_moov_at_end.mp4", &Options::default()).unwrap(), wanted);
        for name in ["h264_fragmented.mp4", "h264.mkv"] {
            // Their times, and so their order, are others.
            assert_eq!(digest(name, &Options::default()).unwrap().streams, wanted.streams, "{name}");
        }
        assert_ne!(digest("hevc.mp4", &Options::default()).unwrap().streams[0], wanted.streams[0]);
    }

    #[test]
    fn chosen_streams_keep_their_numbers() {
        let options = Options { algorithm: Some("md5".to_owned()), streams: Some(vec![2, 0]) };
        let found = digest("two_videos.mp4", &options).unwrap();
        assert_eq!(
            found.streams.iter().map(|stream| (stream.index, stream.kind)).collect::<Vec<_>>(),
            [(2, 'a'), (0, 'v')]
        );
        assert_eq!((found.algorithm.as_str(), found.whole.len()), ("MD5", 32));
    }

    #[test]
    fn an_algorithm_that_is_none_is_a_wrong_argument() {
        let options = Options { algorithm: Some("no such hash".to_owned()), ..Options::default() };
        assert_eq!(digest("h264.mp4", &options).unwrap_err().status, Status::InvalidArgument);
        let options = Options { streams: Some(vec![9]), ..Options::default() };
        assert_eq!(digest("h264.mp4", &options).unwrap_err().status, Status::NoStream);
    }
}

//! What the installed ffmpeg and ffprobe say about a file: the truth that results are compared with.

use crate::shell;
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;

/// The first video stream that is no attached picture: the stream that memux takes by default.
pub struct Video {
    pub index: u32,
    pub codec: String,
    pub packets: u64,
}

/// None if the file has no such stream.
pub fn video(path: &Path) -> Result<Option<Video>> {
    let listing = probe(
        path,
        &[
            "-select_streams",
            "v",
            "-count_packets",
            "-show_entries",
            "stream=index,codec_name,nb_read_packets:stream_disposition=attached_pic",
        ],
    )?;
    // One line of four fields for each stream; a comma more where there is side data. Streams of programs (TS) come once
    // more, without the last field.
    for line in listing.lines() {
        let fields: Vec<&str> = line.trim().trim_end_matches(',').split(',').collect();
        if let [index, codec, packets, "0"] = fields.as_slice() {
            let index = index.parse().with_context(|| format!("ffprobe says: {line}"))?;
            let packets = packets.parse().with_context(|| format!("ffprobe says: {line}"))?;
            return Ok(Some(Video { index, codec: (*codec).to_owned(), packets }));
        }
    }
    Ok(None)
}

fn probe(path: &Path, arguments: &[&str]) -> Result<String> {
    shell::output(Command::new("ffprobe").args(["-v", "error"]).args(arguments).args(["-of", "csv=p=0"]).arg(path))
}

/// What ffprobe says of the container, its streams and its chapters, as JSON.
pub fn description(path: &Path) -> Result<String> {
    let arguments = ["-v", "error", "-show_format", "-show_streams", "-show_chapters", "-of", "json"];
    shell::output(Command::new("ffprobe").args(arguments).arg(path))
}

/// A line for each packet: stream, pts, dts, duration, size, position, flags. What stands at its side is left out.
pub fn packets(path: &Path) -> Result<Vec<String>> {
    let listing = probe(path, &["-show_entries", "packet=stream_index,pts,dts,duration,size,pos,flags"])?;
    let lines = listing.lines().filter(|line| !line.is_empty());
    Ok(lines.map(|line| line.split(',').take(7).collect::<Vec<_>>().join(",")).collect())
}

/// Writes a video stream as ffmpeg's raw muxer of that name (h264, hevc) writes it.
pub fn extract(input: &Path, stream: u32, muxer: &str, output: &Path) -> Result<()> {
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-i"]).arg(input);
    command.args(["-map", &format!("0:{stream}"), "-c", "copy", "-f", muxer]).arg(output);
    shell::output(&mut command).map(drop)
}

/// How ffmpeg copies streams into a container, as memux does bit-exactly.
pub struct Remux<'a> {
    /// From front to back, as what comes over a network is.
    pub never_seeks: bool,
    /// Which streams, and the muxer's options.
    pub arguments: &'a [&'a str],
    pub format: &'a str,
}

pub fn remux(input: &Path, how: &Remux, output: &Path) -> Result<()> {
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-hide_banner", "-loglevel", "error", "-y"]);
    command.args(how.never_seeks.then_some(["-seekable", "0"]).iter().flatten()).arg("-i").arg(input);
    command.args(["-c", "copy", "-fflags", "+bitexact"]).args(how.arguments).args(["-f", how.format]).arg(output);
    shell::output(&mut command).map(drop)
}

/// A line for each packet, with its times, its flags and a hash of its bytes.
pub fn hashed_packets(path: &Path) -> Result<String> {
    let fields = "packet=stream_index,pts,dts,duration,size,flags,data_hash";
    probe(path, &["-f", "mp4", "-show_packets", "-show_data_hash", "md5", "-show_entries", fields])
}

/// A hash of each packet's bytes, in no order. What a playlist leads to may have any name.
pub fn packet_hashes(path: &Path) -> Result<Vec<String>> {
    let is_playlist = path.extension().is_some_and(|extension| extension == "m3u8");
    let any_name: &[&str] = if is_playlist { &["-allowed_extensions", "ALL"] } else { &[] };
    let fields = ["-show_packets", "-show_data_hash", "md5", "-show_entries", "packet=data_hash"];
    let listing = probe(path, &[any_name, &fields].concat())?;
    // What stands at a packet's side comes in lines of its own, or behind.
    let hashes = listing.lines().filter_map(|line| line.split(',').find(|field| field.starts_with("MD5:")));
    let mut hashes: Vec<_> = hashes.map(str::to_owned).collect();
    hashes.sort_unstable();
    Ok(hashes)
}

/// The codec of each stream, and whether it is an attached picture.
pub fn streams(path: &Path) -> Result<Vec<(String, bool)>> {
    let listing = probe(path, &["-show_entries", "stream=index,codec_name:stream_disposition=attached_pic"])?;
    let mut streams = Vec::new();
    for line in listing.lines() {
        let fields: Vec<&str> = line.trim().trim_end_matches(',').split(',').collect();
        if let [index, codec, picture @ ("0" | "1")] = fields.as_slice() {
            anyhow::ensure!(index.parse() == Ok(streams.len()), "ffprobe says: {listing}");
            streams.push(((*codec).to_owned(), *picture == "1"));
        }
    }
    Ok(streams)
}

/// Fails, naming the first difference, unless both files hold the same bytes.
pub fn same_bytes(ours: &Path, theirs: &Path) -> Result<usize> {
    let a = std::fs::read(ours).with_context(|| format!("cannot read {}", ours.display()))?;
    let b = std::fs::read(theirs).with_context(|| format!("cannot read {}", theirs.display()))?;
    let differing = a.iter().zip(&b).position(|(x, y)| x != y);
    anyhow::ensure!(
        differing.is_none() && a.len() == b.len(),
        "{} ({} bytes) and {} ({} bytes) differ from byte {}",
        ours.display(),
        a.len(),
        theirs.display(),
        b.len(),
        differing.unwrap_or(a.len().min(b.len()))
    );
    Ok(a.len())
}

#[cfg(test)]
mod tests {
    use super::same_bytes;

    #[test]
    fn a_changed_byte_and_a_missing_one_are_differences() -> anyhow::Result<()> {
        let folder = crate::files::tempdir("same-bytes")?;
        let (a, b) = (folder.join("a"), folder.join("b"));
        std::fs::write(&a, [1, 2, 3])?;
        let compare = |bytes: &[u8]| std::fs::write(&b, bytes).is_ok() && same_bytes(&a, &b).is_ok();
        let found = [compare(&[1, 2, 3]), compare(&[1, 9, 3]), compare(&[1, 2]), compare(&[1, 2, 3, 4])];
        std::fs::remove_dir_all(&folder)?;
        assert_eq!(found, [true, false, false, false]);
        Ok(())
    }
}

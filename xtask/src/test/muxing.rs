//! The examples that write containers and streams: their outputs are, byte for byte, what ffmpeg writes.

use super::examples::Run;
use super::tally::Tally;
use crate::ffmpeg::{self, Remux};
use crate::shell::Outcome;
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};

/// As `memux_remux` chooses: all video, audio and subtitles.
const STREAMS: [&str; 6] = ["-map", "0", "-map", "-0:d?", "-map", "-0:t?"];

/// A format, a layout, and ffmpeg's option for it.
const OUTPUTS: [(&str, &str, &[&str]); 5] = [
    ("mp4", "progressive", &[]),
    ("mp4", "faststart", &["-movflags", "+faststart"]),
    ("mp4", "fragmented", &["-movflags", "+delay_moov+default_base_moof+frag_keyframe"]),
    ("matroska", "auto", &[]),
    ("mpegts", "auto", &[]),
];

/// What can go into each of them.
const REMUXED: [&str; 6] = ["h264.mp4", "h264.mkv", "h264_fragmented.mp4", "hevc.mp4", "h264.ts", "h264.flv"];

const FED: [&str; 2] = ["h264_fragmented.mp4", "h264.mkv"];
const FANNED: [&str; 3] = ["h264.mp4", "h264.mkv", "h264_fragmented.mp4"];

/// The examples print how many segments of at least a second those are, too.
const SEGMENTED: [(&str, &str); 3] = [("h264.mp4", "3"), ("h264.mkv", "3"), ("hevc.mp4", "3")];

const CHUNK_SIZES: [&str; 4] = ["1", "188", "4096", "1048576"];

pub fn run(run: &Run, clips: &[PathBuf], clip: &Path, tally: &mut Tally) -> Result<()> {
    let folder = clip.parent().context("a clip without a folder")?;
    let jumping = run.results.join("jumping.ts");
    put_behind_each_other(&folder.join("h264.ts"), &jumping)?;
    for input in REMUXED.iter().map(|name| folder.join(name)).chain([jumping]) {
        let is_ts = input.extension().is_some_and(|extension| extension == "ts");
        // The command fails at the AAC of a transport stream where it is to be in fragments; memux does not.
        for (format, layout, options) in OUTPUTS.iter().filter(|(_, layout, _)| !is_ts || *layout != "fragmented") {
            let result = remuxes(run, &input, format, layout, options);
            let name = input.file_name().unwrap_or_default().to_string_lossy();
            tally.check(&format!("remux of {name} to {format}, {layout}, writes what ffmpeg writes"), result);
        }
    }
    for clip in clips {
        let name = clip.file_name().context("a clip without a name")?.to_string_lossy().into_owned();
        for (index, stream) in ffmpeg::streams(clip)?.iter().enumerate() {
            let result = extracts(run, clip, index, stream);
            tally.check(&format!("extract of stream {index} of {name} writes what ffmpeg writes"), result);
        }
    }
    for name in FED {
        for size in CHUNK_SIZES {
            let result = feeds(run, &folder.join(name), size);
            tally.check(&format!("feed of {name} in pieces of {size} writes what ffmpeg writes"), result);
        }
    }
    for name in FANNED {
        tally.check(&format!("fanout of {name} writes what ffmpeg writes"), fans_out(run, &folder.join(name)));
    }
    for (name, count) in SEGMENTED {
        let result = segments(run, &folder.join(name), count);
        tally.check(&format!("segments of {name} and their playlists are what ffprobe finds in it"), result);
    }
    let nowhere = run.finish(run.program("segment").arg(clip).arg(run.results.join("no such folder")))?;
    tally.check("segment into a folder that is not there fails", no_result(&nowhere));
    let text = run.finish(run.program("segment").arg(folder.join("README.md")).arg(&run.results))?;
    tally.check("segment of a text fails", no_result(&text));
    tally.check("segment without arguments says how it is used", run.says_its_usage("segment"));
    for clip in clips {
        let name = clip.file_name().unwrap_or_default().to_string_lossy();
        tally.check(&format!("digest of {name} prints what ffmpeg prints"), digests(run, clip));
    }
    for (program, rest) in [("remux", "matroska"), ("extract", ""), ("feed", "4096"), ("fanout", "")] {
        tally.check(&format!("{program} without arguments says how it is used"), run.says_its_usage(program));
        tally.check(
            &format!("{program} on a file that is not there fails"),
            fails(run, program, Path::new("no such file"), rest),
        );
        let text = folder.join("README.md");
        tally.check(&format!("{program} on a text fails and leaves no file"), fails(run, program, &text, rest));
        tally.check(&format!("{program} on a full disk fails"), fails_on_a_full_disk(run, program, clip, rest));
    }
    tally.check("remux to a muxer that writes files of its own fails", fails(run, "remux", clip, "hls"));
    Ok(())
}

/// The program's arguments: `extract` has a number between its files, the others something behind them.
fn arguments(program: &str, input: &Path, output: &Path, rest: &str) -> Vec<PathBuf> {
    match program {
        "extract" => vec![input.into(), "0".into(), output.into()],
        "fanout" => vec![input.into(), output.into()],
        _ => vec![input.into(), output.into(), rest.into()],
    }
}

/// Two names that nothing stands under.
fn outputs(run: &Run) -> (PathBuf, PathBuf) {
    let names = (run.results.join("muxed"), run.results.join("muxed by ffmpeg"));
    for name in [&names.0, &names.1] {
        // Mostly there is none.
        drop(std::fs::remove_file(name));
    }
    names
}

/// A transport stream, the same 40 seconds later, and the first again: its times jump ahead and back.
fn put_behind_each_other(clip: &Path, joined: &Path) -> Result<()> {
    let arguments = ["-output_ts_offset", "40"];
    ffmpeg::remux(clip, &Remux { never_seeks: false, arguments: &arguments, format: "mpegts" }, joined)?;
    let (first, later) = (std::fs::read(clip)?, std::fs::read(joined)?);
    std::fs::write(joined, [first.as_slice(), &later, &first].concat())?;
    Ok(())
}

fn remuxes(run: &Run, clip: &Path, format: &str, layout: &str, options: &[&str]) -> Result<()> {
    let (ours, theirs) = outputs(run);
    let outcome = run.finish(run.program("remux").arg(clip).arg(&ours).args([format, layout]))?;
    ensure!(outcome.success(), "{}", outcome.describe());
    ensure!(outcome.stdout.starts_with("2 streams, "), "{}", outcome.describe());
    ensure!(format != "mp4" || outcome.stdout.ends_with(&format!("layout {layout}\n")), "{}", outcome.describe());
    let arguments = [&STREAMS[..], options].concat();
    ffmpeg::remux(clip, &Remux { never_seeks: false, arguments: &arguments, format }, &theirs)?;
    if layout == "fragmented" && clip.extension().is_some_and(|extension| extension == "mp4") {
        // The walk makes these, with the same packets and a container of its own around them.
        let (ours, theirs) = (ffmpeg::hashed_packets(&ours)?, ffmpeg::hashed_packets(&theirs)?);
        ensure!(ours == theirs && theirs.lines().count() > 200, "other packets:\n{ours}\n{theirs}");
        return Ok(());
    }
    ensure!(ffmpeg::same_bytes(&ours, &theirs)? > 10_000, "hardly anything came out");
    Ok(())
}

/// Each output beside what one run of ffmpeg's makes of all of them.
fn fans_out(run: &Run, clip: &Path) -> Result<()> {
    let ends = ["h264", "aac", "mp4", "mkv", "ts"];
    let (ours, theirs) = outputs(run);
    let (ours, theirs) = (ends.map(|end| ours.with_extension(end)), ends.map(|end| theirs.with_extension(end)));
    let outcome = run.finish(run.program("fanout").arg(clip).args(&ours))?;
    ensure!(outcome.success() && outcome.stdout.lines().count() == ends.len(), "{}", outcome.describe());
    let (_, _, fragments) = OUTPUTS[2];
    let how: [(&[&str], &str); 5] = [
        (&["-map", "0:v"], "h264"),
        (&["-map", "0:a"], "adts"),
        (&[&STREAMS[..], fragments].concat(), "mp4"),
        (&STREAMS, "matroska"),
        (&STREAMS, "mpegts"),
    ];
    for ((ours, theirs), (arguments, format)) in ours.iter().zip(&theirs).zip(how) {
        ffmpeg::remux(clip, &Remux { never_seeks: false, arguments, format }, theirs)?;
        ensure!(ffmpeg::same_bytes(ours, theirs)? > 10_000, "hardly anything came out");
        std::fs::remove_file(ours)?;
    }
    Ok(())
}

/// A player of HLS gets each packet, one of DASH all but a last one that lies behind the manifest's end.
fn segments(run: &Run, clip: &Path, count: &str) -> Result<()> {
    let folder = run.results.join("segments");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let outcome = run.finish(run.program("segment").arg(clip).arg(&folder))?;
    ensure!(outcome.success(), "{}", outcome.describe());
    ensure!(outcome.stdout.starts_with(&format!("{count} segments, 206 packets, ")), "{}", outcome.describe());
    let wanted = ffmpeg::packet_hashes(clip)?;
    let hls = ffmpeg::packet_hashes(&folder.join("index.m3u8"))?;
    ensure!(wanted.len() == 206 && hls == wanted, "{} packets of {} come by the playlist", hls.len(), wanted.len());
    let dash = ffmpeg::packet_hashes(&folder.join("manifest.mpd"))?;
    ensure!(dash.len() + 1 >= wanted.len(), "{} packets come by the manifest", dash.len());
    ensure!(dash.iter().all(|hash| wanted.contains(hash)), "the manifest leads to packets that are none of the clip's");
    Ok(())
}

fn no_result(outcome: &Outcome) -> Result<()> {
    ensure!(outcome.status.code() == Some(1), "the exit code is not 1: {}", outcome.describe());
    ensure!(outcome.stderr.contains("Error occurred: "), "no reason: {}", outcome.describe());
    Ok(())
}

fn digests(run: &Run, clip: &Path) -> Result<()> {
    let outcome = run.finish(run.program("digest").arg(clip).arg("md5"))?;
    ensure!(outcome.success(), "{}", outcome.describe());
    let (_, theirs) = outputs(run);
    let mut expected = String::new();
    for format in ["streamhash", "hash"] {
        ffmpeg::remux(clip, &Remux { never_seeks: false, arguments: &["-map", "0", "-hash", "md5"], format }, &theirs)?;
        expected += &std::fs::read_to_string(&theirs)?;
    }
    ensure!(
        outcome.stdout == expected && !expected.is_empty(),
        "ffmpeg prints {expected}, and this: {}",
        outcome.describe()
    );
    Ok(())
}

fn feeds(run: &Run, clip: &Path, chunk_size: &str) -> Result<()> {
    let (ours, theirs) = outputs(run);
    let outcome = run.finish(run.program("feed").arg(clip).arg(&ours).arg(chunk_size))?;
    ensure!(outcome.success(), "{}", outcome.describe());
    let (_, _, options) = OUTPUTS[2];
    let arguments = [&STREAMS[..], options].concat();
    ffmpeg::remux(clip, &Remux { never_seeks: true, arguments: &arguments, format: "mp4" }, &theirs)?;
    ensure!(ffmpeg::same_bytes(&ours, &theirs)? > 10_000, "hardly anything came out");
    Ok(())
}

/// FFmpeg's muxer for files of the codec; none where there are none.
fn muxer((codec, is_picture): &(String, bool)) -> Option<&'static str> {
    Some(match codec.as_str() {
        _ if *is_picture => "data",
        "h264" => "h264",
        "hevc" => "hevc",
        "mpeg2video" => "mpeg2video",
        "mpeg4" => "m4v",
        "vp9" => "ivf",
        "aac" => "adts",
        "mp2" => "mp2",
        "opus" => "ogg",
        "mov_text" => "srt",
        _ => return None,
    })
}

fn extracts(run: &Run, clip: &Path, index: usize, stream: &(String, bool)) -> Result<()> {
    let (ours, theirs) = outputs(run);
    let outcome = run.finish(run.program("extract").arg(clip).arg(index.to_string()).arg(&ours))?;
    let Some(muxer) = muxer(stream) else {
        ensure!(outcome.status.code() == Some(1) && !ours.exists(), "no failure: {}", outcome.describe());
        return Ok(());
    };
    ensure!(outcome.success(), "{}", outcome.describe());
    let mapped = format!("0:{index}");
    let mut arguments = vec!["-map", &mapped];
    if muxer == "srt" {
        arguments.extend(["-c:s", "srt"]);
    }
    ffmpeg::remux(clip, &Remux { never_seeks: false, arguments: &arguments, format: muxer }, &theirs)?;
    let size = ffmpeg::same_bytes(&ours, &theirs)?;
    ensure!(size > 50 && outcome.stdout.contains(" packets, "), "{size} bytes: {}", outcome.describe());
    Ok(())
}

fn fails(run: &Run, program: &str, input: &Path, rest: &str) -> Result<()> {
    let (ours, _) = outputs(run);
    // By its end it knows what an output is to be.
    let ours = if program == "fanout" { ours.with_extension("ts") } else { ours };
    let outcome = run.finish(run.program(program).args(arguments(program, input, &ours, rest)))?;
    ensure!(outcome.status.code() == Some(1), "the exit code is not 1: {}", outcome.describe());
    ensure!(outcome.stderr.contains("Error occurred: "), "no reason: {}", outcome.describe());
    ensure!(!ours.exists(), "it left a file behind");
    Ok(())
}

/// The device stays what it is: these programs run as root, too.
fn fails_on_a_full_disk(run: &Run, program: &str, clip: &Path, rest: &str) -> Result<()> {
    let full = run.results.join("full.ts");
    // From the program before.
    drop(std::fs::remove_file(&full));
    crate::files::symlink("/dev/full", &full)?;
    let outcome = run.finish(run.program(program).args(arguments(program, clip, &full, rest)))?;
    ensure!(outcome.status.code() == Some(1), "the exit code is not 1: {}", outcome.describe());
    ensure!(outcome.stderr.contains("Error occurred: "), "no reason: {}", outcome.describe());
    ensure!(full.exists() && !full.is_file(), "the device is gone");
    Ok(())
}

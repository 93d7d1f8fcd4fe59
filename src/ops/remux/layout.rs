//! How the parts of an output are ordered, and what of it must be made in memory first.

use crate::av::MuxerFormat;
use crate::error::{Error, Result, Stage, Status};
use crate::limits::Limits;

/// Of the MP4 family; other containers know FRAGMENTED alone, for what a live writer makes of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(i32)]
pub enum Layout {
    #[default]
    Auto = 0,
    /// The index behind the samples.
    Progressive = 1,
    /// The index before the samples.
    Faststart = 2,
    /// In fragments, each with an index of its own: can be written and read from front to back.
    Fragmented = 3,
}

/// What was decided before the first byte.
pub struct Plan {
    pub layout: Layout,
    /// The output is made in memory, and goes to the sink when it is whole.
    pub spools: bool,
    format: MuxerFormat,
}

impl Plan {
    /// `size`: the input's, where it is known; the output will be about as long.
    pub fn make(format: MuxerFormat, asked: Layout, seeks: bool, size: Option<u64>, limits: &Limits) -> Result<Self> {
        let fits = size.is_some_and(|size| size <= limits.max_spool_bytes);
        if !format.is_mp4() {
            let layout = match asked {
                Layout::Auto | Layout::Progressive => Layout::Progressive,
                Layout::Fragmented if format.is_matroska() => Layout::Fragmented,
                Layout::Faststart | Layout::Fragmented => return Err(impossible(format, asked)),
            };
            let must_seek = !seeks && !format.never_goes_back();
            return Ok(match (layout, must_seek) {
                // Live Matroska is whole as it is, without the index that the other has.
                (Layout::Progressive, true) if format.is_matroska() && asked == Layout::Auto && !fits => {
                    Plan { layout: Layout::Fragmented, spools: false, format }
                }
                (Layout::Progressive, true) => Plan { layout, spools: true, format },
                _ => Plan { layout, spools: false, format },
            });
        }
        let layout = of_mp4(asked, seeks, size, limits);
        let spools = match layout {
            Layout::Faststart => true,
            Layout::Fragmented => false,
            Layout::Auto | Layout::Progressive => !seeks,
        };
        Ok(Plan { layout, spools, format })
    }

    /// The muxer's own options for it.
    pub fn muxer_options(&self, fragment: Option<i64>, has_video: bool) -> Vec<(&'static str, String)> {
        match self.layout {
            Layout::Fragmented if self.format.is_matroska() => vec![("live", "1".to_owned())],
            Layout::Fragmented => {
                let by_time = longest_fragment(fragment, has_video);
                let by_key = if fragment.is_none() && has_video { "+frag_keyframe" } else { "" };
                // The index waits for the first fragment, and so knows where each stream begins.
                let flags = format!("+delay_moov+default_base_moof{by_key}");
                let mut options = vec![("movflags", flags)];
                options.extend(by_time.map(|time| ("frag_duration", time.to_string())));
                options
            }
            _ => Vec::new(),
        }
    }
}

/// The layout of one of the MP4 family. `size`: the input's, where it is known.
pub fn of_mp4(asked: Layout, seeks: bool, size: Option<u64>, limits: &Limits) -> Layout {
    match asked {
        Layout::Auto if size.is_some_and(|size| size <= limits.max_spool_bytes) => Layout::Faststart,
        Layout::Auto if seeks => Layout::Progressive,
        Layout::Auto => Layout::Fragmented,
        asked => asked,
    }
}

/// How long a fragment may be, in microseconds: as the host says it.
pub fn longest_fragment(asked: Option<i64>, has_video: bool) -> Option<i64> {
    // Without key frames to end them, fragments end by time.
    const WITHOUT_VIDEO: i64 = 2_000_000;
    // The muxer knows no longer ones.
    let longest = i64::from(i32::MAX);
    asked.or((!has_video).then_some(WITHOUT_VIDEO)).map(|time| time.min(longest))
}

fn impossible(format: MuxerFormat, asked: Layout) -> Error {
    let layout = match asked {
        Layout::Faststart => "FASTSTART",
        _ => "FRAGMENTED",
    };
    let message = format!("the muxer {} has no layout MEMUX_LAYOUT_{layout}", format.name());
    Error::new(Status::Unsupported, message).at_stage(Stage::Arguments)
}

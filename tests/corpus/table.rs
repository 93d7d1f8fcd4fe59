//! The corpus and its table.

use std::path::PathBuf;

/// One file and one video stream of it; or a file without any.
pub struct Row {
    pub path: String,
    /// The first of libavformat's names for it.
    pub container: String,
    pub size: usize,
    /// `None` where the file has no video.
    pub stream: Option<i32>,
    pub codec: String,
    /// Packets that libavformat demuxes from a file that can be sought in.
    pub packets: Option<u64>,
    pub class: String,
}

impl Row {
    pub fn bytes(&self) -> Vec<u8> {
        let bytes = std::fs::read(folder().join(&self.path)).unwrap_or_else(|error| panic!("{}: {error}", self.path));
        assert_eq!(bytes.len(), self.size, "{} is not the file that the table lists", self.path);
        bytes
    }

    /// What memux must count.
    pub fn expected(&self) -> Option<u64> {
        match self.class.as_str() {
            // libavformat fails where it can seek; the packets are there all the same.
            "senc-when-seekable" => Some(30),
            _ => self.packets,
        }
    }

    /// MP4, QuickTime, 3GP.
    pub fn is_mp4(&self) -> bool {
        self.container == "mov"
    }

    pub fn is_playlist(&self) -> bool {
        self.class.starts_with("playlist")
    }

    pub fn has_no_video(&self) -> bool {
        matches!(self.class.as_str(), "no-video" | "attached-pic")
    }

    pub fn is_annex_b(&self) -> bool {
        matches!(self.codec.as_str(), "h264" | "hevc")
    }
}

/// Files that are read whole and are reported as cut all the same, and why.
pub const CUT_IN_THE_CORPUS: &[(&str, &str)] = &[
    ("mp4/sample_mdat_too_long.mp4", "its mdat box claims 77 bytes more than the file holds"),
    ("ts/sample_with_sdt.ts", "it is 4096 bytes long, which ends in the middle of a packet of 188"),
];

pub fn folder() -> PathBuf {
    let folder = std::env::var_os("MEMUX_CORPUS").expect("MEMUX_CORPUS names the folder of real media");
    PathBuf::from(folder)
}

pub fn rows() -> Vec<Row> {
    let table = std::fs::read_to_string(folder().join("corpus.tsv")).expect("the corpus has a table, corpus.tsv");
    let rows: Vec<_> = table
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<_> = line.split('\t').collect();
            Row {
                path: cells[0].into(),
                container: cells[1].into(),
                size: cells[2].parse().unwrap(),
                stream: cells[5].parse().ok(),
                codec: cells[6].into(),
                packets: cells[7].parse().ok(),
                class: cells[10].into(),
            }
        })
        .collect();
    assert!(rows.len() >= 50, "only {} rows in the corpus's table", rows.len());
    rows
}

/// The first row of each file: its first video stream, where it has one.
pub fn files() -> Vec<Row> {
    let mut rows = rows();
    rows.dedup_by(|next, first| next.path == first.path);
    rows
}
